"""Extra suggestions after the division, from places that nobody got: so that they cost nobody anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matchmaking.engine.geo import I64
from matchmaking.engine.types import Outcome, Pairs


@dataclass(frozen=True, eq=False)
class Suggestions:
    """`student` was also shown `vacancy`, which is `pair` on his list; in the order of the rounds."""

    student: I64
    vacancy: I64
    pair: I64

    def __len__(self) -> int:
        return len(self.student)


def remaining(
    outcome: Outcome, vacancy_cap: npt.ArrayLike, pool_of: npt.ArrayLike, pool_cap: npt.ArrayLike
) -> tuple[I64, I64]:
    """Room left per vacancy and per pool after the division."""
    caps, pools, pool_caps = (np.array(a, np.int64) for a in (vacancy_cap, pool_of, pool_cap))
    placed = outcome.match[outcome.match >= 0]
    caps -= np.bincount(placed, minlength=len(caps))
    used = pools[placed]
    pool_caps -= np.bincount(used[used >= 0], minlength=len(pool_caps))
    return caps, pool_caps


def suggest(
    pairs: Pairs,
    outcome: Outcome,
    rank: npt.ArrayLike,
    vacancy_left: npt.ArrayLike,
    pool_of: npt.ArrayLike,
    pool_left: npt.ArrayLike,
    per_student: int = 2,
) -> Suggestions:
    """At most `per_student` more places per student from what is left, best of his list first.

    Every suggestion takes a place and its supervision, as a proposal would, so an organisation never gets more open
    proposals than it has room for. In rounds: everybody has one before anybody has two; within a round by rank.
    """
    left, pool = np.array(vacancy_left, np.int64), np.asarray(pool_of, np.int64)
    room = np.append(np.array(pool_left, np.int64), np.iinfo(np.int64).max)
    # Once nothing is left at a vacancy it stays so: pairs there are of no use to anybody.
    useful = ((left > 0) & (room[pool] > 0))[pairs.vacancy]
    useful[outcome.pair[outcome.pair >= 0]] = False
    entries = np.flatnonzero(useful)
    bounds = np.searchsorted(entries, pairs.offsets).tolist()
    starts, ends = bounds[:-1], bounds[1:]
    by_rank = np.argsort(np.asarray(rank, np.int64), kind="stable")
    waiting: list[int] = [i for i in by_rank.tolist() if starts[i] < ends[i]]
    chosen: list[tuple[int, int, int]] = []
    for _ in range(per_student):
        again: list[int] = []
        for i in waiting:
            for k in range(starts[i], ends[i]):
                e = int(entries[k])
                j = int(pairs.vacancy[e])
                if left[j] > 0 and room[pool[j]] > 0:
                    left[j] -= 1
                    if pool[j] >= 0:
                        room[pool[j]] -= 1
                    chosen.append((i, j, e))
                    starts[i] = k + 1
                    again.append(i)
                    break
        waiting = again
    table = np.array(chosen, np.int64).reshape(-1, 3)
    return Suggestions(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())
