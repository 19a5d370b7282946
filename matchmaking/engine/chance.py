"""Fair chance: the share of a place that every student could have if nobody went before anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, shortage_loops
from matchmaking.engine.geo import F64, I64
from matchmaking.engine.structural import by_vacancy
from matchmaking.engine.types import EngineInputError, Pairs

ROUNDS = 20
"""Enough for figures per group; a single student's chance is then good to about a twentieth."""


@dataclass(frozen=True, eq=False)
class FairChance:
    """Units per student (0 to `rounds`); dividing by `rounds` gives the chance.

    The shares are a fractional division within every capacity, as equal as can be (the lowest as high as possible, then
    the next lowest, and so on), so they add up to at most the maximum placement and, with more rounds, to exactly that.
    """

    units: I64
    rounds: int

    @property
    def share(self) -> F64:
        """Chance per student, 0.0 to 1.0."""
        return self.units / self.rounds

    @property
    def places(self) -> float:
        """Places that are given out in all."""
        return float(self.units.sum()) / self.rounds

    def by_group(self, group: npt.ArrayLike, groups: int, percentile: float = 10) -> tuple[F64, F64, I64]:
        """Mean, low percentile and size per group (a number per student, -1 for none); a mean of 0.0 when empty."""
        of = np.asarray(group, np.int64)
        inside = of >= 0
        size = np.bincount(of[inside], minlength=groups)
        mean = np.bincount(of[inside], weights=self.share[inside], minlength=groups) / np.maximum(size, 1)
        by = np.lexsort((self.units, of))
        first = np.searchsorted(of[by], np.arange(groups))
        at = np.minimum(first + np.floor(size * percentile / 100).astype(np.int64), max(len(of) - 1, 0))
        low = np.where(size > 0, self.share[by][at] if len(of) else 0.0, 0.0)
        return mean, low, size


def fair_chance(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None = None,
    pool_cap: npt.ArrayLike | None = None,
    *,
    rounds: int = ROUNDS,
    lot: npt.ArrayLike | None = None,
    vacancy_order: npt.ArrayLike | None = None,
    engine: backend.Engine | None = None,
) -> FairChance:
    """Deal the places out `rounds` times: each pool to the eligible students who had the fewest until then.

    `lot` (a permutation of the students) decides between students with as many, `vacancy_order` (a permutation of the
    vacancies) who deals first; give both by public id and the row order plays no part. Interchangeable students differ
    by a few units at most.
    """
    if rounds < 1:
        raise EngineInputError(f"rounds: {rounds} is not 1 or more")
    n, caps = pairs.n_students, np.array(vacancy_cap, np.int64)
    m = len(caps)
    pools = np.full(m, -1, np.int64) if pool_of is None else np.array(pool_of, np.int64)
    pool_caps = np.zeros(0, np.int64) if pool_cap is None else np.array(pool_cap, np.int64)
    # A vacancy without a pool is one of its own.
    alone = np.flatnonzero(pools < 0)
    pools[alone] = len(pool_caps) + np.arange(len(alone))
    pool_caps = np.concatenate((pool_caps, caps[alone]))
    order = np.arange(m) if vacancy_order is None else np.asarray(vacancy_order, np.int64)
    lots = np.arange(n) if lot is None else np.array(lot, np.int64)
    for name, given, size in (("vacancy_order", order, m), ("lot", lots, n)):
        if len(given) != size or not np.array_equal(np.sort(given), np.arange(size)):
            raise EngineInputError(f"{name}: must hold every number from 0 to {size} once")
    # Pools in the order of their first vacancy.
    first = np.full(len(pool_caps), m, np.int64)
    np.minimum.at(first, pools, order)
    sequence = np.argsort(first, kind="stable")
    number = np.empty(len(pool_caps), np.int64)
    number[sequence] = np.arange(len(pool_caps))
    pools, pool_caps = number[pools], pool_caps[sequence]
    members = np.lexsort((order, pools)).astype(np.int64)
    pool_at = np.searchsorted(pools[members], np.arange(len(pool_caps) + 1)).astype(np.int64)
    loops: Any = shortage_loops
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import kernels as loops
    v_at, v_student = by_vacancy(pairs, m, engine)
    units: I64 = loops.hand_out(v_at, v_student, caps, pool_caps, pool_at, members, lots.astype(np.int64), rounds)
    return FairChance(units, rounds)
