"""How good the expectation is that everybody sees, in the seasons of `years`: made of rounded, published figures only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from organisations.models import StagePeriod
from shortages import disclosure
from shortages.ahead.published import Figures, Key, Plan, of_level
from shortages.areas import COUNTRY
from shortages.bench import years
from shortages.bench.backtest import AT, FIRST, SEEDS, YEARS
from shortages.disclosure import FRICTIONAL, PLACED, STRUCTURAL, Chain, Figure, Place
from shortages.enums import AreaLevel
from shortages.forecast import COVER
from shortages.models import PublishedFigure

LEVELS = (AreaLevel.COUNTRY, AreaLevel.LABOUR_MARKET)
DAY = dt.date(2027, 1, 1)  # of no meaning here: weeks are counted


@dataclass
class Score:
    """Of one level, so many weeks before the start: what was said and what it became."""

    errors: list[float] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    outcome: list[float] = field(default_factory=list)


def backtest(
    seeds: Iterable[int] = SEEDS, *, at: Sequence[int] = AT, number: int = YEARS, first: int = FIRST, **size: int
) -> dict[tuple[str, int], Score]:
    """Forecast every year from `first` on from the published figures of it and of the years before it."""
    scores = {(level.value, week): Score() for level in LEVELS for week in at}
    for seed in seeds:
        place = years.world(seed, **size)
        played = [years.play(place, year) for year in range(number)]
        figures: Figures = {}
        for year, one in enumerate(played):
            for week in range(years.WEEKS + 1):
                figures[week + 100 * year, year] = _published(place, one, year, week, secret=str(seed).encode())
        plans = [
            Plan(StagePeriod(pk=year), {week: week + 100 * year for week in range(years.WEEKS + 1)})
            for year in range(number)
        ]
        for year in range(first, number):
            for week in at:
                now = Plan(plans[year].period, {at: key for at, key in plans[year].columns.items() if at >= week})
                for level in LEVELS:
                    for row in of_level(level, DAY, now, plans[:year], week, figures):
                        inside = [row.code in (COUNTRY, f"AM{region:02d}") for region in place.region]
                        _score(
                            scores[level.value, week], row.low, row.middle, row.high, played[year].outcome[inside].sum()
                        )
    return scores


def _score(score: Score, low: int | None, middle: int, high: int, truth: float) -> None:
    score.errors.append(abs(middle - truth))
    score.held.append((low or 0) <= truth <= high)
    score.width.append(high - (low or 0))
    score.outcome.append(truth)


def _published(
    place: years.World, one: years.Year, year: int, week: int, *, secret: bytes
) -> dict[Key, PublishedFigure]:
    """What one week's count of these schools would show of each region and of the country."""
    chains: dict[Chain, dict[Place, float]] = {}
    for school in range(place.schools):
        students, placed, short = (
            float(part[school, week]) for part in (one.season.students, one.season.placed, one.season.structural)
        )
        spot = (f"AM{place.region[school]:02d}",)
        still = students - placed
        short = min(short, still)
        for situation, amount in ((PLACED, placed), (STRUCTURAL, short), (FRICTIONAL, still - short)):
            chains[str(school), str(year), situation] = {spot: amount}

    def rows(chain: Chain, where: Place) -> Iterable[Key]:
        return [(AreaLevel.COUNTRY.value, COUNTRY), (AreaLevel.LABOUR_MARKET.value, where[0])]

    shown: dict[Key, dict[str, Figure]] = disclosure.tabulate(chains, rows, secret)
    return {
        key: PublishedFigure(
            level=key[0], code=key[1], margin=max((f.margin for f in parts.values() if f.value is not None), default=0),
            **{name: figure.value for name, figure in parts.items()},
        )
        for key, parts in shown.items()
        if parts["open"].value is not None
    }  # fmt: skip


def report(say: Callable[[str], None]) -> str:
    """The part of docs/benchmarks.md about what everybody sees."""
    scores = backtest()
    say("what everybody sees")
    lines = [
        f"What everybody sees, from the rounded figures of the same seasons; the interval means to hold {COVER:.0%} of the time or more.",
        "",
        "| of | weeks before | forecasts | students without a place | mean error | interval held | its width |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    words = {AreaLevel.COUNTRY.value: "the country", AreaLevel.LABOUR_MARKET.value: "a region"}
    for (level, week), score in scores.items():
        lines.append(
            f"| {words[level]} | {week} | {len(score.held)} | {np.mean(score.outcome):.0f} | {np.mean(score.errors):.1f} | "
            f"{np.mean(score.held):.0%} | {np.mean(score.width):.0f} |"
        )
    return "\n".join(lines) + "\n"
