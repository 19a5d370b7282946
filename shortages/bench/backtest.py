"""How good the forecast would have been in seasons that never were, beside simpler ways to guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from shortages.bench import years
from shortages.forecast import COVER, F64, Known, Prior, forecast

AT = (20, 12, 8, 4)
SEEDS = (11, 12, 13, 14, 15, 16, 17, 18)
"""None of these was looked at while the method was made (that was done on 1 to 4)."""
YEARS = 6
FIRST = 2
"""The first year that is forecast: with two earlier ones."""
WAYS = ("forecast", "last year", "last year's share", "today's pace")


@dataclass
class Score:
    """Errors per way of guessing and whether the interval held, all schools and years of one number of weeks together."""

    errors: dict[str, list[F64]] = field(default_factory=lambda: {way: [] for way in WAYS})
    held: list[F64] = field(default_factory=list)
    width: list[F64] = field(default_factory=list)
    country: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    country_held: list[bool] = field(default_factory=list)
    outcome: list[F64] = field(default_factory=list)

    def error(self, way: str) -> float:
        """Mean absolute error, in students per school."""
        return float(np.mean(np.abs(self.errors[way])))

    @property
    def coverage(self) -> float:
        """How often the outcome was within the interval."""
        return float(np.mean(self.held))

    @property
    def forecasts(self) -> int:
        return int(sum(len(row) for row in self.held))


def backtest(
    seeds: Iterable[int] = SEEDS,
    *,
    at: Sequence[int] = AT,
    number: int = YEARS,
    first: int = FIRST,
    draws: int = 1_000,
    say: Callable[[str], None] = lambda _: None,
    **size: int,
) -> dict[int, Score]:
    """Forecast every year from `first` on with the years before it, so many weeks before the start."""
    scores = {week: Score() for week in at}
    for seed in seeds:
        place = years.world(seed, **size)
        played = [years.play(place, year) for year in range(number)]
        for year in range(first, number):
            for week in at:
                _one(scores[week], place, played, year, week, draws)
        say(f"seed {seed}")
    return scores


def _one(score: Score, place: years.World, played: Sequence[years.Year], year: int, week: int, draws: int) -> None:
    now, before = played[year], played[year - 1]
    known = Known(
        now=now.season.until(week),
        past=[one.season for one in played[:year]],
        school=np.arange(place.schools),
        region=place.region,
        week=week,
        told=now.told,
        prior=Prior(),
    )
    found = forecast(known, draws=draws)
    ours = np.stack([found.interval([school])[:, 0] for school in range(place.schools)], axis=1)
    share = before.outcome / np.maximum(before.season.students[:, 0], 1)
    guesses = dict(zip(WAYS, (ours[1], before.outcome, share * now.told, found.same_pace), strict=True))
    truth = now.outcome
    for way, guess in guesses.items():
        score.errors[way].append(guess - truth)
        score.country[way].append(abs(float(guess.sum() - truth.sum())))
    score.held.append((ours[0] <= truth) & (truth <= ours[2]))
    score.width.append(ours[2] - ours[0])
    score.outcome.append(truth)
    low, middle, high = found.interval(np.arange(place.schools))[:, 0]
    score.country["forecast"][-1] = abs(float(middle - truth.sum()))
    score.country_held.append(bool(low <= truth.sum() <= high))


def table(scores: dict[int, Score], *, seeds: int) -> str:
    """Markdown of a back-test."""
    some = next(iter(scores.values()))
    mean = float(np.mean(np.concatenate(some.outcome)))
    first = (
        f"{some.forecasts:,} forecasts per row: {seeds} worlds, years 3 to {YEARS}, every school; on average {mean:.1f} students of a "
        f"school had no place at the start. Errors are mean absolute errors in students; the interval means to hold {COVER:.0%} of the time."
    )
    lines = [
        first,
        "",
        "| weeks before | **forecast** | same as last year | last year's share of who is expected | today's pace unchanged | interval held | its width | country: forecast / last year | held |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for week, score in scores.items():
        others = " | ".join(f"{score.error(way):.1f}" for way in WAYS[1:])
        lines.append(
            f"| {week} | **{score.error('forecast'):.1f}** | {others} | {score.coverage:.0%} | {np.mean(np.concatenate(score.width)):.1f} | "
            f"{np.mean(score.country['forecast']):.0f} / {np.mean(score.country['last year']):.0f} | {np.mean(score.country_held):.0%} |"
        )
    return "\n".join(lines) + "\n"


def report(say: Callable[[str], None]) -> str:
    """The section of docs/benchmarks.md: the table, what was with fewer earlier years, and every assumption."""
    usual = backtest(say=say)
    young = backtest(number=2, first=1, say=say)
    text = table(usual, seeds=len(SEEDS))
    fewer = ", ".join(
        f"{score.error('forecast'):.1f} against {score.error('last year'):.1f} at {week} weeks (held {score.coverage:.0%})"
        for week, score in young.items()
    )
    told = "\n".join(f"- {line}" for line in years.ASSUMPTIONS)
    return f"{text}\nWith one earlier year only: {fewer}.\n\nAssumptions:\n\n{told}\n"
