"""When people of an organisation are free for a talk: the grid a stagemakelaar picks from, and three suggestions."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from organisations.models import Organisation
from organisations.workdays import add_working_days, closing_days
from placements.models import Interview, InterviewBooking
from stagematch.clock import now, today

START_TIMES = (dt.time(9), dt.time(10), dt.time(11), dt.time(13), dt.time(14), dt.time(15), dt.time(16))
DAYS = 5
WEEKS = 4
"""How many weeks of five working days one can look ahead."""
FIRST_DAY = 2
"""Working days from today: a student needs time to answer and to travel."""
SUGGESTIONS = 3


@dataclass(frozen=True)
class Cell:
    """One time on one day. `busy` are the names of who has another talk then."""

    starts_at: dt.datetime
    busy: tuple[str, ...]
    suggested: bool = False

    @property
    def value(self) -> str:
        """The moment in local time, as a form field sends it."""
        return timezone.localtime(self.starts_at).strftime("%Y-%m-%dT%H:%M")

    @property
    def is_free(self) -> bool:
        return not self.busy and self.starts_at > now()


@dataclass(frozen=True)
class Grid:
    """Five working days with the times one can propose."""

    days: list[dt.date]
    rows: list[tuple[dt.time, list[Cell]]]

    @property
    def cells(self) -> list[Cell]:
        """Every time, in order."""
        return sorted((cell for _time, row in self.rows for cell in row), key=lambda cell: cell.starts_at)


def grid(
    organisation: Organisation,
    people: Mapping[str, str],
    *,
    week: int = 0,
    length: dt.timedelta = dt.timedelta(minutes=30),
    moving: Interview | None = None,
) -> Grid:
    """Return the grid for `people` (person to name, as `services.bookings` names them); one query for their agendas, one for the closing days.

    `moving` is the talk that is being moved: its own time counts as free. The first free times of three different days
    are suggested.
    """
    first = FIRST_DAY + DAYS * max(0, min(week, WEEKS - 1))
    closed = closing_days(organisation)
    days = [add_working_days(today(), n, closed=closed) for n in range(first, first + DAYS)]
    taken = _taken(people, days[0], days[-1], moving)
    cells: dict[tuple[dt.date, dt.time], Cell] = {}
    suggested = 0
    for day in days:
        fresh = suggested < SUGGESTIONS
        for time in START_TIMES:
            start = timezone.make_aware(dt.datetime.combine(day, time))
            names = _busy(taken, people, start, start + length)
            suggest = fresh and not names
            if suggest:
                suggested, fresh = suggested + 1, False
            cells[day, time] = Cell(start, names, suggested=suggest)
    return Grid(days, [(time, [cells[day, time] for day in days]) for time in START_TIMES])


def _taken(
    people: Iterable[str], first: dt.date, last: dt.date, moving: Interview | None
) -> list[tuple[str, dt.datetime, dt.datetime]]:
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(first, dt.time.min, tzinfo=zone)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    rows = InterviewBooking.objects.filter(person__in=list(people), starts_at__lt=end, ends_at__gt=start)
    if moving is not None:
        rows = rows.exclude(interview=moving)
    return list(rows.values_list("person", "starts_at", "ends_at"))


def _busy(
    taken: list[tuple[str, dt.datetime, dt.datetime]], people: Mapping[str, str], start: dt.datetime, end: dt.datetime
) -> tuple[str, ...]:
    return tuple(sorted({people[person] for person, a, b in taken if a < end and b > start}))
