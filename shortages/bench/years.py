"""Years of schools, students and places that never were, counted every week as the nightly count does.

People answer as in `matchmaking.bench.seasons`; what differs from year to year is said in `ASSUMPTIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaking.bench import seasons
from matchmaking.engine import structural
from matchmaking.engine.geo import F64, I64
from matchmaking.engine.types import POLICY_V2, Pairs
from shortages.forecast import Season

WEEKS = 26
NIGHTS_A_WEEK = 3
ASSUMPTIONS = (
    "24 schools in 8 regions, some 2,000 students and 5,000 supervised places a year, of which many fit nobody's opleiding, leerjaar, days or distance, six years in a row; people and places of the synthetic generator, answers as in [Seasons](#seasons).",
    "Each year anew: students of the country (spread 8 %), of a school (20 %); places of the country (10 %), of a region (15 %).",
    "Students begin to search between 27 and 2 weeks before the start (a third of them before week 20), places appear between 30 weeks before and the start; both up to two weeks earlier or later in a year.",
    "A student without an open proposal takes part in 45 % of the nights (three a week) on average: more in some schools every year (spread 25 %), in some years (20 %), in a school in one year (15 %), in the last eight weeks (half more); in two holiday weeks hardly.",
    "The school tells how many students it expects with an error of 8 %.",
    "A place is held while a proposal waits for an answer; that student counts as in conversation.",
)


@dataclass(frozen=True, eq=False)
class World:
    """What stays the same over the years."""

    seed: int
    schools: int
    students: int
    vacancies: int
    region: I64
    """The region of each school."""
    size: F64
    """The usual share of each school in its region's students."""
    active: F64
    """How active the students of each school are, around 1."""


@dataclass(frozen=True, eq=False)
class Year:
    """One year: the weekly counts of every school, and what each school told it expected."""

    season: Season
    told: F64

    @property
    def outcome(self) -> F64:
        """Students without a place at the start, per school."""
        return self.season.students[:, 0] - self.season.placed[:, 0]


def world(seed: int, schools: int = 24, students: int = 2_000, vacancies: int = 4_200) -> World:
    """Make the schools of a seed: three in each region."""
    rng = np.random.default_rng([seed, 1])
    return World(
        seed=seed,
        schools=schools,
        students=students,
        vacancies=vacancies,
        region=np.arange(schools, dtype=np.int64) // 3,
        size=rng.gamma(4.0, 0.25, schools),
        active=rng.lognormal(0, 0.25, schools),
    )


def _spread(rng: np.random.Generator, sd: float, size: int | None = None) -> F64:
    """Factors with mean 1."""
    factors: F64 = rng.lognormal(-sd * sd / 2, sd, size)
    return factors


def play(w: World, number: int) -> Year:
    """Play one year of a world; the same world and number give the same year."""
    rng = np.random.default_rng([w.seed, 2, number])
    regions = int(w.region.max()) + 1
    n = int(w.students * _spread(rng, 0.08))
    t = seasons.town(w.seed * 1_000 + number, n, w.vacancies)
    home = _region_of(t.x.students.lat, t.x.students.lon, regions)
    school = _school_of(rng, w, home)
    site = _region_of(t.x.vacancies.lat, t.x.vacancies.lon, regions)
    # Fewer places in a poor year: some of the vacancies never appear.
    offered = 0.85 * _spread(rng, 0.10) * _spread(rng, 0.15, regions)
    appears = rng.random(t.x.vacancies.n) < offered[site]
    shift = rng.normal(0, 1.2, 2)
    arrives = np.clip(27 - 25 * rng.beta(1.2, 3.0, n) + shift[0], 1, WEEKS)
    published = np.where(appears, np.clip(30 - 30 * rng.beta(1.5, 1.5, t.x.vacancies.n) + shift[1], 0, 31), -1)
    active = w.active * _spread(rng, 0.20) * _spread(rng, 0.15, w.schools)
    holidays = set((rng.integers(5, 22) + np.arange(2)).tolist())
    luck = np.random.default_rng([w.seed, 3, number])
    caps = t.x.vacancies.cap.astype(np.int64)

    def week_of(night: int) -> float:
        return WEEKS - night / NIGHTS_A_WEEK

    def prepare(state: seasons.State, night: int) -> None:
        week = week_of(night)
        if night == 0:
            state.cap[published < week] = 0
        else:
            new = (published >= week) & (published < week_of(night - 1))
            state.cap[new] += caps[new]
        pace = 0.45 * active[school] * (1.5 if week <= 8 else 1.0) * (0.2 if int(week) in holidays else 1.0)
        state.away[:] = (arrives < week) | (luck.random(n) >= pace)

    counts = np.zeros((3, w.schools, WEEKS + 1))
    rules = seasons.Rules("", POLICY_V2)
    for night, state in enumerate(seasons.live(t, rules, WEEKS * NIGHTS_A_WEEK + 1, prepare)):
        if night % NIGHTS_A_WEEK == 0:
            week = WEEKS - night // NIGHTS_A_WEEK
            counts[:, :, week] = _count(t, state, arrives >= week, school, w.schools)
    told = counts[0, :, 0] * _spread(rng, 0.08, w.schools)
    return Year(Season(counts[0], counts[1], counts[2]), told)


def _count(t: seasons.Town, state: seasons.State, here: np.ndarray, school: I64, schools: int) -> F64:
    """Students, placed and structurally without a place, per school, as the nightly count has them."""
    placed = state.placed >= 0
    open_ = here & ~placed & (state.open_pair < 0)
    use = open_[t.student] & ~state.out & (state.cap[t.pairs.vacancy] > 0)
    kept = np.flatnonzero(use)
    offsets = np.concatenate(([0], np.cumsum(np.bincount(t.student[kept], minlength=len(placed))))).astype(np.int64)
    pairs = Pairs(offsets, t.pairs.vacancy[kept], t.pairs.band[kept], t.pairs.score[kept])
    found = structural.analyse(pairs, state.cap, t.x.vacancies.pool, np.maximum(state.pool_cap, 0))
    nothing = open_ & (np.diff(offsets) == 0)
    competing = found.competing & open_ & ~nothing
    share = max(0.0, 1 - found.capacity / max(1, int(competing.sum())))
    short = nothing + share * competing
    return np.stack(
        [
            np.bincount(school[here], minlength=schools),
            np.bincount(school[here & placed], minlength=schools),
            np.bincount(school, weights=short, minlength=schools),
        ]
    ).astype(np.float64)


def _region_of(lat: np.ndarray, lon: np.ndarray, regions: int) -> I64:
    """Cut the country in regions of about as many towns, from west to east and south to north."""
    where = np.stack([np.asarray(lat, np.float64), np.asarray(lon, np.float64)], axis=1)
    centres = np.array(
        [(52.37, 4.85), (51.95, 4.40), (52.10, 5.20), (51.52, 5.10), (51.90, 5.90), (52.45, 6.50), (53.10, 6.30), (51.10, 5.90)]
    )[:regions]  # fmt: skip
    apart = ((where[:, None, :] - centres[None, :, :]) ** 2 * np.array([1.0, 0.38])).sum(axis=2)
    nearest: I64 = apart.argmin(axis=1).astype(np.int64)
    return nearest


def _school_of(rng: np.random.Generator, w: World, home: I64) -> I64:
    """A school in the student's region, by size of this year."""
    size = w.size * _spread(rng, 0.20, w.schools)
    school = np.zeros(len(home), np.int64)
    for region in range(int(w.region.max()) + 1):
        own, here = np.flatnonzero(w.region == region), np.flatnonzero(home == region)
        school[here] = rng.choice(own, len(here), p=size[own] / size[own].sum())
    return school
