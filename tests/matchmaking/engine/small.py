"""Small instances and slow, obvious answers: what the engine is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import isqrt

import numpy as np
from hypothesis import strategies as st

from matchmaking.engine import allocate
from matchmaking.engine.instances import TODAY
from matchmaking.engine.types import Outcome, Pairs, Policy, Students, Vacancies

EARTH_DM = 63_710_088


def wild_students(rng: np.random.Generator, n: int, **fixed: object) -> Students:
    """Students over the whole domain of every column, but near enough to each other to find pairs."""
    start = TODAY + rng.integers(0, 60, n)
    hours = rng.integers(4, 40, n)
    columns: dict[str, object] = {
        "uid": rng.permutation(1_000_000)[:n],
        "crebo": rng.choice([0, 1, 62, 63], n),
        "leerjaar": rng.choice([1, 2, 8], n),
        "route": rng.choice([0, 1, 7], n),
        "lat": 52 + rng.normal(0, 0.1, n),
        "lon": 5 + rng.normal(0, 0.15, n),
        "max_metres": rng.integers(0, 60_000, n),
        "days": rng.integers(0, 128, n),
        "min_days": rng.integers(0, 3, n),
        "hours_min": hours,
        "hours_max": hours + rng.integers(0, 20, n),
        "start": start,
        "end": start + rng.integers(0, 200, n),
        "groups": rng.integers(0, 1 << 63, n) & rng.integers(0, 1 << 63, n) & rng.integers(0, 1 << 63, n),
        "fields": rng.integers(0, 8, n),
        "wps": sparse_masks(rng, n),
        "needs": rng.choice([0, 0, 0, 1, 1 << 31], n),
        "has": rng.choice([0, 1, 3, (1 << 32) - 1], n),
        "rejections": rng.integers(0, 15, n),
        "turns": rng.integers(0, 8, n),
        "weeks": rng.integers(0, 5, n),
    }
    return Students.of(**(columns | fixed))  # type: ignore[arg-type]


def wild_vacancies(rng: np.random.Generator, n: int, **fixed: object) -> Vacancies:
    """Vacancies over the whole domain of every column."""
    start = TODAY + rng.integers(0, 60, n)
    hours = rng.integers(4, 40, n)
    columns: dict[str, object] = {
        "uid": rng.permutation(1_000_000)[:n],
        "crebos": rng.choice(np.array([1, 3, 1 << 63, (1 << 64) - 1, 5 << 61], np.uint64), n),
        "leerjaren": rng.choice([1, 3, 128, 255], n),
        "routes": rng.choice([1, 3, 128, 255], n),
        "lat": 52 + rng.normal(0, 0.1, n),
        "lon": 5 + rng.normal(0, 0.15, n),
        "days": rng.integers(0, 128, n),
        "min_days": rng.integers(0, 3, n),
        "hours_min": hours,
        "hours_max": hours + rng.integers(0, 20, n),
        "start": start,
        "end": start + rng.integers(100, 400, n),
        "groups": rng.integers(0, 1 << 63, n) & rng.integers(0, 1 << 63, n),
        "fields": rng.integers(0, 8, n),
        "wps": ~(sparse_masks(rng, n) & sparse_masks(rng, n)),
        "has": rng.choice([0, 1, (1 << 32) - 1], n),
        "needs": rng.choice([0, 0, 0, 2, 1 << 31], n),
        "cap": rng.integers(0, 3, n),
        "pool": -1 * np.ones(n, np.int64),
        "deadline": TODAY + rng.integers(-1, 5, n),
    }
    return Vacancies.of(**(columns | fixed))  # type: ignore[arg-type]


def sparse_masks(rng: np.random.Generator, n: int) -> np.ndarray:
    """64-bit masks with about a quarter of the bits, the highest one included."""
    one, two = (rng.integers(0, 1 << 64, n, dtype=np.uint64) for _ in range(2))
    return one & two


def slow_pair(s: Students, i: int, v: Vacancies, j: int, policy: Policy, today: int) -> tuple[int, int] | None:
    """Score and band of a pair in plain Python numbers, or None when it is not eligible."""

    def own(name: str) -> int:
        return int(getattr(s, name)[i])

    def its(name: str) -> int:
        return int(getattr(v, name)[j])

    squared = sum((int(a) - int(b)) ** 2 for a, b in zip(s.position[i], v.position[j], strict=True))
    chord = isqrt(squared)
    metres = (chord + chord * chord // EARTH_DM * chord // (24 * EARTH_DM) + 5) // 10
    shared = min(own("end"), its("end")) - max(own("start"), its("start")) + 1
    common_days = (own("days") & its("days")).bit_count()
    wanted, common_wps = own("wps").bit_count(), (own("wps") & its("wps")).bit_count()
    eligible = (
        its("crebos") >> own("crebo") & 1
        and its("leerjaren") >> (own("leerjaar") - 1) & 1
        and its("routes") >> own("route") & 1
        and shared > 0
        and shared * 100 >= (own("end") - own("start") + 1) * policy.period_percent
        and common_days >= own("min_days")
        and common_days >= its("min_days")
        and own("hours_min") <= its("hours_max")
        and its("hours_min") <= own("hours_max")
        and metres <= own("max_metres")
        and not own("needs") & ~its("has")
        and not its("needs") & ~own("has")
        and common_wps * 100 >= wanted * policy.werkprocessen_percent
        and its("deadline") >= today
    )
    if not eligible:
        return None
    clamped = min(max(metres, policy.near_metres), policy.far_metres)
    facts = policy.distance * (policy.far_metres - clamped) // (policy.far_metres - policy.near_metres)
    facts += policy.werkprocessen * common_wps // wanted if wanted else policy.werkprocessen
    offered = its("days").bit_count()
    facts += policy.days * common_days // offered if offered else policy.days
    wishes = 0
    if own("groups") & its("groups") or not own("groups"):
        wishes += policy.doelgroep - policy.werkveld
    if own("fields") & its("fields") or not own("fields"):
        wishes += policy.werkveld
    band = 0 if facts >= policy.band_good else 1 if facts >= policy.band_fair else 2
    return facts + wishes, band


@dataclass(frozen=True)
class Market:
    """A small division: lists of vacancy rows per student, a band per pair, capacities, pools and an order."""

    lists: tuple[tuple[int, ...], ...]
    bands: tuple[tuple[int, ...], ...]
    caps: tuple[int, ...]
    pool_of: tuple[int, ...]
    pool_caps: tuple[int, ...]
    rank: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.lists)

    def pairs(self) -> Pairs:
        return Pairs.from_lists(self.lists, self.bands)

    def solve(self, engine: str = "numba") -> Outcome:
        return allocate.deferred_acceptance(
            self.pairs(),
            self.rank,
            None,
            self.caps,
            self.pool_of,
            self.pool_caps,
            engine=engine,  # type: ignore[arg-type]
        )

    def key(self, i: int, j: int) -> int:
        return self.bands[i][self.lists[i].index(j)] * self.n + self.rank[i]

    def choice(self, i: int, j: int) -> int:
        """Place of vacancy j on the list of i; nothing (-1) comes last."""
        return self.lists[i].index(j) if j >= 0 else len(self.lists[i])

    def feasible(self, match: tuple[int, ...]) -> bool:
        loads = [match.count(j) for j in range(len(self.caps))]
        pools = [sum(loads[j] for j, p in enumerate(self.pool_of) if p == q) for q in range(len(self.pool_caps))]
        return all(a <= b for a, b in zip(loads, self.caps, strict=True)) and all(
            a <= b for a, b in zip(pools, self.pool_caps, strict=True)
        )

    def takes(self, match: tuple[int, ...], i: int, j: int) -> bool:
        """Whether the team of vacancy j, choosing best first within its limits, would take i there as well."""
        pool = self.pool_of[j]
        mine = [v for v, p in enumerate(self.pool_of) if (p == pool if pool >= 0 else v == j)]
        contracts = [(self.key(s, v), 1, s, v) for s, v in enumerate(match) if v in mine and (s, v) != (i, j)]
        room = self.pool_caps[pool] if pool >= 0 else len(match) + 1
        taken: set[int] = set()
        loads = dict.fromkeys(mine, 0)
        for _, _, s, v in sorted([*contracts, (self.key(i, j), 0, i, j)]):
            if s not in taken and loads[v] < self.caps[v] and len(taken) < room:
                if (s, v) == (i, j):
                    return True
                taken.add(s)
                loads[v] += 1
        return False

    def stable(self, match: tuple[int, ...]) -> bool:
        """By the definition, one pair at a time."""
        return self.feasible(match) and not any(
            self.takes(match, i, j) for i in range(self.n) for j in self.lists[i][: self.choice(i, match[i])]
        )

    def envied(self, match: tuple[int, ...]) -> bool:
        """Whether somebody has a full place where another one, who wants it more than his own, goes first.

        Nearly always that is no stable division either; but a team that gave a student another of its places, where he
        fits better, would itself say no.
        """
        return any(
            match.count(j) >= self.caps[j]
            and any(match[k] == j and self.key(i, j) < self.key(k, j) for k in range(self.n))
            for i in range(self.n)
            for j in self.lists[i][: self.choice(i, match[i])]
        )

    def wasted(self, match: tuple[int, ...]) -> bool:
        """Whether somebody wants a place more than his own where vacancy and team have room for one more.

        A team that gave him another of its places, where he fits better, would itself not move him; but nobody is hurt.
        """
        return any(
            match.count(j) < self.caps[j]
            and (
                self.pool_of[j] < 0
                or sum(k >= 0 and self.pool_of[k] == self.pool_of[j] for k in match) < self.pool_caps[self.pool_of[j]]
            )
            for i in range(self.n)
            for j in self.lists[i][: self.choice(i, match[i])]
        )

    def everything(self) -> list[tuple[int, ...]]:
        """All divisions within the lists and capacities."""
        return [m for m in product(*[(*row, -1) for row in self.lists]) if self.feasible(m)]


@st.composite
def markets(draw: st.DrawFn, students: int = 4, vacancies: int = 4, one_band: bool = False) -> Market:
    """Random small markets with bands, vacancies without a pool, and capacities of nought."""
    n = draw(st.integers(1, students))
    m = draw(st.integers(1, vacancies))
    pools = draw(st.integers(0, 2))
    lists = tuple(
        tuple(draw(st.lists(st.integers(0, m - 1), unique=True, max_size=m, min_size=min(1, m)))) for _ in range(n)
    )
    band = st.just(0) if one_band else st.integers(0, 2)
    return Market(
        lists=lists,
        bands=tuple(tuple(draw(band) for _ in row) for row in lists),
        caps=tuple(draw(st.lists(st.integers(0, 2), min_size=m, max_size=m))),
        pool_of=tuple(draw(st.lists(st.integers(-1, pools - 1), min_size=m, max_size=m))),
        pool_caps=tuple(draw(st.lists(st.integers(0, 3), min_size=pools, max_size=pools))),
        rank=tuple(draw(st.permutations(range(n)))),
    )
