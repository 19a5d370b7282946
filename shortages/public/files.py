"""Open data: published figures as rows with stable names and ids, and the description that goes with them."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.weekdays import short
from shortages.areas import COUNTRY, all_names
from shortages.definitions import definitions
from shortages.enums import AreaLevel, PublishedTable
from shortages.models import FitCell, PublishedFigure, PublishedForecast, PublishedLever, ShortageSnapshot

LICENCE = "CC0-1.0"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/deed.nl"
FORMAT = 3  # of the files; another number when a column changes its meaning or goes away
HELPS, FIT, AHEAD = "helpt", "past", "verwacht"
LATEST = "laatste"
Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """One table of open data: its name in addresses, what it holds, its columns and how to read its rows."""

    name: str
    title: Any
    about: Any
    columns: tuple[str, ...]
    rows: Callable[[ShortageSnapshot], Iterator[Row]]


_ABOUT = {
    "id": gettext_lazy("Vaste naam van de rij: datum, tabel en waar de rij over gaat."),
    "datum": gettext_lazy("De dag van de telling."),
    "periode": gettext_lazy("Code van de stageperiode."),
    "periode_begin": gettext_lazy("Eerste dag van de stageperiode."),
    "periode_eind": gettext_lazy("Laatste dag van de stageperiode."),
    "gebied_soort": gettext_lazy(
        "land, provincie, corop, arbeidsmarkt of gemeente: waar studenten wonen of plekken zijn."
    ),
    "gebied_code": gettext_lazy(
        "Code van het gebied. Provincies, arbeidsmarktregio’s en gemeenten: CBS. COROP: NUTS 3 van Eurostat."
    ),
    "gebied": gettext_lazy("Naam van het gebied."),
    "leerjaar": gettext_lazy("Leerjaar, 1 tot en met 4."),
    "crebo": gettext_lazy("Crebo van de kwalificatie."),
    "opleiding": gettext_lazy("Naam van de kwalificatie."),
    "dagen": gettext_lazy("Dagen waarop de student kan."),
    "studenten": gettext_lazy("Zie ‘studenten’ bij de begrippen."),
    "geplaatst": gettext_lazy("Zie ‘geplaatst’ bij de begrippen."),
    "in_gesprek": gettext_lazy("Zie ‘in gesprek’ bij de begrippen."),
    "zonder_plek": gettext_lazy("Zie ‘zonder plek’ bij de begrippen."),
    "structureel": gettext_lazy("Zie ‘structureel tekort’ bij de begrippen. Niet per gemeente."),
    "oplosbaar": gettext_lazy("Zie ‘oplosbaar tekort’ bij de begrippen. Niet per gemeente."),
    "marge": gettext_lazy("Zoveel kan een cijfer van deze rij ernaast zitten, 19 van de 20 keer."),
    "vrije_plekken": gettext_lazy("Zie ‘plekken om op te reageren’ bij de begrippen. Exact: iedereen kan ze natellen."),
    "vrij_geen_begeleider": gettext_lazy("Zie ‘vrij, geen begeleider’ bij de begrippen. Op 5 afgerond."),
    "plekken_totaal": gettext_lazy("Ongeveer: bezet plus de plekken om op te reageren."),
    "bezet": gettext_lazy("Zie ‘bezet’ bij de begrippen. Op 5 afgerond, want dit zegt iets over studenten."),
    "plekken_in_gesprek": gettext_lazy(
        "Zie ‘plek in gesprek’ bij de begrippen. Op 5 afgerond, en alleen voor heel Nederland."
    ),
    "vrij_niemand_reageerde": gettext_lazy("Zie ‘vrij, niemand reageerde’ bij de begrippen. Op 5 afgerond."),
    "marge_plekken": gettext_lazy("Zoveel kan een afgerond aantal plekken ernaast zitten, 19 van de 20 keer."),
    "weken": gettext_lazy("Weken tot het begin van de stageperiode."),
    "verwacht_laag": gettext_lazy(
        "Ondergrens: in minstens 8 van de 10 keer ligt het aantal tussen laag en hoog. Leeg is: minder dan 5."
    ),
    "verwacht_midden": gettext_lazy("Even vaak te hoog als te laag. Wie dan nog in gesprek is, telt mee."),
    "verwacht_hoog": gettext_lazy("Bovengrens: in minstens 8 van de 10 keer ligt het aantal tussen laag en hoog."),
    "eerdere_periodes": gettext_lazy("Zoveel eerdere stageperiodes leerden ons hoe het gaat."),
    "soort": gettext_lazy("Wat er kan veranderen."),
    "geholpen_minstens": gettext_lazy("Zoveel studenten krijgen zo minstens een plek."),
    "werkproces": gettext_lazy("Code van het werkproces."),
    "werkproces_naam": gettext_lazy("Naam van het werkproces."),
    "doelgroep": gettext_lazy("Code van de doelgroep."),
    "doelgroep_naam": gettext_lazy("Naam van de doelgroep."),
    "studenten_die_dit_zoeken": gettext_lazy("Studenten zonder plek die dit willen leren, met deze doelgroep."),
    "plekken": gettext_lazy("Plekken waarop je nu kunt reageren en waar dit kan. Exact."),
}
_FIGURES = ("studenten", "geplaatst", "in_gesprek", "zonder_plek", "structureel", "oplosbaar", "marge")
_OF_PLACES = (
    "vrije_plekken", "vrij_geen_begeleider", "plekken_totaal", "bezet", "plekken_in_gesprek", "vrij_niemand_reageerde",
    "marge_plekken",
)  # fmt: skip
_AREA = ("periode", "periode_begin", "periode_eind", "gebied_soort", "gebied_code", "gebied")


def _figures(table: str, group: Callable[[PublishedFigure], tuple[Any, ...]], *, places: bool = False) -> Any:
    def rows(snapshot: ShortageSnapshot) -> Iterator[Row]:
        names = all_names()
        found = (
            PublishedFigure.objects.filter(snapshot=snapshot, table=table)
            .select_related("period", "qualification")
            .order_by("period__starts_on", "period__ends_on", "pk")
        )
        order = {level: place for place, level in enumerate(AreaLevel.values)}
        for row in sorted(found, key=lambda r: (r.period.starts_on, r.period.ends_on, order[r.level], r.code)):
            of_what = group(row)
            yield (
                _id(snapshot, table, row.period.slug, row.level, row.code, *of_what[:1]),
                snapshot.day,
                row.period.slug,
                row.period.starts_on,
                row.period.ends_on,
                row.level,
                row.code,
                names[AreaLevel(row.level)].get(row.code, row.code),
                *of_what,
                row.students,
                row.placed,
                row.talking,
                row.open,
                row.structural,
                row.frictional,
                row.margin or None,
                *(_places(row) if places else ()),
            )

    return rows


def _places(row: PublishedFigure) -> tuple[int | None, ...]:
    margin = row.places_margin or None
    return row.free, row.blocked, row.places, row.taken, row.held, row.unused, margin


def _id(snapshot: ShortageSnapshot, *parts: Any) -> str:
    return "/".join(str(part) for part in (snapshot.day, *parts))


def _levers(snapshot: ShortageSnapshot) -> Iterator[Row]:
    names = all_names()
    for row in PublishedLever.objects.filter(snapshot=snapshot).select_related("qualification"):
        crebo = row.qualification.crebo if row.qualification else None
        yield (
            _id(snapshot, HELPS, row.position),
            snapshot.day,
            row.level,
            row.code,
            names[AreaLevel(row.level)].get(row.code, row.code),
            row.kind,
            crebo,
            row.year,
            short(row.days) if row.days else None,
            row.helped,
        )


def _ahead(snapshot: ShortageSnapshot) -> Iterator[Row]:
    names = all_names()
    rows = PublishedForecast.objects.filter(day=snapshot.day).select_related("period")
    order = {level: place for place, level in enumerate(AreaLevel.values)}
    for row in sorted(rows, key=lambda r: (r.period.starts_on, r.period.ends_on, order[r.level], r.code)):
        yield (
            _id(snapshot, AHEAD, row.period.slug, row.level, row.code),
            snapshot.day,
            row.period.slug,
            row.period.starts_on,
            row.period.ends_on,
            row.level,
            row.code,
            names[AreaLevel(row.level)].get(row.code, row.code),
            row.weeks,
            row.low,
            row.middle,
            row.high,
            row.past,
        )


def _fit(snapshot: ShortageSnapshot) -> Iterator[Row]:
    cells = FitCell.objects.filter(snapshot=snapshot, school=None, code=COUNTRY).select_related(
        "work_process", "target_group"
    )
    for cell in cells.order_by("year", "work_process__code", "target_group__slug"):
        yield (
            _id(snapshot, FIT, cell.year, cell.work_process.code, cell.target_group.slug),
            snapshot.day,
            cell.year,
            cell.work_process.code,
            cell.work_process.name,
            cell.target_group.slug,
            cell.target_group.name,
            cell.demand,
            cell.supply,
        )


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            PublishedTable.AREAS.value,
            gettext_lazy("Tekort per gebied"),
            gettext_lazy("Studenten en plekken per land, provincie, COROP-gebied, arbeidsmarktregio en gemeente."),
            ("id", "datum", *_AREA, *_FIGURES, *_OF_PLACES),
            _figures(PublishedTable.AREAS, lambda row: (), places=True),
        ),
        Table(
            PublishedTable.YEARS.value,
            gettext_lazy("Tekort per leerjaar"),
            gettext_lazy("Studenten per leerjaar, voor het land, de provincies en de regio’s."),
            ("id", "datum", *_AREA, "leerjaar", *_FIGURES),
            _figures(PublishedTable.YEARS, lambda row: (row.year,)),
        ),
        Table(
            PublishedTable.QUALIFICATIONS.value,
            gettext_lazy("Tekort per opleiding"),
            gettext_lazy("Studenten per kwalificatie, heel Nederland."),
            ("id", "datum", *_AREA, "crebo", "opleiding", *_FIGURES),
            _figures(
                PublishedTable.QUALIFICATIONS,
                lambda row: (row.qualification.crebo, row.qualification.name) if row.qualification else (None, None),
            ),
        ),
        Table(
            PublishedTable.DAYS.value,
            gettext_lazy("Tekort per stagedagen"),
            gettext_lazy("Studenten per dagen waarop zij kunnen, heel Nederland."),
            ("id", "datum", *_AREA, "dagen", *_FIGURES),
            _figures(PublishedTable.DAYS, lambda row: (short(row.days or 0),)),
        ),
        Table(
            HELPS,
            gettext_lazy("Wat helpt"),
            gettext_lazy("Veranderingen die 10 of meer studenten aan een plek helpen, per regio."),
            (
                "id", "datum", "gebied_soort", "gebied_code", "gebied", "soort", "crebo", "leerjaar", "dagen",
                "geholpen_minstens",
            ),
            _levers,
        ),
        Table(
            AHEAD,
            gettext_lazy("Verwacht"),
            gettext_lazy("Studenten zonder afgesproken plek op de eerste dag van de stageperiode, zoals verwacht."),
            ("id", "datum", *_AREA, "weken", "verwacht_laag", "verwacht_midden", "verwacht_hoog", "eerdere_periodes"),
            _ahead,
        ),
        Table(
            FIT,
            gettext_lazy("Wat past waar?"),
            gettext_lazy("Wat studenten willen leren en met wie, tegenover de plekken die er zijn. Heel Nederland."),
            (
                "id", "datum", "leerjaar", "werkproces", "werkproces_naam", "doelgroep", "doelgroep_naam",
                "studenten_die_dit_zoeken", "plekken",
            ),
            _fit,
        ),
    )
}  # fmt: skip


def about_columns(table: Table) -> list[tuple[str, str]]:
    """Return (column, what it holds) in the order of the file."""
    return [(name, str(_ABOUT[name])) for name in table.columns]


def find_count(day: str) -> ShortageSnapshot | None:
    """Return the published count of a day ('2027-02-01'), or the newest for 'laatste'; None when there is none."""
    found = ShortageSnapshot.objects.done().filter(published__isnull=False).order_by("-day", "pk")
    if day != LATEST:
        try:
            found = found.filter(day=dt.date.fromisoformat(day))
        except ValueError:
            return None
    return found.first()


def described(table: Table, snapshot: ShortageSnapshot, address: str) -> dict[str, Any]:
    """Return a table as one document: what it is, its licence, its words and its rows."""
    return {
        "id": address,
        "naam": table.name,
        "titel": str(table.title),
        "omschrijving": str(table.about),
        "telling": str(snapshot.public_id),
        "datum": snapshot.day,
        "demo": bool(snapshot.counts.get("demo")),
        "versie_bestand": FORMAT,
        "versie_begrippen": snapshot.definition,
        "licentie": LICENCE,
        "licentie_adres": LICENCE_URL,
        "bron": "stagematch",
        "afronding": _(
            "Cijfers over studenten zijn sommen van kleine groepen die eerst op 5 zijn afgerond. Leeg is: te weinig "
            "studenten om te tonen. Een rij die er niet is, heeft niets om te tonen."
        ),
        "kolommen": [{"naam": name, "omschrijving": about} for name, about in about_columns(table)],
        "begrippen": [
            {"naam": w.key, "woord": str(w.term), "zin": str(w.sentence), "precies": str(w.exact)}
            for w in definitions(snapshot.definition)
        ],
        "rijen": [dict(zip(table.columns, row, strict=True)) for row in table.rows(snapshot)],
    }
