"""The engine in plain numpy: reference for the tests, and what runs when numba is not there."""

from __future__ import annotations

import numpy as np

from matchmaking.engine import order, rules, score
from matchmaking.engine.geo import I64
from matchmaking.engine.rules import Rule
from matchmaking.engine.types import (
    U64,
    Exclusions,
    Favourites,
    Pairs,
    Policy,
    Students,
    Vacancies,
)

_BLOCK = 2_000_000
"""Pairs looked at together: bounds the memory of the scan to some 150 MB."""
_SCAN = (
    Rule.LEERJAAR, Rule.ROUTE, Rule.HOURS, Rule.PERIOD, Rule.NEEDS, Rule.DAYS, Rule.WERKPROCESSEN,
)  # fmt: skip


def sort_keys(points: I64, favourite: I64, tie: U64, uid_rank: I64, band: I64) -> U64:
    """One number per pair that sorts a student's list: favourites, points, keyed hash, vacancy uid."""
    keys: U64 = (
        ((1 - favourite).astype(np.uint64) << np.uint64(63))
        | ((1000 - points).astype(np.uint64) << np.uint64(53))
        | ((tie >> np.uint64(39)) << np.uint64(28))
        | (uid_rank.astype(np.uint64) << np.uint64(2))
        | band.astype(np.uint64)
    )
    return keys


def find(
    students: Students,
    vacancies: Vacancies,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    favourites: Favourites | None = None,
) -> Pairs:
    """Every eligible pair, each student's best first. See `candidates.find`."""
    found: list[tuple[I64, U64]] = []
    open_ = np.flatnonzero(vacancies.deadline >= today)
    north_v = vacancies.position[:, 2]
    north_s = students.position[:, 2]
    reach = np.sqrt(students.chord_limit.astype(np.float64)).astype(np.int64) + 1
    lots = order.mix(students.uid)
    for crebo in np.unique(students.crebo):
        mine = np.flatnonzero(students.crebo == crebo)
        mine = mine[np.argsort(north_s[mine], kind="stable")]
        theirs = open_[(vacancies.crebos[open_] >> np.uint64(crebo)) & np.uint64(1) == 1]
        theirs = theirs[np.argsort(north_v[theirs], kind="stable")]
        if not len(theirs):
            continue
        step = max(1, min(256, _BLOCK // len(theirs)))
        for at in range(0, len(mine), step):
            block = mine[at : at + step]
            low = np.searchsorted(north_v[theirs], (north_s[block] - reach[block]).min(), "left")
            high = np.searchsorted(north_v[theirs], (north_s[block] + reach[block]).max(), "right")
            strip = theirs[low:high]
            i, j = _near(students, block, vacancies, strip)
            for rule in _SCAN:
                keep = rules.TESTS[rule](students, i, vacancies, j, policy, today)
                i, j = i[keep], j[keep]
            keep = ~rules.refused(i, j, vacancies.n, exclusions)
            i, j = i[keep], j[keep]
            points = score.parts(students, i, vacancies, j, policy)
            favourite = rules.refused(i, j, vacancies.n, favourites).astype(np.int64)
            tie = order.mix(lots[i] ^ vacancies.uid[j])
            keys = sort_keys(
                points.score.astype(np.int64), favourite, tie, vacancies.uid_rank[j], points.band.astype(np.int64)
            )
            found.append((i, keys))
    return unpack(students, vacancies, found)


def _near(students: Students, block: I64, vacancies: Vacancies, strip: I64) -> tuple[I64, I64]:
    squared = np.zeros((len(block), len(strip)), np.int64)
    for axis in range(3):
        step = students.position[block, axis][:, None] - vacancies.position[strip, axis][None, :]
        squared += step * step
    a, b = np.nonzero(squared < students.chord_limit[block][:, None])
    return block[a], strip[b]


def unpack(students: Students, vacancies: Vacancies, found: list[tuple[I64, U64]]) -> Pairs:
    """Pairs from (student rows, sort keys) in any order."""
    rows = np.concatenate([i for i, _ in found]) if found else np.zeros(0, np.int64)
    keys = np.concatenate([k for _, k in found]) if found else np.zeros(0, np.uint64)
    by_list = np.lexsort((keys, rows))
    rows, keys = rows[by_list], keys[by_list]
    counts = np.bincount(rows, minlength=students.n)
    column = (keys >> np.uint64(2)) & np.uint64((1 << 26) - 1)
    return Pairs(
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        vacancy=vacancies.by_uid[column.astype(np.int64)].astype(np.int32),
        band=(keys & np.uint64(3)).astype(np.uint8),
        score=(1000 - ((keys >> np.uint64(53)) & np.uint64(1023)).astype(np.int64)).astype(np.uint16),
    )


def _best(group: I64, key: I64, caps: I64) -> I64:
    """Rows that are among the first `caps[group]` of their group by key."""
    sorted_rows = np.lexsort((key, group))
    ordered = group[sorted_rows]
    first = np.searchsorted(ordered, ordered, "left")
    return sorted_rows[np.arange(len(ordered)) - first < caps[ordered]]


def divide(pairs: Pairs, keys: I64, vacancy_cap: I64, pool_of: I64, pool_cap: I64) -> I64:
    """The pair that every student ends with, or -1: rounds in which everybody without a place asks the next on his
    list. See `allocate.deferred_acceptance`."""
    at, end = pairs.lo.copy(), pairs.hi
    held = np.zeros(pairs.n_students, np.bool_)
    vacancy = pairs.vacancy.astype(np.int64)
    while True:
        asking = ~held & (at < end)
        if not asking.any():
            break
        who = np.flatnonzero(held | asking)
        where, key = vacancy[at[who]], keys[at[who]]
        kept = _best(where, key, vacancy_cap)
        kept = kept[_best(pool_of[where[kept]], key[kept], pool_cap)]
        stays = np.zeros(len(who), np.bool_)
        stays[kept] = True
        held[who] = stays
        at[who[~stays]] += 1
    return np.where(held, at, -1)
