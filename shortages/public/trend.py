"""The line of published figures: students without a place, week by week up to the newest count."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.models import StagePeriod
from shortages.enums import PublishedTable, SnapshotStatus
from shortages.models import PublishedFigure
from stagematch.ui.numbers import grouped

WEEKS = 26
MOST_POINTS = 14
LEFT, RIGHT, TOP, BOTTOM = 60, 520, 20, 200
APART = 70  # between two days below the line, so that they stay readable


@dataclass(frozen=True)
class Point:
    """One count on the line."""

    day: dt.date
    number: int
    x: int
    y: int
    label: str


@dataclass(frozen=True)
class Line:
    """The line, ready to draw in 560 by 240."""

    points: list[Point]
    top: int

    @property
    def path(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def ticks(self) -> list[tuple[int, int]]:
        """(number, y) of the lines across."""
        return [(self.top * n // 4, _y(self.top * n // 4, self.top)) for n in range(5)]

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def last_y(self) -> int:
        return self.last.y - 14

    @property
    def description(self) -> str:
        """What the picture says, for who does not see it."""
        first, last = self.points[0], self.points[-1]
        return _("Studenten zonder plek: ongeveer %(a)s op %(start)s, ongeveer %(b)s op %(end)s.") % {
            "a": grouped(first.number),
            "start": date_format(first.day, "j F Y"),
            "b": grouped(last.number),
            "end": date_format(last.day, "j F Y"),
        }


def line_of(*, level: str, code: str, period: StagePeriod, until: dt.date, definition: int) -> Line | None:
    """Return the line of an area of the last half year, at most a point a week; None with fewer than two. One query.

    Only of counts by the version `definition`: others cannot be compared.
    """
    days = [until - dt.timedelta(weeks=back) for back in range(WEEKS)]
    rows = (
        PublishedFigure.objects.filter(
            table=PublishedTable.AREAS, level=level, code=code, period=period, open__isnull=False,
            snapshot__status=SnapshotStatus.DONE, snapshot__day__in=days, snapshot__definition=definition,
        )
        .order_by("snapshot__day")
        .values_list("snapshot__day", "open")
    )  # fmt: skip
    found = [(day, number) for day, number in rows if number is not None]
    while len(found) > MOST_POINTS:
        found = found[::-2][::-1]
    if len(found) < 2:
        return None
    top = _round_up(max(number for _day, number in found))
    first, span = found[0][0], max(1, (found[-1][0] - found[0][0]).days)
    points: list[Point] = []
    room = RIGHT + APART  # the newest gets its day first, then those that have room for it
    for day, number in reversed(found):
        x = LEFT + (RIGHT - LEFT) * (day - first).days // span
        label = date_format(day, "j b") if room - x >= APART else ""
        room = x if label else room
        points.append(Point(day, number, x, _y(number, top), label))
    return Line(points[::-1], top)


def _y(number: int, top: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * number / top)


def _round_up(number: int) -> int:
    """A round number of at least `number` that four steps divide."""
    size = 20
    while size < number:
        size = size * 2 if str(size)[0] != "4" else size * 5 // 2
    return size
