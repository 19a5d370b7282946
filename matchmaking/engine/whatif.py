"""What if: the same market with one thing changed, divided again, and the difference.

A change is a function from a `Case` to a `Case`; the tables are columns, so a changed case shares all it did not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from matchmaking.engine import allocate, backend, candidates, order, structural
from matchmaking.engine.geo import I64
from matchmaking.engine.structural import Structure
from matchmaking.engine.types import (
    DISTANCE_MAX,
    EngineInputError,
    Exclusions,
    Outcome,
    Pairs,
    Policy,
    Pools,
    Students,
    Table,
    Vacancies,
)

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, eq=False)
class Case:
    """All that decides a division: tables, list of excluded pairs, policy, day (an ordinal) and the season's seed."""

    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions | None
    policy: Policy
    today: int
    season_seed: str | int


@dataclass(frozen=True, eq=False)
class Solved:
    """A case with its division and the most that could be placed. Not verified: for figures, never to publish."""

    case: Case
    pairs: Pairs
    outcome: Outcome
    best: Structure


@dataclass(frozen=True, eq=False)
class Difference:
    """What a change does, as figures before and after; `gained` and `lost` are student rows.

    `placed` counts a night's division, `at_most` the best conceivable one, `shortage` who stays without even then, and
    `without_pairs` who has no place at all within the rules.
    """

    placed: tuple[int, int]
    at_most: tuple[int, int]
    shortage: tuple[int, int]
    without_pairs: tuple[int, int]
    pairs: tuple[int, int]
    gained: I64
    lost: I64

    def by_group(self, group: npt.ArrayLike, groups: int) -> I64:
        """Students placed more (or fewer) per group: a number per student, -1 for none."""
        of = np.asarray(group, np.int64)
        plus, minus = (np.bincount(of[rows][of[rows] >= 0], minlength=groups) for rows in (self.gained, self.lost))
        return (plus - minus).astype(np.int64)


def solve(case: Case, *, engine: backend.Engine | None = None) -> Solved:
    """Divide a case and find the most that can be placed."""
    x = case
    pairs = candidates.find(x.students, x.vacancies, x.exclusions, x.policy, x.today, engine=engine)
    pairs = pairs.without(order.handed_over(x.students, x.policy))
    rank, hard = order.rank(x.students, x.policy, x.season_seed), order.hard_cases(x.students, x.policy)
    room = (x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    outcome = allocate.deferred_acceptance(pairs, rank, hard, *room, engine=engine)
    return Solved(x, pairs, outcome, structural.analyse(pairs, *room, start=outcome.pair, engine=engine))


def difference(before: Solved, after: Solved) -> Difference:
    """What changed between two cases with the same students in the same rows; raises `EngineInputError` for others."""
    if not np.array_equal(before.case.students.uid, after.case.students.uid):
        raise EngineInputError("what-if: the cases are about other students")
    had, has = before.outcome.match >= 0, after.outcome.match >= 0
    return Difference(
        placed=(before.outcome.placed, after.outcome.placed),
        at_most=(before.best.max_placement, after.best.max_placement),
        shortage=(before.best.shortage, after.best.shortage),
        without_pairs=(before.best.without_pairs, after.best.without_pairs),
        pairs=(len(before.pairs), len(after.pairs)),
        gained=np.flatnonzero(has & ~had),
        lost=np.flatnonzero(had & ~has),
    )


def other_days(case: Case, rows: npt.ArrayLike, days: int, min_days: int | None = None) -> Case:
    """These students (rows) can come on other days of the week (mask), and need `min_days` of them."""
    columns = {"days": days} if min_days is None else {"days": days, "min_days": min_days}
    return replace(case, students=_changed(case.students, rows, **columns))


def further(case: Case, rows: npt.ArrayLike, metres: int) -> Case:
    """These students (rows) travel so many metres further."""
    index = np.asarray(rows, np.int64)
    longer = np.minimum(case.students.max_metres[index].astype(np.int64) + metres, DISTANCE_MAX)
    return replace(case, students=_changed(case.students, index, max_metres=longer))


def drop_werkprocessen(case: Case, rows: npt.ArrayLike, mask: int) -> Case:
    """These students (rows) no longer ask for these werkprocessen (mask).

    Dropping one that many places teach can cost pairs: a place must teach a share of all that is left.
    """
    index = np.asarray(rows, np.int64)
    return replace(case, students=_changed(case.students, index, wps=case.students.wps[index] & ~np.uint64(mask)))


def more_supervision(case: Case, pools: npt.ArrayLike, places: int = 1) -> Case:
    """These pools (rows) can supervise so many students more. Helps where that, and not the places, is the limit."""
    index = np.asarray(pools, np.int64)
    return replace(case, pools=_changed(case.pools, index, cap=case.pools.cap[index].astype(np.int64) + places))


def more_places(case: Case, rows: npt.ArrayLike, places: int = 1, *, with_supervision: bool = True) -> Case:
    """So many more places at each of these vacancies (rows), with the supervision for them unless told otherwise.

    A place without supervision inside a full pool can cost somebody at a sister vacancy his place.
    """
    index = np.unique(np.asarray(rows, np.int64))
    caps = case.vacancies.cap[index].astype(np.int64) + places
    changed = replace(case, vacancies=_changed(case.vacancies, index, cap=caps))
    if not with_supervision:
        return changed
    room = case.pools.cap.astype(np.int64)
    pooled = case.vacancies.pool[index]
    np.add.at(room, pooled[pooled >= 0], places)
    return replace(changed, pools=_changed(case.pools, np.arange(case.pools.n), cap=room))


def accept_leerjaren(case: Case, rows: npt.ArrayLike, leerjaren: int) -> Case:
    """These vacancies (rows) accept these leerjaren too (mask, bit 0 is leerjaar 1)."""
    index = np.asarray(rows, np.int64)
    return replace(
        case, vacancies=_changed(case.vacancies, index, leerjaren=case.vacancies.leerjaren[index] | np.uint8(leerjaren))
    )


def new_places(case: Case, kinds: Vacancies, places: int = 1) -> Case:
    """So many places of each of these kinds more (`places.kinds(…).vacancies.take(rows)`), each with supervision."""
    # Among so many numbers at least `kinds.n` are not in use.
    free = np.setdiff1d(np.arange(kinds.n + case.vacancies.n, dtype=np.uint64), case.vacancies.uid)
    own = dict(kinds.columns())
    own |= {"uid": free[: kinds.n], "cap": np.full(kinds.n, places), "pool": np.full(kinds.n, -1)}
    both = {name: np.concatenate((column, own[name])) for name, column in case.vacancies.columns()}
    return replace(case, vacancies=Vacancies.of(**both))


def _changed(table: T, rows: npt.ArrayLike, **values: npt.ArrayLike) -> T:
    columns = dict(table.columns())
    for name, value in values.items():
        column = columns[name].astype(np.int64 if columns[name].dtype != np.uint64 else np.uint64)
        column[np.asarray(rows, np.int64)] = value
        columns[name] = column
    return type(table).of(**columns)
