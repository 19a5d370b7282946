"""Demo rows of the time ahead: last year's counts, what schools expect, and the forecasts that follow from them.

All of it is invented: last year is this year's demo with other numbers, and is marked `counts['demo']`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from matchmaking.bulk import copy_columns
from matchmaking.columns import Column
from organisations.models import Programme, StagePeriod
from shortages.ahead.history import WEEKS, comparable
from shortages.ahead.schools import school_year
from shortages.counting import UNIT
from shortages.definitions import CURRENT
from shortages.demo import cell_totals, invented_demand, read_cells, writable_cells
from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ExpectedIntake, NumerusFixus, ShortageSnapshot
from shortages.services import forecast_night
from shortages.services.publish import publish_figures
from stagematch.clock import now

MOST_CELLS = 5_000


def fill(day: dt.date) -> str:
    """Invent last year, let schools expect something, and forecast; return a line to show."""
    coming = StagePeriod.objects.filter(starts_on__gt=day, starts_on__lte=day + dt.timedelta(weeks=WEEKS)).first()
    counted = ShortageSnapshot.objects.done().filter(day=day).first()
    if coming is None or counted is None:
        return f"{0:>7} vooruitblikken"
    alike = comparable(coming, list(StagePeriod.objects.filter(starts_on__lte=day)))
    if alike:
        _last_year(counted, coming, alike[-1])
    _expected(coming, counted)
    return f"{forecast_night(day=day).forecasts:>7} vooruitblikken"


def _last_year(counted: ShortageSnapshot, coming: StagePeriod, before: StagePeriod) -> None:
    """Write last year's weekly counts of one period, on Mondays: older counts are kept for Mondays only."""
    cells = read_cells(DemandCell, counted)
    chosen = cells["period_id"] == coming.pk
    cells = {name: column[chosen] for name, column in cells.items()}
    cells["period_id"] = np.full(len(cells["students"]), before.pk)
    chance = np.random.default_rng(2026)
    luck = {name: chance.random(len(cells["students"])) for name in ("students", "placed", "talking", "rest")}
    here = (coming.starts_on - counted.day).days // 7
    for week in range(WEEKS, -1, -1):
        found = (
            invented_demand(cells, luck, week - here + 2)
            if week >= here
            else _later(invented_demand(cells, luck, 2), luck["placed"], week / max(here, 1))
        )
        monday = before.starts_on - dt.timedelta(weeks=week, days=before.starts_on.weekday())
        moment = now().replace(year=monday.year, month=monday.month, day=monday.day)
        snapshot = ShortageSnapshot.objects.create(
            day=monday,
            definition=CURRENT,
            status=SnapshotStatus.DONE,
            counts=cell_totals(found) | {"demo": True},
            started_at=moment,
            finished_at=moment,
        )
        copy_columns(DemandCell, writable_cells(found) | {"snapshot_id": snapshot.pk})
        # What everybody may see of last year, so that there is a season to learn from; at most some thousand cells a week.
        if len(cells["students"]) <= MOST_CELLS or week % 4 == 0:
            publish_figures(snapshot=snapshot)


def _later(cells: dict[str, Column], luck: Column, left: float) -> dict[str, Column]:
    """The cells after today: what is `left` of 1 until the start; two thirds of who can be placed get a place."""
    stuck = np.ceil(cells["structural"]).astype(np.int64)
    movable = np.maximum(cells["open"] - stuck, 0)
    placed = np.floor(movable * 0.67 * (1 - left) + luck * (movable > 0)).astype(np.int64)
    placed = np.minimum(placed, movable)
    talked = np.floor(cells["talking"] * 0.8 * (1 - left) + luck * (cells["talking"] > 0)).astype(np.int64)
    talked = np.minimum(talked, cells["talking"])
    still = cells["open"] - placed
    none = np.minimum(cells["without_fit"], still)
    competing = np.minimum(cells["competing"], still - none)
    units = np.minimum(np.round(cells["structural"] * UNIT).astype(np.int64), (none + competing) * UNIT)
    units = np.maximum(units, none * UNIT)
    # A shortage is a whole number of students.
    rest = int(units.sum()) % UNIT
    loose = np.flatnonzero(units > none * UNIT)
    for cell in loose:
        taken = min(rest, int(units[cell] - none[cell] * UNIT))
        units[cell] -= taken
        rest -= taken
        if not rest:
            break
    return cells | {
        "placed": cells["placed"] + placed + talked,
        "talking": cells["talking"] - talked,
        "open": still,
        "applying": np.minimum(cells["applying"], still),
        "silent": np.minimum(cells["silent"], still),
        "without_fit": none,
        "competing": competing,
        "structural": units / UNIT,
    }


def _expected(coming: StagePeriod, counted: ShortageSnapshot) -> None:
    """Every second school says what it expects: a little more than there are; some have a numerus fixus."""
    cells = read_cells(DemandCell, counted)
    mine = cells["period_id"] == coming.pk
    there: dict[tuple[int, int], int] = {}
    for programme, year, n in zip(
        cells["programme_id"][mine].tolist(),
        cells["year"][mine].tolist(),
        cells["students"][mine].tolist(),
        strict=True,
    ):
        there[programme, year] = there.get((programme, year), 0) + n
    programmes = {row.pk: row for row in Programme.objects.select_related("school").order_by("school__name", "pk")}
    schools = list(dict.fromkeys(row.school_id for row in programmes.values()))
    telling = set(schools[1::2])
    moment = now() - dt.timedelta(days=30)
    ExpectedIntake.objects.bulk_create(
        ExpectedIntake(programme_id=pk, year=year, period=coming, number=n + 1 + n // 12, filled_at=moment)
        for (pk, year), n in sorted(there.items())
        if programmes[pk].school_id in telling
    )
    first = {row.school_id: row for row in reversed(list(programmes.values()))}
    NumerusFixus.objects.bulk_create(
        NumerusFixus(
            programme=first[school],
            intake_year=school_year(coming.starts_on) - back,
            is_limited=True,
            places=30 - 3 * back,
            filled_at=moment,
        )
        for school in schools[1::3]
        for back in (0, 1)
    )
