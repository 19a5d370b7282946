"""Storing what everybody may see of a night's count. Called by the count, in its transaction; a night is published once.

Everything about students goes through `shortages.disclosure` (R9); docs/disclosure.md says what is published and why
nothing about fewer than five students can be taken out of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Model, Sum

from matchmaking.columns import Column, Kind, read
from organisations.models import Organisation, Qualification, StagePeriod
from shortages import disclosure
from shortages.areas import COUNTRY, LEVELS, Where, where_of
from shortages.disclosure import FRICTIONAL, PLACED, SITUATIONS, STRUCTURAL, TALKING, Chain, Figure, Place
from shortages.enums import AreaLevel, LeverKind, PublishedTable
from shortages.levers import EFFORT
from shortages.models import Lever, PublishedFigure, PublishedLever, ShortageSnapshot, SupplyCell
from shortages.told import helped_at_least
from stagematch.few import secret
from stagematch.regions.models import Region

FEW_PLACES = 10  # with fewer free places than this in a period, structural and frictional are not told apart
_DETAILED = (AreaLevel.COUNTRY, AreaLevel.PROVINCE, AreaLevel.COROP, AreaLevel.LABOUR_MARKET)
_SPLIT = ("structural", "frictional")
OF_PLACES = {name: (name,) for name in ("taken", "held", "unused", "blocked")}
"""What is published of places that says something about students. Free places with a reaction are not: together with
what is held and unused they are the places one can react to, and those everybody can count. Of a place without
supervision (`blocked`) it is that nobody is spoken to about it."""

_CELL_COLUMNS: dict[str, tuple[Kind, str]] = {
    **{name: ("i8", name) for name in ("school", "period", "municipality", "year", "qualification", "days")},
    **{name: ("f8", name) for name in ("placed", "talking", "open", "structural")},
}
# Versions of a kwalificatie are one opleiding, also for what may be told of it: the first stands for all.
_CELLS = """FROM (
    SELECT c.school_id AS school, c.period_id AS period, coalesce(c.municipality_id, -1) AS municipality, c.year,
        opleiding.qualification, c.days, sum(c.placed) AS placed, sum(c.talking) AS talking, sum(c.open) AS open,
        sum(c.structural) AS structural
    FROM shortages_demandcell c
    JOIN organisations_programme p ON p.id = c.programme_id
    JOIN organisations_qualification q ON q.id = p.qualification_id
    JOIN (SELECT crebo, min(id) AS qualification FROM organisations_qualification GROUP BY crebo) opleiding
        ON opleiding.crebo = q.crebo
    WHERE c.snapshot_id = %s
    GROUP BY c.school_id, c.period_id, c.municipality_id, c.year, opleiding.qualification, c.days
) cells"""

# table, level, code, period, year, qualification, days
Row = tuple[PublishedTable, AreaLevel, str, int, int | None, int | None, int | None]


@transaction.atomic
def publish_figures(*, snapshot: ShortageSnapshot) -> int:
    """Store the published figures of a count, from its cells; returns the number of rows.

    Does nothing when the night was published before: what was shown once is history.
    """
    if snapshot.published.exists():
        return 0
    where = where_of(snapshot.day)
    supply = _supply(snapshot, where)
    free = _free_in_the_country(supply)
    chains, periods = _chains(snapshot, where, free)
    shown = disclosure.tabulate(chains, lambda chain, place: _rows_of(periods[chain], place), secret())
    of_places = {row: _may_be_told(row, told, free) for row, told in _places(snapshot, where).items()}
    every = shown.keys() | supply.keys() | of_places.keys()
    figures = (
        _figure(
            snapshot, row, shown.get(row, {}), supply.get(row), of_places.get(row, {}),
            split=free[row[3]] >= FEW_PLACES,
        )
        for row in sorted(every, key=str)
    )  # fmt: skip
    rows = [row for row in figures if row is not None]
    PublishedFigure.objects.bulk_create(rows, batch_size=2000)
    levers = _levers(snapshot)
    PublishedLever.objects.bulk_create(levers)
    return len(rows) + len(levers)


def _supply(snapshot: ShortageSnapshot, where: dict[int | None, Where]) -> dict[Row, int]:
    """Places one can react to, per area and period, where there are any.

    Not the free ones: what is held can still be seen in the list of places, so the difference would count the students
    who talk there; nor a row for places that are not in the list any more, which would say that a student has one.
    """
    cells = (
        SupplyCell.objects.filter(snapshot=snapshot, period__isnull=False, vacant__gt=0)
        .order_by()
        .values_list("municipality", "period")
        .annotate(Sum("vacant"))
    )
    totals: dict[Row, int] = defaultdict(int)
    for municipality, period, free in cells:
        for level, code in where[municipality].areas():
            totals[PublishedTable.AREAS, level, code, period, None, None, None] += free
    return totals


def _free_in_the_country(supply: dict[Row, int]) -> dict[int, int]:
    free: dict[int, int] = defaultdict(int)
    for row, places in supply.items():
        if row[1] == AreaLevel.COUNTRY:
            free[row[3]] = places
    return free


def _places(snapshot: ShortageSnapshot, where: dict[int | None, Where]) -> dict[Row, dict[str, Figure]]:
    """What is shown of the places of every area and period: one chain per period and situation of a place."""
    cells = SupplyCell.objects.filter(snapshot=snapshot, period__isnull=False).order_by()
    chains: dict[Chain, dict[Place, float]] = {}
    periods: dict[Chain, int] = {}
    for organisation, period, slug, municipality, *amounts in cells.values_list(
        "organisation__public_id", "period", "period__slug", "municipality", *OF_PLACES
    ):
        spot = where[municipality]
        place = (spot.province, spot.corop, spot.labour_market, spot.municipality, str(organisation))
        for situation, amount in zip(OF_PLACES, amounts, strict=True):
            chain = ("places", slug, situation)
            periods[chain] = period
            groups = chains.setdefault(chain, {})
            groups[place] = groups.get(place, 0) + amount

    def rows(chain: Chain, place: Place) -> Iterable[Row]:
        province, corop, labour_market, municipality, _organisation = place
        for level, code in Where(municipality, province, corop, labour_market).areas():
            yield PublishedTable.AREAS, level, code, periods[chain], None, None, None

    return disclosure.tabulate(chains, rows, secret(), measures=OF_PLACES)


def _may_be_told(row: Row, told: dict[str, Figure], listed: dict[int, int]) -> dict[str, Figure]:
    """Leave out how many places are spoken about, but for the country when that says nothing about a small gemeente.

    Such a place is in the list of places, which anybody can count: where it shows four, a protected size of five says
    that one to four students are spoken to. One figure for the country tells no gemeente apart, unless about all places
    there that it can be are spoken about; those are the listed ones less those nobody reacted to and those without
    supervision. Half of them is far from that, and the rule reads published figures only (docs/disclosure.md).
    """
    held = told.get("held")
    if held is None or held.value is None:
        return told
    cannot = (told[name].value for name in ("unused", "blocked"))
    others = listed[row[3]] - sum(2 * disclosure.STEP if n is None else n for n in cannot) - disclosure.STEP
    if row[1] == AreaLevel.COUNTRY and 2 * held.value <= others:
        return told
    return {name: figure for name, figure in told.items() if name != "held"}


def _chains(
    snapshot: ShortageSnapshot, where: dict[int | None, Where], free: dict[int, int]
) -> tuple[dict[Chain, dict[Place, float]], dict[Chain, int]]:
    """The students of every school, period and situation in their row: by where they live, leerjaar, opleiding, days."""
    columns = read(_CELL_COLUMNS, _CELLS, [snapshot.pk])
    schools = _names(Organisation, "public_id", columns["school"])
    slugs = _names(StagePeriod, "slug", columns["period"])
    crebos = _names(Qualification, "crebo", columns["qualification"])
    chains: dict[Chain, dict[Place, float]] = {}
    periods: dict[Chain, int] = {}
    # The chains of a school and period, one per situation.
    rows: dict[tuple[int, int], list[dict[Place, float]]] = {}
    for school, period, municipality, year, qualification, days, placed, talking, open_, lost in zip(
        *(columns[name].tolist() for name in _CELL_COLUMNS), strict=True
    ):
        spot = where[None if municipality < 0 else municipality]
        place = (
            spot.province, spot.corop, spot.labour_market, spot.municipality, str(year), crebos[qualification],
            str(days), str(qualification),
        )  # fmt: skip
        if (school, period) not in rows:
            names = [(schools[school], slugs[period], situation) for situation in SITUATIONS]
            periods |= dict.fromkeys(names, period)
            rows[school, period] = [chains.setdefault(chain, {}) for chain in names]
        # With next to no free places, frictional can be no more than those: telling it apart would say too much.
        structural = min(lost, open_) if free[period] >= FEW_PLACES else open_
        amounts = {PLACED: placed, TALKING: talking, STRUCTURAL: structural, FRICTIONAL: open_ - structural}
        for groups, situation in zip(rows[school, period], SITUATIONS, strict=True):
            if amounts[situation]:
                groups[place] = groups.get(place, 0) + amounts[situation]
    return chains, periods


def _names(model: type[Model], name: str, keys: Column) -> dict[int, str]:
    """The name of each of these rows, as text."""
    found = model._default_manager.filter(pk__in=np.unique(keys).tolist()).values_list("pk", name)
    return {pk: str(value) for pk, value in found}


def _rows_of(period: int, place: Place) -> Iterable[Row]:
    """The rows of the fixed list of tables in which the students at this place count."""
    province, corop, labour_market, municipality, year, _crebo, days, qualification = place
    for level, code in Where(municipality, province, corop, labour_market).areas():
        yield PublishedTable.AREAS, level, code, period, None, None, None
        if level in _DETAILED:
            yield PublishedTable.YEARS, level, code, period, int(year), None, None
        if level == AreaLevel.COUNTRY:
            yield PublishedTable.QUALIFICATIONS, level, code, period, None, int(qualification), None
            yield PublishedTable.DAYS, level, code, period, None, None, int(days)


def _figure(
    snapshot: ShortageSnapshot,
    row: Row,
    shown: dict[str, Figure],
    supply: int | None,
    of_places: dict[str, Figure],
    *,
    split: bool,
) -> PublishedFigure | None:
    """The row to store, or None when it has nothing to show."""
    table, level, code, period, year, qualification, days = row
    measures = {name: value for name, value in shown.items() if name not in _SPLIT or split}
    if level == AreaLevel.MUNICIPALITY:
        measures = {name: value for name, value in measures.items() if name not in _SPLIT}
    values = {name: value.value for name, value in measures.items() if value.value is not None}
    margin = max((measures[name].margin for name in values), default=0)
    told = {name: found for name, found in of_places.items() if found.value is not None}
    if not values and not told and supply is None:
        return None
    places: dict[str, Any] = {}
    if table == PublishedTable.AREAS:
        places = {"free": supply or 0}
        places |= {name: found.value for name, found in told.items()}
        if "taken" in places:
            places["places"] = places["taken"] + places["free"]
        places["places_margin"] = max((found.margin for found in told.values()), default=0)
    return PublishedFigure(
        snapshot=snapshot, table=table, level=level, code=code, period_id=period, year=year,
        qualification_id=qualification, days=days, margin=margin, **values, **places,
    )  # fmt: skip


def _levers(snapshot: ShortageSnapshot) -> list[PublishedLever]:
    """What helps at least ten students, without gemeente, team or chain; best first, as far as what is shown tells."""
    found = []
    levers = Lever.objects.filter(snapshot=snapshot, school=None, municipality=None, team=None)
    for lever in levers.select_related("region", "qualification", "team"):
        region = lever.region
        level, code = (LEVELS[Region.Kind(region.kind)], region.code) if region else (AreaLevel.COUNTRY, COUNTRY)
        helped = helped_at_least(lever)
        if helped is not None:
            found.append((helped, lever, level, code))
    # The order of the count itself would tell which of two equal figures is larger.
    found.sort(key=lambda row: (-_per_hour(row[1].kind, row[0]), -row[0], row[1].kind, row[3], _name(row[1])))
    return [
        PublishedLever(
            snapshot=snapshot, kind=lever.kind, level=level, code=code, qualification_id=lever.qualification_id,
            year=lever.year, days=lever.days, helped=helped, position=number,
        )
        for number, (helped, lever, level, code) in enumerate(found, 1)
    ]  # fmt: skip


def _per_hour(kind: str, helped: int) -> float:
    """Students per hour of work, for one step: what is done for all at once is reckoned by the figure that is shown."""
    fixed, per_student = EFFORT[LeverKind(kind)]
    return helped / (fixed + per_student * helped) if per_student else 1 / fixed


def _name(lever: Lever) -> tuple[int, int, int]:
    """What a kind of change is of, to put equal ones in an order that tells nothing."""
    return lever.year or 0, lever.days or 0, lever.qualification_id or 0
