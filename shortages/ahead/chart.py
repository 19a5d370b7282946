"""The chart of a forecast: points for an SVG, so that the page needs no style of its own and no script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.template.defaultfilters import date as date_words

from shortages.ahead.outlook import Week

WIDTH, HEIGHT = 560, 280
LEFT, RIGHT, TOP, BOTTOM = 44, 500, 18, 236


@dataclass(frozen=True)
class Mark:
    """A word or number at a place in the chart."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything of the drawing, ready made."""

    counted: str
    last_year: str
    band: str
    middle: str
    now: Mark | None
    end: list[Mark]
    grid: list[Mark]
    days: list[Mark]
    last_end: Mark | None


def chart_of(weeks: Sequence[Week], now: int) -> Chart:
    """Draw the weeks, oldest first; `now` is how many weeks before the start we are."""
    numbers = [
        number for week in weeks for number in (week.counted, week.last_year, week.high) if number is not None
    ] or [0]
    step = _step(max(*numbers, 4))
    top = step * -(-max(numbers) // step)
    most = max((week.weeks for week in weeks), default=1) or 1

    def x(at: int) -> float:
        return round(RIGHT - (RIGHT - LEFT - 12) * at / most, 1)

    def y(number: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / max(top, 1), 1)

    def line(value: Callable[[Week], int | None]) -> str:
        return " ".join(f"{x(week.weeks)},{y(found)}" for week in weeks if (found := value(week)) is not None)

    here = next((week for week in weeks if week.weeks == now and week.counted is not None), None)
    ahead = [week for week in weeks if week.high is not None]
    band = middle = ""
    if here is not None and here.counted is not None and ahead:
        begin = f"{x(now)},{y(here.counted)}"
        over = " ".join(f"{x(week.weeks)},{y(week.high or 0)}" for week in ahead)
        under = " ".join(f"{x(week.weeks)},{y(week.low or 0)}" for week in reversed(ahead))
        band = f"{begin} {over} {under}"
        middle = f"{begin} " + line(lambda week: week.middle)
    last = weeks[-1] if weeks else None
    ends = []
    if last is not None and last.high is not None and last.low is not None:
        ends.append(Mark(RIGHT + 8, y(last.high) + 5, str(last.high)))
        if y(last.low) - y(last.high) >= 18:
            ends.append(Mark(RIGHT + 8, y(last.low) + 5, str(last.low)))
    return Chart(
        counted=line(lambda week: week.counted),
        last_year=line(lambda week: week.last_year),
        band=band,
        middle=middle,
        now=Mark(x(now), y(here.counted or 0), str(here.counted)) if here else None,
        end=ends,
        grid=[Mark(LEFT - 8, y(number), str(number)) for number in range(0, top + 1, step)],
        days=_days(weeks, x),
        last_end=Mark(RIGHT, y(last.last_year), str(last.last_year)) if last and last.last_year is not None else None,
    )


def _step(most: int) -> int:
    """A round step that gives four to six lines."""
    size = 1
    while most > 50 * size:
        size *= 10
    return next(step * size for step in (1, 2, 5, 10) if most <= 5 * step * size)


def _days(weeks: Sequence[Week], x: Callable[[int], float]) -> list[Mark]:
    """Names of months below the first week in them, never two on top of each other."""
    marks: list[Mark] = []
    month = None
    for week in weeks:
        if week.day.month != month:
            month = week.day.month
            if not marks or x(week.weeks) - marks[-1].x >= 44:
                marks.append(Mark(x(week.weeks), BOTTOM + 22, date_words(week.day, "M").rstrip(".").lower()))
    return marks
