"""Synthetic instances for tests and benchmarks: Dutch towns, classes with stage days, teams with supervision limits.

Ratios between algorithms measured on these are meaningful; placement percentages are no facts about the Netherlands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaking.engine.types import U64, Exclusions, Policy, Pools, Students, Vacancies

TODAY = 740_000
"""The day on which every instance is divided."""

# Name, latitude, longitude, inhabitants in thousands (rounded; only the spread matters).
TOWNS = (
    ("Amsterdam", 52.37, 4.90, 920), ("Rotterdam", 51.92, 4.48, 660), ("Den Haag", 52.08, 4.31, 560),
    ("Utrecht", 52.09, 5.12, 370), ("Eindhoven", 51.44, 5.48, 245), ("Groningen", 53.22, 6.57, 240),
    ("Tilburg", 51.56, 5.09, 225), ("Almere", 52.37, 5.22, 220), ("Breda", 51.59, 4.78, 185),
    ("Nijmegen", 51.84, 5.86, 180), ("Apeldoorn", 52.21, 5.97, 165), ("Arnhem", 51.98, 5.91, 165),
    ("Haarlem", 52.38, 4.64, 162), ("Haarlemmermeer", 52.30, 4.69, 160), ("Enschede", 52.22, 6.89, 160),
    ("Amersfoort", 52.16, 5.39, 158), ("Zaanstad", 52.45, 4.83, 157), ("Den Bosch", 51.69, 5.30, 156),
    ("Zwolle", 52.51, 6.09, 130), ("Zoetermeer", 52.06, 4.49, 126), ("Leiden", 52.16, 4.49, 125),
    ("Leeuwarden", 53.20, 5.79, 125), ("Maastricht", 50.85, 5.69, 121), ("Dordrecht", 51.81, 4.67, 120),
    ("Ede", 52.05, 5.67, 120), ("Alphen", 52.13, 4.66, 113), ("Alkmaar", 52.63, 4.75, 110),
    ("Emmen", 52.78, 6.90, 107), ("Delft", 52.01, 4.36, 105), ("Venlo", 51.37, 6.17, 102),
    ("Deventer", 52.26, 6.16, 101), ("Sittard", 51.00, 5.87, 92), ("Helmond", 51.48, 5.66, 92),
    ("Oss", 51.77, 5.52, 92), ("Hilversum", 52.22, 5.17, 91), ("Heerlen", 50.88, 5.98, 87),
    ("Hoorn", 52.64, 5.06, 75), ("Gouda", 52.02, 4.71, 74), ("Roosendaal", 51.53, 4.46, 77),
    ("Assen", 52.99, 6.56, 69), ("Bergen op Zoom", 51.49, 4.29, 67), ("Lelystad", 52.51, 5.47, 81),
    ("Middelburg", 51.50, 3.61, 49), ("Goes", 51.50, 3.89, 38), ("Den Helder", 52.96, 4.76, 56),
    ("Doetinchem", 51.97, 6.29, 58), ("Hengelo", 52.27, 6.79, 81), ("Heerenveen", 52.96, 5.92, 51),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Instance:
    """All that a night needs."""

    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions
    policy: Policy
    today: int = TODAY


def _spread(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weight = np.array([town[3] for town in TOWNS], np.float64)
    town = rng.choice(len(TOWNS), n, p=weight / weight.sum())
    lat = np.array([t[1] for t in TOWNS])[town] + rng.normal(0, 0.035, n)
    lon = np.array([t[2] for t in TOWNS])[town] + rng.normal(0, 0.055, n)
    return town, lat, lon


def _mask(rng: np.random.Generator, n: int, bits: int, low: int, high: int) -> np.ndarray:
    """`low` to `high` random bits out of `bits` per row."""
    scores = rng.random((n, bits))
    place = scores.argsort(axis=1).argsort(axis=1)
    chosen = place < rng.integers(low, high + 1, n)[:, None]
    mask: U64 = (chosen.astype(np.uint64) << np.arange(bits, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
    return mask


def generate(students: int, vacancies: int, seed: int = 1, *, crebos: int | None = None) -> Instance:
    """A random instance: the same for the same numbers and seed, on any machine."""
    rng = np.random.default_rng(seed)
    kinds = crebos or (8 if students <= 20_000 else 60)
    town, lat, lon = _spread(rng, students)
    # Classes: opleiding, leerjaar and town share their stage days.
    crebo = rng.choice(kinds, students, p=_zipf(kinds))
    leerjaar = rng.integers(1, 4, students)
    day_sets = np.array([0b00011, 0b00110, 0b01100, 0b11000, 0b00111, 0b11100, 0b01111, 0b11110])
    days = day_sets[(town * 7 + crebo * 3 + leerjaar * 5) % len(day_sets)]
    half = (town + leerjaar) % 3
    start = TODAY + np.where(half == 1, 210, 60)
    end = start + np.where(half == 2, 290, 140)
    rejections = np.minimum(rng.negative_binomial(1, 0.18, students), 60)
    table_s = Students.of(
        uid=_uids(rng, students),
        crebo=crebo,
        leerjaar=leerjaar,
        route=(rng.random(students) < 0.2).astype(np.int64),
        lat=lat,
        lon=lon,
        max_metres=rng.choice([12_000, 20_000, 30_000, 40_000, 60_000], students, p=[0.15, 0.25, 0.3, 0.2, 0.1]),
        days=days,
        min_days=np.minimum(np.bitwise_count(days), 2),
        hours_min=rng.choice([8, 14, 16], students),
        hours_max=rng.choice([16, 24, 32], students),
        start=start,
        end=end,
        groups=_mask(rng, students, 12, 0, 3),
        fields=_mask(rng, students, 8, 0, 2),
        wps=_mask(rng, students, 14, 2, 6),
        needs=np.where(rng.random(students) < 0.06, 1, 0),
        has=np.where(rng.random(students) < 0.7, 3, 1),
        rejections=rejections,
        turns=np.where(rng.random(students) < 0.25, rng.integers(1, 4, students), 0),
        weeks=rng.integers(0, 40, students),
    )
    table_v, pools = _vacancies(rng, vacancies, kinds)
    return Instance(table_s, table_v, pools, _refused(rng, table_s, table_v), Policy())


def _vacancies(rng: np.random.Generator, n: int, kinds: int) -> tuple[Vacancies, Pools]:
    town, lat, lon = _spread(rng, n)
    main = rng.choice(kinds, n, p=_zipf(kinds))
    accepted = np.left_shift(np.uint64(1), main.astype(np.uint64))
    also = rng.random(n) < 0.3
    accepted |= np.where(also, np.left_shift(np.uint64(1), ((main + 1) % kinds).astype(np.uint64)), np.uint64(0))
    cap = rng.choice([1, 2, 3], n, p=[0.62, 0.26, 0.12])
    # Teams: up to four vacancies that stand next to each other in a sort by town.
    teams = max(1, n // 3)
    by_town = np.argsort(town, kind="stable")
    pool = np.empty(n, np.int64)
    pool[by_town] = np.arange(n) * teams // max(n, 1)
    offered = np.bincount(pool, weights=cap, minlength=teams).astype(np.int64)
    room = np.maximum(offered - rng.binomial(2, 0.25, teams), np.minimum(offered, 1))
    start = TODAY + rng.choice([0, 30, 60], n)
    long_open = rng.random(n) < 0.8
    table = Vacancies.of(
        uid=_uids(rng, n),
        crebos=accepted,
        leerjaren=_mask(rng, n, 3, 2, 3),
        routes=rng.choice([1, 2, 3], n, p=[0.45, 0.1, 0.45]),
        lat=lat,
        lon=lon,
        days=_mask(rng, n, 5, 3, 5),
        min_days=rng.choice([1, 2], n),
        hours_min=rng.choice([8, 12, 16], n),
        hours_max=rng.choice([24, 32, 36], n),
        start=start,
        end=np.where(long_open, TODAY + 400, start + 200),
        groups=_mask(rng, n, 12, 1, 3),
        fields=_mask(rng, n, 8, 1, 2),
        wps=_mask(rng, n, 14, 7, 13),
        has=np.where(rng.random(n) < 0.6, 1, 0),
        needs=np.where(rng.random(n) < 0.2, 2, 0),
        cap=cap,
        pool=pool,
        deadline=TODAY + rng.integers(-5, 90, n),
    )
    return table, Pools.of(uid=np.arange(teams), cap=room)


def _zipf(kinds: int) -> np.ndarray:
    # One sector has a few large opleidingen, the whole mbo many that are more alike.
    weight = 1 / (np.arange(kinds, dtype=np.float64) + (2 if kinds <= 20 else 8))
    share: np.ndarray = weight / weight.sum()
    return share


def _uids(rng: np.random.Generator, n: int) -> np.ndarray:
    """Different random ids: a Weyl sequence from a random start, so never the same one twice."""
    start = rng.integers(1 << 62)
    return (np.arange(n, dtype=np.uint64) + np.uint64(start)) * np.uint64(0x9E3779B97F4A7C15)


def _refused(rng: np.random.Generator, students: Students, vacancies: Vacancies) -> Exclusions:
    if not vacancies.n:
        return Exclusions.none(students.n)
    counts = np.minimum(students.rejections.astype(np.int64), vacancies.n)
    owner = np.repeat(np.arange(students.n), counts)
    pick = rng.integers(0, vacancies.n, len(owner))
    unique = np.unique(owner * vacancies.n + pick)
    offsets = np.searchsorted(unique, np.arange(students.n + 1) * vacancies.n)
    return Exclusions(offsets, unique % vacancies.n)
