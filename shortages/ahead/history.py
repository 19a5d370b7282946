"""The counts of earlier nights, week by week before a period begins, as the forecast wants them."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from django.db.models import Exists, OuterRef, Sum

from organisations.models import StagePeriod
from shortages.areas import where_of
from shortages.enums import AreaLevel
from shortages.forecast import F64, Known, Prior, Season
from shortages.models import DemandCell, ExpectedIntake, ShortageSnapshot
from stagematch.regions.models import Region

WEEKS = 26
"""So far ahead a period is forecast; before that too few students search."""
MOST_PAST = 5
NEAR_DAYS = 4
"""Older counts are kept for one day a week; the nearest one stands for the day that was asked."""


@dataclass(frozen=True)
class Unit:
    """Students of one school living in one region (None: not known)."""

    school: int
    region: int | None


@dataclass(frozen=True, eq=False)
class Ahead:
    """Everything about one period that is still to begin, as it was known on one day."""

    period: StagePeriod
    day: dt.date
    snapshot: int
    units: list[Unit]
    known: Known
    last_year: StagePeriod | None
    past_periods: list[StagePeriod]
    told: dict[int, int]
    """What schools said they expect, by school."""
    schools: list[int]
    """Schools with students now, or that said they expect some."""

    def members(self, *, school: int | None = None, region: int | None = None) -> np.ndarray:
        """The units of one school, of one region, or all."""
        chosen = [
            at
            for at, unit in enumerate(self.units)
            if (school is None or unit.school == school) and (region is None or unit.region == region)
        ]
        return np.array(chosen, np.int64)


@dataclass
class _Wanted:
    """Which count stands for which week of a period."""

    period: StagePeriod
    columns: dict[int, int] = field(default_factory=dict)


def weeks_until(start: dt.date, day: dt.date) -> int:
    """Whole weeks, rounded up, until a period begins."""
    return -((day - start).days // 7)


def day_of(start: dt.date, week: int, offset: int) -> dt.date:
    """The day that is `week` weeks before the start, on the weekday of today; week 0 is the start itself."""
    return start if week == 0 else start - dt.timedelta(days=7 * week - offset)


def comparable(period: StagePeriod, others: Sequence[StagePeriod]) -> list[StagePeriod]:
    """Earlier periods in the same part of a year that last about as long, the newest last."""
    length = (period.ends_on - period.starts_on).days

    def is_alike(other: StagePeriod) -> bool:
        years = round((period.starts_on - other.starts_on).days / 365.25)
        apart = abs((period.starts_on - other.starts_on).days - 365.25 * years)
        return years >= 1 and apart <= 45 and abs((other.ends_on - other.starts_on).days - length) <= 60

    return [other for other in sorted(others, key=lambda other: other.starts_on) if is_alike(other)]


def read_ahead(day: dt.date) -> list[Ahead]:
    """Read what is known on `day` of every period that begins within 26 weeks, in seven queries.

    Only counts up to that day are used, so that an old day can be looked at as it was. Nothing without a count of the
    last days.
    """
    periods = list(StagePeriod.objects.order_by("starts_on", "pk"))
    coming = [p for p in periods if day < p.starts_on <= day + dt.timedelta(weeks=WEEKS)]
    done = [p for p in periods if p.starts_on <= day]
    counts = counts_until(day)
    if not coming or not counts or (day - counts[-1][0]).days > NEAR_DAYS:
        return []
    wanted: dict[tuple[int, int], _Wanted] = {}
    alike = {}
    for period in coming:
        week = weeks_until(period.starts_on, day)
        offset = 7 * week - (period.starts_on - day).days
        wanted[period.pk, period.pk] = _want(period, counts, week, offset, day)
        alike[period.pk] = comparable(period, done)[-MOST_PAST:]
        for other in alike[period.pk]:
            wanted[period.pk, other.pk] = _want(other, counts, 0, offset, day)
    areas = _areas(day)
    cells = _cells({(s, w.period.pk) for w in wanted.values() for s in w.columns.values()}, areas)
    told = _told(coming, counts[-1][1])
    found = []
    for period in coming:
        past = [wanted[period.pk, other.pk] for other in alike[period.pk] if wanted[period.pk, other.pk].columns.get(0)]
        now = wanted[period.pk, period.pk]
        ahead = _assemble(period, day, counts[-1][1], now, past, cells, told.get(period.pk, {}))
        if ahead is not None:
            found.append(ahead)
    return found


def counts_until(day: dt.date) -> list[tuple[dt.date, int]]:
    """Return (day, key) of every count up to `day` that still has its cells, oldest first. One query.

    Only of the version of the definitions the newest was made by: a pace across two meanings is no pace.
    """
    rows = list(
        ShortageSnapshot.objects.until(day)
        .filter(Exists(DemandCell.objects.filter(snapshot=OuterRef("pk"))))
        .order_by("day")
        .values_list("day", "pk", "definition")
    )
    return [(at, pk) for at, pk, definition in rows if definition == rows[-1][2]]


def _want(period: StagePeriod, counts: list[tuple[dt.date, int]], first: int, offset: int, day: dt.date) -> _Wanted:
    return _Wanted(period, wanted_columns(period.starts_on, counts, first, offset, day))


def wanted_columns(
    start: dt.date, counts: Sequence[tuple[dt.date, int]], first: int, offset: int, day: dt.date
) -> dict[int, int]:
    """The nearest count for every week from 26 down to `first` before a start; `counts` are (day, key), oldest first."""
    days = [at for at, _pk in counts]
    columns: dict[int, int] = {}
    for week in range(first, WEEKS + 1):
        target = min(day_of(start, week, offset), day)
        at = bisect.bisect_left(days, target)
        near = [i for i in (at - 1, at) if 0 <= i < len(days) and abs((days[i] - target).days) <= NEAR_DAYS]
        if near:
            columns[week] = counts[min(near, key=lambda i: abs((days[i] - target).days))][1]
    return columns


def _areas(day: dt.date) -> dict[int, int]:
    """The region of every gemeente: its arbeidsmarktregio when those are known, else its province."""
    where = where_of(day)
    level = AreaLevel.LABOUR_MARKET if any(place.labour_market for place in where.values()) else AreaLevel.PROVINCE
    kind = Region.Kind.LABOUR_MARKET if level == AreaLevel.LABOUR_MARKET else Region.Kind.PROVINCE
    keys = dict(Region.objects.filter(kind=kind).values_list("code", "pk"))
    codes = {
        pk: place.labour_market if level == AreaLevel.LABOUR_MARKET else place.province for pk, place in where.items()
    }
    return {pk: keys[code] for pk, code in codes.items() if pk is not None and code in keys}


_CELLS = """
SELECT c.snapshot_id, c.period_id, c.school_id, a.region, sum(c.students), sum(c.placed), sum(c.structural)
FROM shortages_demandcell c
JOIN unnest(%s::bigint[], %s::bigint[]) AS w (snapshot, period) ON c.snapshot_id = w.snapshot AND c.period_id = w.period
LEFT JOIN unnest(%s::bigint[], %s::bigint[]) AS a (municipality, region) ON a.municipality = c.municipality_id
GROUP BY 1, 2, 3, 4
"""
Cells = dict[tuple[int, int], list[tuple[Unit, float, float, float]]]


def _cells(pairs: set[tuple[int, int]], areas: dict[int, int]) -> Cells:
    """Students, placed and structural by unit, for the counts and periods asked; summed by the database."""
    asked = sorted(pairs)
    found: Cells = {pair: [] for pair in asked}
    with connection.cursor() as cursor:
        cursor.execute(
            _CELLS,
            [[s for s, _p in asked], [p for _s, p in asked], list(areas), list(areas.values())],
        )
        for snapshot, period, school, region, students, placed, structural in cursor.fetchall():
            found[snapshot, period].append((Unit(school, region), float(students), float(placed), float(structural)))
    return found


def _told(periods: Sequence[StagePeriod], snapshot: int) -> dict[int, dict[int, int]]:
    """By period and school how many students it expects; of a leerjaar it said nothing of, who is there now counts."""
    said: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
    rows = ExpectedIntake.objects.filter(period__in=periods).values_list(
        "period", "programme__school", "programme", "year", "number"
    )
    for period, school, programme, year, number in rows:
        said.setdefault((period, school), {})[programme, year] = number
    there: dict[tuple[int, int], int] = {}
    present = (
        DemandCell.objects.filter(snapshot=snapshot, period__in=periods, school__in={school for _p, school in said})
        .order_by()
        .values_list("period", "school", "programme", "year")
        .annotate(n=Sum("students"))
    )
    for period, school, programme, year, n in present:
        if (period, school) in said and (programme, year) not in said[period, school]:
            there[period, school] = there.get((period, school), 0) + n
    answer: dict[int, dict[int, int]] = {}
    for (period, school), numbers in said.items():
        answer.setdefault(period, {})[school] = sum(numbers.values()) + there.get((period, school), 0)
    return answer


def _assemble(
    period: StagePeriod,
    day: dt.date,
    snapshot: int,
    now: _Wanted,
    past: list[_Wanted],
    cells: Cells,
    told: dict[int, int],
) -> Ahead | None:
    week = weeks_until(period.starts_on, day)
    newest = now.columns.get(week)
    if newest is None:
        return None
    present = {unit.school for unit, students, *_rest in cells[newest, period.pk] if students}
    schools = sorted(present | {school for school, number in told.items() if number})
    if not schools:
        return None
    units = sorted(
        {
            unit
            for wanted in [now, *past]
            for pk in wanted.columns.values()
            for unit, *_rest in cells[pk, wanted.period.pk]
        },
        key=lambda unit: (unit.school, unit.region or 0),
    )
    units += [Unit(school, None) for school in schools if school not in {unit.school for unit in units}]
    place = {unit: at for at, unit in enumerate(units)}
    seasons = [_season(wanted, place, cells) for wanted in past]
    season = _season(now, place, cells)
    here = np.nan_to_num(season.students[:, week])
    last = seasons[-1].students[:, 0].copy() if seasons else np.full(len(units), np.nan)
    last[[unit.school not in schools for unit in units]] = np.nan  # a school that left expects nobody
    by_school = {school: at for at, school in enumerate(sorted({unit.school for unit in units}))}
    by_region = {region: at for at, region in enumerate(sorted({unit.region or 0 for unit in units}))}
    known = Known(
        now=season,
        past=seasons,
        school=np.array([by_school[unit.school] for unit in units], np.int64),
        region=np.array([by_region[unit.region or 0] for unit in units], np.int64),
        week=week,
        told=_spread_told(units, told, here, last),
        last=last,
        prior=Prior(),
    )
    year_ago = [w.period for w in past if 300 <= (period.starts_on - w.period.starts_on).days <= 430]
    return Ahead(
        period=period,
        day=day,
        snapshot=snapshot,
        units=units,
        known=known,
        last_year=year_ago[-1] if year_ago else None,
        past_periods=[wanted.period for wanted in past],
        told=told,
        schools=schools,
    )


def _season(wanted: _Wanted, place: dict[Unit, int], cells: Cells) -> Season:
    shape = (len(place), WEEKS + 1)
    students, placed, structural = (np.full(shape, np.nan) for _ in range(3))
    for week, pk in wanted.columns.items():
        students[:, week] = placed[:, week] = structural[:, week] = 0
        for unit, n, got, short in cells[pk, wanted.period.pk]:
            at = place[unit]
            students[at, week], placed[at, week], structural[at, week] = n, got, short
    return Season(students, placed, structural)


def _spread_told(units: list[Unit], told: dict[int, int], here: F64, last: F64) -> F64:
    """What a school told, divided over where its students live now, else lived a year ago, else evenly."""
    spread = np.full(len(units), np.nan)
    for school, number in told.items():
        own = np.array([at for at, unit in enumerate(units) if unit.school == school], np.int64)
        if not len(own):
            continue
        weight = here[own]
        if not weight.sum():
            weight = np.nan_to_num(last[own])
        if not weight.sum():
            weight = np.ones(len(own))
        spread[own] = number * weight / weight.sum()
    return spread
