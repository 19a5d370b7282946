"""How many students will have no place when a period begins, from the pace of this and earlier seasons (features B8).

Pure functions over arrays; docs/forecast.md says what is assumed and where the statistics come from. A *unit* is the
smallest group that is counted (students of one school living in one region). Weeks count down: column 0 is the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

METHOD = 1
"""Goes up when a forecast of the same counts would come out differently."""
DRAWS = 1_000
SEED = 2_027
COVER = 0.80

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Season:
    """Counts of one period, each (units, weeks + 1); NaN where nothing was counted (yet)."""

    students: F64
    placed: F64
    structural: F64

    @property
    def weeks(self) -> int:
        return int(self.students.shape[1]) - 1

    @property
    def units(self) -> int:
        return int(self.students.shape[0])

    @property
    def without(self) -> F64:
        """Students without an agreed place."""
        return self.students - self.placed

    def until(self, week: int) -> Season:
        """The same season as it was known that many weeks before the start."""

        def cut(counts: F64) -> F64:
            seen = counts.copy()
            seen[:, :week] = np.nan
            return seen

        return Season(cut(self.students), cut(self.placed), cut(self.structural))


@dataclass(frozen=True)
class Prior:
    """What is believed before any data: spreads are of factors around 1 (a coefficient of variation).

    Chosen round and wide, not tuned to an outcome; with more seasons the data count for more.
    """

    pace: float = 0.06
    """Chance per week of a student who has a fitting place, when there is no earlier season at all."""
    pace_weeks: float = 30.0
    """How many student-weeks that belief weighs, per week of the season."""
    short: float = 0.15
    """Structurally short, as a part of all students, when there is no earlier season."""
    country: float = 0.20
    region: float = 0.10
    school: float = 0.25
    season: float = 0.15
    """Of one school in one season, on top of what it is every season."""
    drift: float = 0.15
    """How much the rest of a season may differ in pace from what was seen of it."""
    short_country: float = 0.25
    short_unit: float = 0.40
    short_drift: float = 0.25
    short_kept: float = 0.8
    """How much of today's shortage, held against the usual, is still there four weeks on."""
    pace_kept: float = 0.8
    """The same of today's pace, held against the usual."""
    clumps: float = 40.0
    """Beta-binomial: as if each week's chance was seen in this many students."""
    told: float = 0.10
    """Error of the number a school expects."""
    last: float = 0.20
    """How much the number of students differs from a year before."""
    ladder: float = 0.12
    """Error of 'so many had come by now in earlier seasons', at its least."""

    def without_past(self) -> Prior:
        """The same with hardly a belief about the pace: the first season has only its own weeks to learn from."""
        return replace(
            self, pace=0.15, country=1.0, short_country=1.0, short_kept=0.95, pace_kept=0.95, drift=0.35, ladder=0.2
        )


@dataclass(frozen=True, eq=False)
class Known:
    """All that a forecast may use: the season now, earlier ones (newest last), and who belongs to which school and region.

    `told` is what the school expects, per unit, NaN when it did not say. `school` and `region` number the units' groups.
    """

    now: Season
    past: Sequence[Season]
    school: I64
    region: I64
    week: int
    told: F64
    prior: Prior = field(default_factory=Prior)
    last: F64 | None = None
    """How many students there were a year before, NaN where that says nothing; None: those of the last season."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """Draws of the number without a place, (draws, units, week + 1), and of all students; column 0 is the start."""

    without: F64
    expected: F64
    same_pace: F64
    """Per unit: everybody expected comes, and the mean of placements of the last four weeks goes on."""
    scale: float
    """By how much the interval is wider than the draws, to have been right in earlier seasons."""

    def interval(self, members: npt.ArrayLike, *, cover: float = COVER) -> F64:
        """Low, middle and high per week of these units together: (3, week + 1), in whole students."""
        total = self.without[:, np.asarray(members, np.int64)].sum(axis=1)
        return spread(total, self.scale, cover)


def spread(total: F64, scale: float, cover: float = COVER) -> F64:
    """Low, middle and high of draws, the interval `scale` times as wide, in whole students and never below 0."""
    tail = (1 - cover) / 2
    low, middle, high = np.quantile(total, [tail, 0.5, 1 - tail], axis=0)
    wide = np.stack([middle - scale * (middle - low), middle, middle + scale * (high - middle)])
    return np.maximum(np.round(wide), 0.0)


def forecast(known: Known, *, draws: int = DRAWS, seed: int = SEED, calibrate: bool = True) -> Outlook:
    """Draw how the season may go on. The same input and seed give the same draws.

    With `calibrate` each earlier season is forecast from the others first, and the interval made as wide as it should
    have been then.
    """
    if not known.past:
        known = replace(known, prior=known.prior.without_past())
    scale = _scale(known, seed) if calibrate else 1.0
    return replace(_draw(known, draws, np.random.default_rng(seed)), scale=scale)


@dataclass(frozen=True, eq=False)
class Curves:
    """How a usual season goes, all units together, per week before the start."""

    pace: F64
    """Placements in the week from w to w - 1, per student who could be placed."""
    short: F64
    """Structurally short per student."""
    come: F64
    """Part of all students who have come."""
    come_error: F64
    """Spread of log(come) between units and seasons."""


def curves(past: Sequence[Season], weeks: int, prior: Prior) -> Curves:
    """Pool earlier seasons; a belief worth little is added, so that no week is without."""
    placed, could, short, students = (np.zeros(weeks + 1) for _ in range(4))
    come, final = np.zeros(weeks + 1), np.zeros(weeks + 1)
    for season in past:
        flow, exposure = flows(season)
        placed += _sum(flow)
        could += _sum(exposure)
        both = ~np.isnan(season.structural)
        short += np.where(both, season.structural, 0).sum(axis=0)
        students += np.where(both, season.students, 0).sum(axis=0)
        ends = np.where(np.isnan(season.students), np.nan, season.students[:, :1])
        seen = ~np.isnan(ends)
        come += np.where(seen, season.students, 0).sum(axis=0)
        final += np.where(seen, ends, 0).sum(axis=0)
    pace = (_smooth(placed) + prior.pace * prior.pace_weeks) / (_smooth(could) + prior.pace_weeks)
    usual = (_smooth(short) + prior.short * 20) / (_smooth(students) + 20)
    # With nothing seen before: some are there half a year before the start, the others come evenly.
    even = 1 - 0.6 * np.arange(weeks + 1) / (weeks + 4)
    there = (come + even * 20) / (final + 20)
    there = np.minimum.accumulate(np.minimum(there, 1.0))
    there[0] = 1.0
    return Curves(pace, usual, there, _come_error(past, there, prior))


def flows(season: Season) -> tuple[F64, F64]:
    """Placements in the week after w, and who could have been placed, (units, weeks + 1); NaN where not counted.

    Column w is the week from w to w - 1, so column 0 is empty. Nobody is placed without a fitting place: who is
    structurally short is not counted among those who could.
    """
    flow = np.full(season.placed.shape, np.nan)
    flow[:, 1:] = np.maximum(season.placed[:, :-1] - season.placed[:, 1:], 0)
    could = np.maximum(season.without - season.structural, 0)
    exposure = np.where(np.isnan(flow), np.nan, could)
    return np.where(np.isnan(exposure), np.nan, flow), exposure


def _sum(counts: F64) -> F64:
    total: F64 = np.nansum(counts, axis=0)
    return total


def _smooth(counts: F64) -> F64:
    """A week with its neighbours, so that one holiday a year ago makes no hole."""
    padded = np.concatenate((counts[:1], counts, counts[-1:]))
    smooth: F64 = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return smooth


def _come_error(past: Sequence[Season], there: F64, prior: Prior) -> F64:
    """How far 'so many had come by now' was off, per week, on the scale of logarithms."""
    weeks = len(there) - 1
    total, number = np.zeros(weeks + 1), np.zeros(weeks + 1)
    for season in past:
        final = season.students[:, :1]
        big = (final >= 10) & (season.students > 0)
        off = np.where(big, np.log(np.where(big, season.students, 1) / np.where(big, final, 1)) - np.log(there), 0)
        total += (off**2).sum(axis=0)
        number += big.sum(axis=0)
    # The fewer are still to come, the surer it is.
    wide = prior.ladder * 4 * (1 - there) + 0.005
    error: F64 = np.sqrt((total + wide**2 * 10) / (number + 10))
    # All schools of one season say little about how seasons differ.
    return np.maximum(error, np.where(there < 1, 0.05 / (1 + len(past)), 0))


@dataclass(frozen=True, eq=False)
class Factor:
    """A belief about factors around 1: gamma with this shape and rate."""

    shape: F64
    rate: F64

    @property
    def mean(self) -> F64:
        mean: F64 = self.shape / self.rate
        return mean

    def draw(self, rng: np.random.Generator, draws: int) -> F64:
        drawn: F64 = rng.gamma(self.shape, 1.0, (draws, len(self.shape))) / self.rate
        return drawn


def shrink(seen: F64, usual: F64, group: I64, groups: int, cv: float) -> Factor:
    """The factor of each group: between 1 and seen / usual, nearer to 1 when little was expected to be seen.

    Gamma-Poisson: `seen` counts with mean factor x `usual`, factors around 1 with this coefficient of variation.
    """
    weight = 1 / (cv * cv)
    shape: F64 = weight + np.bincount(group, weights=seen, minlength=groups).astype(np.float64)
    rate: F64 = weight + np.bincount(group, weights=usual, minlength=groups).astype(np.float64)
    return Factor(shape, rate)


def _draw(known: Known, draws: int, rng: np.random.Generator) -> Outlook:
    prior, now, week = known.prior, known.now, known.week
    usual = curves(known.past, now.weeks, prior)
    pace = _pace(known, usual, draws, rng)
    short = _short(known, usual, draws, rng)
    final = _final(known, usual, draws, rng)
    here = _last(now.students, week)
    without = np.maximum(here - _last(now.placed, week), 0)
    path = np.zeros((draws, now.units, week + 1))
    left = np.broadcast_to(without, (draws, now.units)).copy()
    path[:, :, week] = left
    students = np.broadcast_to(here, (draws, now.units)).copy()
    start = usual.come[week]
    for at in range(week, 0, -1):
        floor = np.minimum(short * usual.short[at] * students, left)
        if at == week:
            floor = np.minimum(_last(now.structural, week), left)
        could = np.floor(left - floor + rng.random(left.shape))  # parts of students, rounded by chance
        chance = np.clip(1 - (1 - min(usual.pace[at], 0.99)) ** pace, 1e-6, 1 - 1e-6)
        chance = rng.beta(chance * prior.clumps, (1 - chance) * prior.clumps)
        left = np.maximum(left - rng.binomial(could.astype(np.int64), chance), 0)
        part = (usual.come[at - 1] - start) / max(1 - start, 1e-9) if start < 1 else 1.0
        arrived = here + (final - here) * part
        left = left + (arrived - students)
        students = arrived
        path[:, :, at - 1] = left
    return Outlook(path, final, _same_pace(known, np.median(final, axis=0), without), 1.0)


def _last(counts: F64, week: int) -> F64:
    """The count of that week; of a week that was not counted, the last one before it; 0 when there is none."""
    found = np.zeros(counts.shape[0])
    for column in range(counts.shape[1] - 1, week - 1, -1):
        found = np.where(np.isnan(counts[:, column]), found, counts[:, column])
    return found


def _pace(known: Known, usual: Curves, draws: int, rng: np.random.Generator) -> F64:
    """Draws of each unit's factor on the usual pace: country, region, what the school is every season, and this season."""
    prior = known.prior
    schools, regions = int(known.school.max()) + 1, int(known.region.max()) + 1
    one = np.zeros(len(known.school), np.int64)
    # What a school is every season: from the earlier ones, each held against its own country's pace.
    seen, due = np.zeros(len(one)), np.zeros(len(one))
    for season in known.past:
        flow, exposure = flows(season)
        happened, usually = np.nansum(flow, axis=1), np.nansum(exposure * usual.pace, axis=1)
        seen += happened
        due += usually * happened.sum() / max(usually.sum(), 1.0)
    lasting = shrink(seen / 2, due / 2, known.school, schools, prior.school)  # halved: weeks come in clumps
    always = lasting.mean[known.school]
    flow, exposure = flows(known.now)
    happened = np.nansum(flow, axis=1) / 2
    usually = np.nansum(exposure * usual.pace, axis=1) / 2 * always
    country = shrink(happened, usually, one, 1, prior.country)
    usually = usually * country.mean
    region = shrink(happened, usually, known.region, regions, prior.region)
    usually = usually * region.mean[known.region]
    this_season = shrink(happened, usually, known.school, schools, prior.season)
    today = (
        country.draw(rng, draws)
        * region.draw(rng, draws)[:, known.region]
        * this_season.draw(rng, draws)[:, known.school]
    )
    drawn: F64 = (
        today ** (prior.pace_kept ** (known.week / 4))
        * lasting.draw(rng, draws)[:, known.school]
        * _lognormal(rng, prior.drift, (draws, 1))
        * _lognormal(rng, prior.drift, (draws, schools))[:, known.school]
    )
    return drawn


def _lognormal(rng: np.random.Generator, sd: float, size: tuple[int, ...]) -> F64:
    drawn: F64 = np.exp(rng.normal(-sd * sd / 2, sd, size))
    return drawn


def _short(known: Known, usual: Curves, draws: int, rng: np.random.Generator) -> F64:
    """Draws of each unit's factor on the usual structural part; now is known, the rest of the season is not."""
    prior, week = known.prior, known.week
    schools = int(known.school.max()) + 1
    one = np.zeros(len(known.school), np.int64)
    # What a school is short of every season: the weeks of one season say almost the same, so ten count as one.
    before, due = np.zeros(len(one)), np.zeros(len(one))
    for season in known.past:
        expected = usual.short * season.students
        whole = np.nansum(season.structural) / max(float(np.nansum(expected)), 1.0)
        before += np.nansum(season.structural, axis=1) / 10
        due += np.nansum(expected, axis=1) * whole / 10
    lasting = shrink(before, due, known.school, schools, prior.short_unit)
    seen = _last(known.now.structural, week)
    usually = usual.short[week] * _last(known.now.students, week) * lasting.mean[known.school]
    country = shrink(seen, usually, one, 1, prior.short_country)
    unit = shrink(seen, usually * country.mean, known.school, schools, prior.short_unit)
    far = prior.short_drift * np.sqrt(week / max(known.now.weeks, 1))
    today = country.draw(rng, draws) * unit.draw(rng, draws)[:, known.school]
    # Far from the start much of what is short or plenty is about timing: part of it goes by.
    kept = today ** (prior.short_kept ** (week / 4)) * lasting.draw(rng, draws)[:, known.school]
    drawn: F64 = kept * _lognormal(rng, far, (draws, 1)) * _lognormal(rng, far, (draws, schools))[:, known.school]
    return drawn


def _final(known: Known, usual: Curves, draws: int, rng: np.random.Generator) -> F64:
    """Draws of how many students there will be: from who has come, what the school told, and a year before.

    The three are weighed by how precise they are, less so when they contradict each other (random effects).
    """
    prior, week = known.prior, known.week
    here = _last(known.now.students, week)
    last = known.last
    if last is None:
        last = known.past[-1].students[:, 0] if known.past else np.full(len(here), np.nan)
    come = usual.come[week]
    # The variance of each on the scale of logarithms; few students say little.
    sources = (
        (np.where(here > 0, here / come, np.nan), usual.come_error[week] ** 2 + 1e-4, 1 - come),
        (known.told, prior.told**2, 1.0),
        (last, prior.last**2, 1.0),
    )
    logs, variances = [], []
    for number, error, part in sources:
        has = ~np.isnan(number) & (number > 0)
        logs.append(np.log(np.where(has, number, 1.0)))
        variances.append(np.where(has, error + part / np.where(has, number, 1.0), np.inf))
    log, variance = np.stack(logs), np.stack(variances)
    mean, sure = _weighed(log, variance)
    # Sources that contradict each other beyond chance (chi-squared, 5 %) are all less sure than they say.
    apart = ((log - mean) ** 2 / variance).sum(axis=0)
    spare = np.maximum(np.isfinite(variance).sum(axis=0) - 1, 0)
    total = (1 / variance).sum(axis=0)
    scale = total - (1 / variance**2).sum(axis=0) / np.maximum(total, 1e-9)
    between = np.maximum(apart - np.array([0.0, 3.84, 5.99])[spare], 0) / np.maximum(scale, 1e-9)
    mean, sure = _weighed(log, variance + np.where(spare > 0, between, 0))
    unsure = np.where(sure > 0, 1 / np.sqrt(np.maximum(sure, 1e-9)), 0)
    drawn = np.exp(mean + rng.normal(0, 1, (draws, len(here))) * unsure)
    drawn = np.where(sure > 0, drawn, here)
    if week == 0:
        drawn = np.broadcast_to(here, drawn.shape)
    final: F64 = np.maximum(drawn, _last(known.now.students, week))
    return final


def _weighed(log: F64, variance: F64) -> tuple[F64, F64]:
    """The mean of sources by inverse variance, and how sure it is; 0 and 0 where there is none."""
    weight = 1 / variance
    sure: F64 = weight.sum(axis=0)
    return (weight * log).sum(axis=0) / np.maximum(sure, 1e-9), sure


def _same_pace(known: Known, final: F64, without: F64) -> F64:
    """The baseline 'as it goes today': placements a week of the last four weeks, for all who are expected."""
    week, now = known.week, known.now
    back = min(now.weeks, week + 4)
    begun, placed = now.placed[:, back], _last(now.placed, week)
    begun = np.where(np.isnan(begun), placed, begun)
    a_week = np.maximum(placed - begun, 0) / max(back - week, 1)
    here = _last(now.students, week)
    pace: F64 = np.maximum(without + np.maximum(final - here, 0) - week * a_week, 0)
    return pace


def _scale(known: Known, seed: int) -> float:
    """How wide the interval should have been in earlier seasons, as a multiple of how wide it was.

    Each earlier season is forecast from the others, at the same week; per school the error is held against the half
    width of the interval. With few of them the answer stays near 1.
    """
    ratios = []
    tail = (1 - COVER) / 2
    schools = int(known.school.max()) + 1
    for out, season in enumerate(known.past):
        if np.isnan(season.students[:, : known.week + 1]).all(axis=0).any():
            continue
        others = [other for place, other in enumerate(known.past) if place != out]
        then = Known(
            now=season.until(known.week),
            past=others,
            school=known.school,
            region=known.region,
            week=known.week,
            told=season.students[:, 0] if not np.isnan(known.told).all() else known.told,
            prior=known.prior,
        )
        if not others:
            then = replace(then, prior=then.prior.without_past())
        drawn = _draw(then, 200, np.random.default_rng(seed + out)).without[:, :, 0]
        for school in range(schools):
            members = known.school == school
            total = drawn[:, members].sum(axis=1)
            truth = float(np.nansum(season.without[members, 0]))
            if float(np.nansum(season.students[members, 0])) < 5:
                continue
            low, middle, high = np.quantile(total, [tail, 0.5, 1 - tail])
            half = (high - middle if truth > middle else middle - low) + 0.5
            ratios.append(abs(truth - middle) / half)
    if not ratios:
        return 1.0
    n = len(ratios)
    level = min(1.0, COVER * (n + 1) / n)
    wanted = float(np.quantile(ratios, level))
    return float(np.clip((n * wanted + 10) / (n + 10), 0.5, 2.5))
