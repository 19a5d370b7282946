"""Build ``municipality_regions.csv`` and the arbeidsmarktregio's in ``regions.csv``: which gemeente lies in which.

Two sources are put side by side, so that a slip of the pen in either is found:

* **The law.** Besluit werkgebieden UWV 2015 (BWBR0036164), bijlage 3: 35 arbeidsmarktregio's and their gemeenten on
  1 January 2015. A text of law has no copyright (Auteurswet, art. 11).
* **CBS.** Gebieden in Nederland 2026 (table 86247NED): the official codes and names of the 35 regions, and the region of
  every gemeente of 2026. The gemeenten of that year are those of 2023 in ``municipalities.csv``.

`LAW` is the first. What differs from it in the second stands in `MERGED` (gemeenten that became others) and `MOVED`
(gemeenten that changed region). Law plus differences has to give every gemeente exactly one region, or nothing is
written. How to run: ``python tools/build_labour_regions.py``; it needs nothing but Python.
"""

# ruff: noqa: T201 -- a script that a person runs and reads

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "stagematch" / "regions" / "data"
FROM = "2026-01-01"  # the year of the list of CBS; since when each single line holds is not known
SOURCE = "CBS, Gebieden in Nederland 2026"

# Code of CBS, its name there, and the gemeenten of bijlage 3.
LAW = {
    "AM01 Groningen": "Aa en Hunze, Appingedam, Assen, Bedum, Bellingwedde, De Marne, Delfzijl, Eemsmond, Groningen, "
    "Grootegast, Haren, Hoogezand-Sappemeer, Leek, Loppersum, Marum, Menterwolde, Noordenveld, Oldambt, Pekela, "
    "Slochteren, Stadskanaal, Ten Boer, Tynaarlo, Veendam, Vlagtwedde, Winsum, Zuidhorn",
    "AM02 Friesland": "Achtkarspelen, Ameland, Dantumadiel, De Friese Meren, Dongeradeel, Ferwerderadiel, "
    "Franekeradeel, Harlingen, Heerenveen, Het Bildt, Kollumerland en Nieuwkruisland, Leeuwarden, Leeuwarderadeel, "
    "Littenseradiel, Menameradiel, Ooststellingwerf, Opsterland, Schiermonnikoog, Smallingerland, Súdwest-Fryslân, "
    "Terschelling, Tytsjerksteradiel, Vlieland, Weststellingwerf",
    "AM15 Noord-Holland Noord": "Alkmaar, Bergen (NH.), Castricum, Den Helder, Drechterland, Enkhuizen, "
    "Heerhugowaard, Heiloo, Hollands Kroon, Hoorn, Koggenland, Langedijk, Medemblik, Opmeer, Schagen, Stede Broec, "
    "Texel",
    "AM03 Drenthe": "Borger-Odoorn, Coevorden, De Wolden, Emmen, Hoogeveen, Midden-Drenthe",
    "AM36 Regio Zwolle": "Dalfsen, Hardenberg, Hattem, Heerde, Kampen, Meppel, Oldebroek, Ommen, Raalte, Staphorst, "
    "Steenwijkerland, Westerveld, Zwartewaterland, Zwolle",
    "AM11 Flevoland": "Almere, Dronten, Lelystad, Noordoostpolder, Urk",
    "AM17 Zaanstreek/Waterland": "Beemster, Edam-Volendam, Landsmeer, Oostzaan, Purmerend, Waterland, Wormerland, "
    "Zaanstad, Zeevang",
    "AM37 Zuid-Kennemerland en IJmond": "Beverwijk, Bloemendaal, Haarlem, Haarlemmerliede en Spaarnwoude, Heemskerk, "
    "Heemstede, Uitgeest, Velsen, Zandvoort",
    "AM05 Twente": "Almelo, Borne, Dinkelland, Enschede, Haaksbergen, Hellendoorn, Hengelo, Hof van Twente, Losser, "
    "Oldenzaal, Rijssen-Holten, Tubbergen, Twenterand, Wierden",
    "AM18 Groot Amsterdam": "Aalsmeer, Amstelveen, Amsterdam, De Ronde Venen, Diemen, Haarlemmermeer, Ouder-Amstel, "
    "Uithoorn",
    "AM06 Veluwe Stedendriehoek": "Apeldoorn, Brummen, Deventer, Elburg, Epe, Ermelo, Harderwijk, Lochem, Nunspeet, "
    "Olst-Wijhe, Putten, Voorst, Zeewolde, Zutphen",
    "AM12 Gooi en Vechtstreek": "Blaricum, Bussum, Eemnes, Hilversum, Huizen, Laren, Muiden, Naarden, Weesp, "
    "Wijdemeren",
    "AM19 Holland Rijnland": "Alphen aan den Rijn, Hillegom, Kaag en Braassem, Katwijk, Leiden, Leiderdorp, Lisse, "
    "Nieuwkoop, Noordwijk, Noordwijkerhout, Oegstgeest, Teylingen, Zoeterwoude",
    "AM13 Midden-Utrecht": "Bunnik, De Bilt, Houten, IJsselstein, Lopik, Montfoort, Nieuwegein, Oudewater, "
    "Stichtse Vecht, Utrecht, Utrechtse Heuvelrug, Vianen, Wijk bij Duurstede, Woerden, Zeist",
    "AM14 Amersfoort": "Amersfoort, Baarn, Bunschoten, Leusden, Nijkerk, Soest, Woudenberg",
    "AM38 FoodValley": "Barneveld, Ede, Renkum, Renswoude, Rhenen, Scherpenzeel, Veenendaal, Wageningen",
    "AM09 Achterhoek": "Aalten, Berkelland, Bronckhorst, Doetinchem, Montferland, Oost Gelre, Oude IJsselstreek, "
    "Winterswijk",
    "AM34 Zuid-Holland Centraal": "Lansingerland, Leidschendam-Voorburg, Pijnacker-Nootdorp, Voorschoten, Wassenaar, "
    "Zoetermeer",
    "AM20 Midden-Holland": "Bergambacht, Bodegraven-Reeuwijk, Gouda, Nederlek, Ouderkerk, Schoonhoven, Vlist, "
    "Waddinxveen",
    "AM21 Haaglanden": "Delft, Midden-Delfland, Rijswijk, Den Haag, Westland",
    "AM07 Midden-Gelderland": "Arnhem, Doesburg, Duiven, Lingewaard, Overbetuwe, Rheden, Rijnwaarden, Rozendaal, "
    "Westervoort, Zevenaar",
    "AM22 Rijnmond": "Albrandswaard, Barendrecht, Binnenmaas, Brielle, Capelle aan den IJssel, Cromstrijen, "
    "Goeree-Overflakkee, Hellevoetsluis, Korendijk, Krimpen aan den IJssel, Maassluis, Nissewaard, Oud-Beijerland, "
    "Ridderkerk, Rotterdam, Schiedam, Strijen, Vlaardingen, Westvoorne, Zuidplas",
    "AM10 Rivierenland": "Buren, Culemborg, Geldermalsen, Maasdriel, Neder-Betuwe, Neerijnen, Tiel, "
    "West Maas en Waal, Zaltbommel",
    "AM35 Gorinchem": "Giessenlanden, Gorinchem, Hardinxveld-Giessendam, Leerdam, Lingewaal, Molenwaard, Zederik",
    "AM08 Rijk van Nijmegen": "Beuningen, Druten, Groesbeek, Heumen, Mook en Middelaar, Nijmegen, Wijchen",
    "AM23 Drechtsteden": "Alblasserdam, Dordrecht, Hendrik-Ido-Ambacht, Papendrecht, Sliedrecht, Zwijndrecht",
    "AM27 Noordoost-Brabant": "Bernheze, Boekel, Boxmeer, Boxtel, Cuijk, Grave, Haaren, 's-Hertogenbosch, Landerd, "
    "Mill en Sint Hubert, Oss, Schijndel, Sint Anthonis, Sint-Michielsgestel, Sint-Oedenrode, Uden, Veghel, Vught",
    "AM25 West-Brabant": "Aalburg, Bergen op Zoom, Breda, Drimmelen, Etten-Leur, Geertruidenberg, Halderberge, "
    "Moerdijk, Oosterhout, Roosendaal, Rucphen, Steenbergen, Werkendam, Woensdrecht, Woudrichem, Zundert",
    "AM24 Zeeland": "Borsele, Goes, Hulst, Kapelle, Middelburg, Noord-Beveland, Reimerswaal, Schouwen-Duiveland, "
    "Sluis, Terneuzen, Tholen, Veere, Vlissingen",
    "AM26 Midden-Brabant": "Alphen-Chaam, Baarle-Nassau, Dongen, Gilze en Rijen, Goirle, Heusden, Hilvarenbeek, "
    "Loon op Zand, Oisterwijk, Tilburg, Waalwijk",
    "AM29 Noord-Limburg": "Beesel, Bergen (L.), Gennep, Horst aan de Maas, Peel en Maas, Venlo, Venray",
    "AM32 Helmond-De Peel": "Asten, Deurne, Geldrop-Mierlo, Gemert-Bakel, Helmond, Laarbeek, Someren",
    "AM28 Zuidoost-Brabant": "Bergeijk, Best, Bladel, Cranendonck, Eersel, Eindhoven, Heeze-Leende, "
    "Nuenen; Gerwen en Nederwetten, Oirschot, Reusel-De Mierden, Son en Breugel, Valkenswaard, Veldhoven, Waalre",
    "AM33 Midden-Limburg": "Echt-Susteren, Leudal, Maasgouw, Nederweert, Roerdalen, Roermond, Weert",
    "AM30 Zuid-Limburg": "Beek, Brunssum, Eijsden-Margraten, Gulpen-Wittem, Heerlen, Kerkrade, Landgraaf, Maastricht, "
    "Meerssen, Nuth, Onderbanken, Schinnen, Simpelveld, Sittard-Geleen, Stein, Vaals, Valkenburg aan de Geul, "
    "Voerendaal",
}

# A gemeente of today, and those of 2015 that (for the greater part) became it. Names from both years' lists of CBS.
MERGED = {
    "Eemsdelta": "Appingedam, Delfzijl, Loppersum",
    "Het Hogeland": "Bedum, De Marne, Eemsmond, Winsum",
    "Westerwolde": "Bellingwedde, Vlagtwedde",
    "Westerkwartier": "Grootegast, Leek, Marum, Zuidhorn",
    "Midden-Groningen": "Hoogezand-Sappemeer, Menterwolde, Slochteren",
    "Groningen": "Haren, Ten Boer",
    "De Fryske Marren": "De Friese Meren",
    "Noardeast-Fryslân": "Dongeradeel, Ferwerderadiel, Kollumerland en Nieuwkruisland",
    "Waadhoeke": "Franekeradeel, Het Bildt, Menameradiel, Littenseradiel",
    "Leeuwarden": "Leeuwarderadeel",
    "Dijk en Waard": "Heerhugowaard, Langedijk",
    "Purmerend": "Beemster",
    "Edam-Volendam": "Zeevang",
    "Haarlemmermeer": "Haarlemmerliede en Spaarnwoude",
    "Gooise Meren": "Bussum, Muiden, Naarden",
    "Amsterdam": "Weesp",
    "Noordwijk": "Noordwijkerhout",
    "Vijfheerenlanden": "Leerdam, Zederik, Vianen",
    "Krimpenerwaard": "Bergambacht, Nederlek, Ouderkerk, Schoonhoven, Vlist",
    "Zevenaar": "Rijnwaarden",
    "Hoeksche Waard": "Binnenmaas, Cromstrijen, Korendijk, Oud-Beijerland, Strijen",
    "Voorne aan Zee": "Brielle, Hellevoetsluis, Westvoorne",
    "West Betuwe": "Geldermalsen, Neerijnen, Lingewaal",
    "Molenlanden": "Giessenlanden, Molenwaard",
    "Berg en Dal": "Groesbeek",
    "Land van Cuijk": "Boxmeer, Cuijk, Grave, Mill en Sint Hubert, Sint Anthonis",
    "Maashorst": "Landerd, Uden",
    "Meierijstad": "Schijndel, Sint-Oedenrode, Veghel",
    "Altena": "Aalburg, Werkendam, Woudrichem",
    "Beekdaelen": "Nuth, Onderbanken, Schinnen",
}
# Divided over several gemeenten that all keep the region they had.
DIVIDED = {"Haaren"}

# In another region at CBS in 2026 than the law had in 2015; and where parts came from two regions, the one it is in.
MOVED = {
    "Heerde": "AM06",
    "Elburg": "AM36",
    "Nunspeet": "AM36",
    "Olst-Wijhe": "AM36",
    "Uitgeest": "AM15",
    "Hardinxveld-Giessendam": "AM23",
    "Cranendonck": "AM33",
    "Amsterdam": "AM18",
    "Haarlemmermeer": "AM18",
    "Vijfheerenlanden": "AM35",
    "West Betuwe": "AM10",
}


def names_of(text: str) -> list[str]:
    """The gemeenten in a line of the tables above; one name has a comma of its own, written as a semicolon."""
    return [name.strip().replace(";", ",") for name in text.split(",")]


def divide(today: set[str]) -> dict[str, tuple[str, str]]:
    """Return for every gemeente of today its region and what is to be said of it. Raises SystemExit for what does not fit."""
    before = {name: label[:4] for label, text in LAW.items() for name in names_of(text)}
    became = {old: new for new, text in MERGED.items() for old in names_of(text)}
    lost = sorted(set(before) - today - set(became) - DIVIDED)
    if lost or set(became) - set(before):
        raise SystemExit(f"In the law and gone without a successor: {lost}; or {sorted(set(became) - set(before))}")
    regions: dict[str, set[str]] = {}
    for name, region in before.items():
        if name not in DIVIDED:
            regions.setdefault(became.get(name, name), set()).add(region)
    found = {}
    for name in today:
        choices = regions.get(name, set())
        code = MOVED.get(name) or (choices.pop() if len(choices) == 1 else "")
        if not code:
            raise SystemExit(f"{name}: {sorted(choices) or 'not in the law'}")
        if name in MERGED:
            note = f"; 2015: {MERGED[name]}"
        elif name in MOVED:
            note = f"; 2015: {before[name]}"
        else:
            note = "; gelijk aan Besluit werkgebieden UWV 2015"
        found[name] = (code, note)
    return found


def main() -> None:
    """Check, then write both files."""
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as handle:
        codes = {row["name"]: row["code"] for row in csv.DictReader(handle)}
    found = divide(set(codes))
    lines = sorted([codes[name], code, FROM, f"{SOURCE}{note}"] for name, (code, note) in found.items())
    write("municipality_regions.csv", ["gemeentecode", "regiocode", "valid_from", "source"], lines)

    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as handle:
        header, *rows = list(csv.reader(handle))
    kept = [row for row in rows if row[0] != "labour_market"]
    mine = [["labour_market", label[:4], label[5:], FROM, SOURCE] for label in sorted(LAW)]
    write("regions.csv", header, kept + mine)


def write(name: str, header: list[str], lines: list[list[str]]) -> None:
    """Write one UTF-8 CSV with comma and LF, so that a diff stays readable."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
    print(f"{name}: {len(lines)} rows")


if __name__ == "__main__":
    main()
