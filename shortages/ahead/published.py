"""What to expect of areas, from published figures alone (features B8, product R9).

Everything here is worked out of rows of `PublishedFigure`, which everybody can download; so an expectation tells nobody
more about a student than the open data do (docs/disclosure.md). No count, no cell and no student is read.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Exists, OuterRef

from organisations.models import StagePeriod
from shortages.ahead.history import MOST_PAST, NEAR_DAYS, WEEKS, comparable, wanted_columns, weeks_until
from shortages.areas import COUNTRY
from shortages.disclosure import LEAST, STEP
from shortages.enums import AreaLevel, PublishedTable
from shortages.forecast import F64, METHOD, Known, Season, forecast
from shortages.models import PublishedFigure, PublishedForecast, ShortageSnapshot

LEVELS = (AreaLevel.COUNTRY, AreaLevel.PROVINCE, AreaLevel.COROP, AreaLevel.LABOUR_MARKET)
SMALLEST = 2 * LEAST  # an area with less than this to expect is left out
DEVIATIONS = 1.28 / 2  # a margin is two standard deviations (19 in 20); 8 in 10 is 1.28 of them
HALF = 0.5  # of those in conversation or placed, when it is not published how many are which

Key = tuple[str, str]  # level, code
Parts = tuple[float, float, float]  # students, placed, structural
Figures = dict[tuple[int, int], dict[Key, PublishedFigure]]  # by count and period


@dataclass(frozen=True)
class Plan:
    """The counts of one period: which stands for which week."""

    period: StagePeriod
    columns: dict[int, int]


def expected_of(day: dt.date) -> list[PublishedForecast]:
    """Return what is to be published on `day`, for every period that begins within 26 weeks; three queries.

    Of an area whose number without a place was published that night, and of which ten or more are expected.
    """
    periods = list(StagePeriod.objects.order_by("starts_on", "pk"))
    counts = _counts(day)
    if not counts or (day - counts[-1][0]).days > NEAR_DAYS:
        return []
    done = [p for p in periods if p.starts_on <= day]
    plans: list[tuple[Plan, list[Plan], int]] = []
    for period in (p for p in periods if day < p.starts_on <= day + dt.timedelta(weeks=WEEKS)):
        week = weeks_until(period.starts_on, day)
        offset = 7 * week - (period.starts_on - day).days
        now = Plan(period, wanted_columns(period.starts_on, counts, week, offset, day))
        past = [
            Plan(other, wanted_columns(other.starts_on, counts, 0, offset, day))
            for other in comparable(period, done)[-MOST_PAST:]
        ]
        plans.append((now, [season for season in past if 0 in season.columns], week))
    figures = _read(season for now, past, _week in plans for season in (now, *past))
    return [row for plan in plans for level in LEVELS for row in of_level(level, day, *plan, figures)]


def _counts(day: dt.date) -> list[tuple[dt.date, int]]:
    """(day, key) of every published count up to `day`, of the version of the definitions that the newest was made by."""
    rows = list(
        ShortageSnapshot.objects.until(day)
        .filter(Exists(PublishedFigure.objects.filter(snapshot=OuterRef("pk"))))
        .order_by("day")
        .values_list("day", "pk", "definition")
    )
    return [(at, pk) for at, pk, definition in rows if definition == rows[-1][2]]


def _read(seasons: Iterable[Plan]) -> Figures:
    wanted = {(count, season.period.pk) for season in seasons for count in season.columns.values()}
    rows = PublishedFigure.objects.filter(
        table=PublishedTable.AREAS, level__in=LEVELS, open__isnull=False,
        snapshot__in={count for count, _period in wanted}, period__in={period for _count, period in wanted},
    )  # fmt: skip
    found: Figures = {}
    for row in rows:
        if (row.snapshot_id, row.period_id) in wanted:
            found.setdefault((row.snapshot_id, row.period_id), {})[row.level, row.code] = row
    return found


def of_level(
    level: AreaLevel, day: dt.date, now: Plan, past: list[Plan], week: int, figures: Figures
) -> Iterable[PublishedForecast]:
    """Yield what is expected of the areas of one kind whose number without a place was published tonight."""
    newest = figures.get((now.columns.get(week, 0), now.period.pk), {})
    codes = sorted(code for kind, code in newest if kind == level)
    if not codes:
        return
    units: list[Key] = [(level, code) for code in codes]
    # The country tells how a usual season goes, also where an area has no earlier figures; it is no area here.
    teacher: list[Key] = [] if level == AreaLevel.COUNTRY else [(AreaLevel.COUNTRY, COUNTRY)]
    seasons = [_season(season, [*units, *teacher], figures) for season in past]
    seasons = [season for season in seasons if not np.isnan(season.students[:, 0]).all()]
    present = _season(now, units, figures)
    if teacher:
        present = Season(*(np.vstack([part, np.full((1, WEEKS + 1), np.nan)]) for part in _parts(present)))
    number = len(units) + len(teacher)
    known = Known(
        now=present,
        past=seasons,
        school=np.arange(number, dtype=np.int64),
        region=np.zeros(number, np.int64),
        week=week,
        told=np.full(number, np.nan),
    )
    drawn = forecast(known)
    for at, key in enumerate(units):
        low, middle, high = drawn.interval([at])[:, 0].tolist()
        shown = rounded(low, middle, high, newest[key].margin)
        if shown is not None:
            yield PublishedForecast(
                day=day, period=now.period, level=key[0], code=key[1], weeks=week, low=shown[0], middle=shown[1],
                high=shown[2], past=len(seasons), method=METHOD,
            )  # fmt: skip


def rounded(low: float, middle: float, high: float, margin: int) -> tuple[int | None, int, int] | None:
    """Return the interval with the margin of the figures in it, outwards to fives; None when it is about too few.

    The forecast's own spread and that of the rounded figures it was made from are independent, so their squares add up.
    """
    blur = DEVIATIONS * margin
    shown = STEP * round(middle / STEP)
    if shown < SMALLEST:
        return None
    least = STEP * math.floor((middle - math.hypot(middle - low, blur)) / STEP)
    most = STEP * math.ceil((middle + math.hypot(high - middle, blur)) / STEP)
    return (least if least >= LEAST else None), shown, max(most, shown)


def _parts(season: Season) -> tuple[F64, F64, F64]:
    return season.students, season.placed, season.structural


def _season(season: Plan, units: Sequence[Key], figures: Figures) -> Season:
    """The figures of these areas by week; NaN where nothing was published."""
    students, placed, structural = (np.full((len(units), WEEKS + 1), np.nan) for _ in range(3))
    for week, count in season.columns.items():
        shown = figures.get((count, season.period.pk), {})
        country = shown.get((AreaLevel.COUNTRY, COUNTRY))
        for at, key in enumerate(units):
            if key in shown:
                students[at, week], placed[at, week], structural[at, week] = parts_of(shown[key], country)
    return Season(students, _climbing(placed), structural)


def _climbing(placed: F64) -> F64:
    """Never fewer placed than a week before: what seems to go down is rounding."""
    filled = np.where(np.isnan(placed), -np.inf, placed)
    climbed = np.maximum.accumulate(filled[:, ::-1], axis=1)[:, ::-1]
    return np.where(np.isnan(placed), np.nan, climbed)


def parts_of(figure: PublishedFigure, country: PublishedFigure | None) -> Parts:
    """Students, placed and structurally short of a published row that shows `open`.

    Figures are sums, so one that is not shown follows from the others (students = placed + talking + open), or is
    taken to be the part it is of the country.
    """
    still = figure.open or 0
    students = max(figure.students or 0, still)
    rest = students - still
    if figure.placed is not None:
        placed: float = figure.placed
    elif figure.talking is not None:
        placed = max(rest - figure.talking, 0)
    else:
        placed = rest * _placed_share(country)
    return float(students), float(min(placed, rest)), min(_structural(figure, country), float(still))


def _placed_share(country: PublishedFigure | None) -> float:
    """Of who is placed or in conversation in the country, the part that is placed."""
    if country is None or country.open is None or country.students is None or country.students <= country.open:
        return HALF
    rest = country.students - country.open
    if country.placed is not None:
        return min(1.0, country.placed / rest)
    return max(0.0, 1 - country.talking / rest) if country.talking is not None else HALF


def _structural(figure: PublishedFigure, country: PublishedFigure | None) -> float:
    still = figure.open or 0
    if figure.structural is not None:
        return float(figure.structural)
    if figure.frictional is not None:
        return float(max(0, still - figure.frictional))
    if country is None or country is figure or not country.open:
        # With next to no free places structural and frictional are not told apart: who is not short fits a free place.
        return float(max(0, still - (figure.free or 0)))
    return still * min(1.0, _structural(country, None) / country.open)
