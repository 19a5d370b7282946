"""The line of the page: students without a place over the last half year, and a year before."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme, StagePeriod
from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot

MONTHS, WEEKS, DAYS = 6, 6, 6
LEAST_MONTHS = 3
HALF_YEAR = dt.timedelta(days=183)
YEAR = dt.timedelta(days=364)
"""A year back on the same day of the week."""
NEAR = dt.timedelta(days=10)
LEFT, RIGHT, TOP, BOTTOM = 60, 490, 20, 200


@dataclass(frozen=True)
class Point:
    """One day of the line: students without a place then, and a year before (None when not counted)."""

    day: dt.date
    label: str
    x: int
    now: int
    before: int | None
    y: int
    y_before: int | None


@dataclass(frozen=True)
class Trend:
    """The line, ready to draw in 560 by 240; `before` is last year on about this day, None when not counted then."""

    points: list[Point]
    top: int

    @property
    def is_a_line(self) -> bool:
        return len(self.points) > 1

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def before(self) -> int | None:
        return self.points[-1].before if self.points else None

    @property
    def ticks(self) -> list[tuple[int, int]]:
        """(number, y) of the lines across."""
        return [(self.top * n // 3, _y(self.top * n // 3, self.top)) for n in range(4)]

    @property
    def line(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def line_before(self) -> str:
        return " ".join(f"{point.x},{point.y_before}" for point in self.points if point.y_before is not None)

    @property
    def label_y(self) -> int:
        """Where the last number stands: below its own point when last year's is above it, else above."""
        return self.last.y + 26 if self._is_below else self.last.y - 14

    @property
    def label_before_y(self) -> int:
        y = self.last.y_before if self.last.y_before is not None else 0
        return y - 12 if self._is_below else y + 24

    @property
    def _is_below(self) -> bool:
        return self.last.y_before is not None and self.last.y >= self.last.y_before

    @cached_property
    def description(self) -> str:
        """What the picture says, for who does not see it."""
        text = _("Studenten zonder plek: %(first)s in %(start)s, %(last)s in %(end)s.") % {
            "first": self.points[0].now,
            "start": self.points[0].label,
            "last": self.last.now,
            "end": self.last.label,
        }
        known = [point for point in self.points if point.before is not None]
        if len(known) > 1:
            text += " " + _("Vorig jaar: %(first)s en %(last)s.") % {"first": known[0].before, "last": known[-1].before}
        return text


@dataclass(frozen=True)
class _Sum:
    """Students without a place in one period on one night."""

    day: dt.date
    period: int
    starts_on: dt.date
    ends_on: dt.date
    open: int


def trend_of(
    *,
    day: dt.date,
    definition: int,
    school: Organisation,
    period: StagePeriod,
    programme: Programme | None,
    before: bool = True,
) -> Trend:
    """Return the line of a school and period up to the count of `day`, and of the same period a year before.

    Only of counts by the version `definition`: others cannot be compared. One query for the ends of months; a second one while there are too few months for a line.
    """
    cells = DemandCell.objects.filter(school=school, snapshot__definition=definition)
    if programme is not None:
        cells = cells.filter(programme=programme)
    recent, long_ago = day - HALF_YEAR, day - YEAR - HALF_YEAR
    nights = ShortageSnapshot.objects.filter(
        Q(day__lte=day, day__gt=recent) | Q(day__lte=day - YEAR, day__gt=long_ago),
        status=SnapshotStatus.DONE,
        definition=definition,
    )
    ends = nights.order_by().annotate(month=TruncMonth("day")).values("month").annotate(last=Max("day")).values("last")
    sums = _sums(cells, ends)
    mine = {row.day: row.open for row in sums if row.period == period.pk and row.day > recent}
    if len(mine) < LEAST_MONTHS:
        days = [day - dt.timedelta(days=back) for back in range(7 * WEEKS)]
        years_ago = [other - YEAR for other in days]
        sums = _sums(cells, [*days, *years_ago])
        counted = {row.day: row.open for row in sums if row.period == period.pk and row.day > recent}
        moments = _weeks(counted, day) or _last_days(counted)
        mine = {moment: counted[moment] for moment in moments}
    else:
        moments = {moment: date_format(moment, "M").lower() for moment in sorted(mine)[-MONTHS:]}
    old = _year_before(sums, period, recent) if before else {}
    series = [(moment, label, mine[moment], _nearest(moment - YEAR, old)) for moment, label in moments.items()]
    return _draw(series)


def _sums(cells: "QuerySet[DemandCell]", days: Any) -> list[_Sum]:
    rows = (
        cells.filter(snapshot__status=SnapshotStatus.DONE, snapshot__day__in=days)
        .order_by()
        .values_list("snapshot__day", "period", "period__starts_on", "period__ends_on")
        .annotate(Sum("open"))
    )
    return [_Sum(*row) for row in rows]


def _year_before(sums: Sequence[_Sum], period: StagePeriod, recent: dt.date) -> dict[dt.date, int]:
    """The counts of last year, of the period that was then what `period` is now.

    It starts within six weeks of a year before, and lasts about as long.
    """
    aim, length = period.starts_on - YEAR, period.ends_on - period.starts_on
    then = [row for row in sums if row.day <= recent]
    near = {
        row.period: abs((row.starts_on - aim).days)
        for row in then
        if abs((row.starts_on - aim).days) <= 45 and abs((row.ends_on - row.starts_on - length).days) <= 45
    }
    best = min(near, key=lambda pk: (near[pk], pk), default=None)
    return {row.day: row.open for row in then if row.period == best}


def _weeks(counted: Mapping[dt.date, int], last: dt.date) -> dict[dt.date, str]:
    """The last count of each of six weeks; nothing when there is only one."""
    weeks = {}
    for back in range(WEEKS - 1, -1, -1):
        end = last - dt.timedelta(weeks=back)
        inside = [day for day in counted if end - dt.timedelta(days=7) < day <= end]
        if inside:
            weeks[max(inside)] = _short(max(inside))
    return weeks if len(weeks) > 1 else {}


def _last_days(counted: Mapping[dt.date, int]) -> dict[dt.date, str]:
    return {day: _short(day) for day in sorted(counted)[-DAYS:]}


def _short(day: dt.date) -> str:
    return date_format(day, "j M").lower()


def _nearest(aim: dt.date, counted: Mapping[dt.date, int]) -> int | None:
    near = [day for day in counted if abs(day - aim) <= NEAR]
    return counted[min(near, key=lambda day: (abs(day - aim), day))] if near else None


def _draw(series: Sequence[tuple[dt.date, str, int, int | None]]) -> Trend:
    most = max([1, *(number for _day, _label, now, before in series for number in (now, before or 0))])
    step = next(s for s in _nice_steps() if s * 3 >= most)
    top = step * 3
    width = (RIGHT - LEFT) / max(1, len(series) - 1)
    points = [
        Point(
            day=day,
            label=label,
            x=round(LEFT + place * width),
            now=now,
            before=before,
            y=_y(now, top),
            y_before=None if before is None else _y(before, top),
        )
        for place, (day, label, now, before) in enumerate(series)
    ]
    return Trend(points, top)


def _nice_steps() -> "list[int]":
    return [n * 10**power for power in range(6) for n in (1, 2, 3, 4, 5, 8)] + [10**6]


def _y(number: int, top: int) -> int:
    return round(BOTTOM - number * (BOTTOM - TOP) / top)
