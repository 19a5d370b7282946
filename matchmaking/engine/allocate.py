"""The division: student-proposing deferred acceptance with room per vacancy and per pool of supervision.

A vacancy's order over students is one number per pair, lower first: fit band times the number of students plus the
student's rank. With one order for all vacancies of a pool the result is stable and the best stable one for students.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, oracle
from matchmaking.engine.geo import I64
from matchmaking.engine.types import CUTOFF_CLOSED, CUTOFF_OPEN, Bools, EngineInputError, Outcome, Pairs


def pair_keys(
    pairs: Pairs,
    rank: npt.ArrayLike,
    band_override: npt.ArrayLike | None = None,
    holder: npt.ArrayLike | None = None,
    locked: npt.ArrayLike | None = None,
) -> I64:
    """The priority of every pair at its vacancy, lower first.

    `band_override` is true for students who count as band 0 everywhere. `holder` is the vacancy row of a proposal
    that the student already holds as a concept (or -1): there he goes before everybody who does not. Where `locked`
    is true the holder's vacancy was set by hand: there he goes before the concepts too.
    """
    n = pairs.n_students
    override = np.zeros(n, np.bool_) if band_override is None else np.asarray(band_override, np.bool_)
    held = np.full(n, -1, np.int64) if holder is None else np.asarray(holder, np.int64)
    fixed = np.zeros(n, np.bool_) if locked is None else np.asarray(locked, np.bool_)
    return _keys(pairs, np.arange(len(pairs)), pairs.student(), np.asarray(rank, np.int64), override, held, fixed)


def _keys(pairs: Pairs, e: I64, student: I64, rank: I64, override: Bools, holder: I64, locked: Bools) -> I64:
    band = pairs.band[e].astype(np.int64)
    band[override[student]] = 0
    mine = holder[student] == pairs.vacancy[e]
    band[mine] = -1 - locked[student[mine]].astype(np.int64)
    return band * pairs.n_students + rank[student]


def deferred_acceptance(
    pairs: Pairs,
    rank: npt.ArrayLike,
    band_override: npt.ArrayLike | None,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None = None,
    pool_cap: npt.ArrayLike | None = None,
    *,
    holder: npt.ArrayLike | None = None,
    locked: npt.ArrayLike | None = None,
    keys: npt.ArrayLike | None = None,
    engine: backend.Engine | None = None,
) -> Outcome:
    """The student-optimal stable division.

    `rank` is a permutation of the students; `pool_of` per vacancy is a row of `pool_cap` or -1 (no shared limit).
    `keys` replaces the computed priority per pair, for published instances with arbitrary lists: within one pool
    all keys must be different for different students. Raises `EngineInputError` for arrays that do not fit together.
    """
    order = np.asarray(rank, np.int64)
    caps = np.asarray(vacancy_cap, np.int64)
    pools = np.full(len(caps), -1, np.int64) if pool_of is None else np.asarray(pool_of, np.int64)
    pool_caps = np.zeros(0, np.int64) if pool_cap is None else np.asarray(pool_cap, np.int64)
    n = pairs.n_students
    if len(order) != n or not np.array_equal(np.sort(order), np.arange(n)):
        raise EngineInputError("rank: must hold every number from 0 to the number of students once")
    if len(pools) != len(caps):
        raise EngineInputError(f"pool_of: {len(pools)} rows where {len(caps)} were expected")
    if len(pools) and (pools.min() < -1 or pools.max() >= len(pool_caps)):
        raise EngineInputError("pool_of: names a pool that does not exist")
    if len(pairs) and int(pairs.vacancy.max()) >= len(caps):
        raise EngineInputError("pairs: names a vacancy without capacity row")
    if (caps < 0).any() or (pool_caps < 0).any():
        raise EngineInputError("capacity: cannot be negative")
    # Vacancies without a pool share one that nobody can fill.
    pools = np.where(pools < 0, len(pool_caps), pools)
    pool_caps = np.append(pool_caps, n + 1)
    explicit = None if keys is None else np.asarray(keys, np.int64)
    if explicit is not None and len(explicit) != len(pairs):
        raise EngineInputError(f"keys: {len(explicit)} rows where {len(pairs)} were expected")
    override = np.zeros(n, np.bool_) if band_override is None else np.asarray(band_override, np.bool_)
    held = np.full(n, -1, np.int64) if holder is None else np.asarray(holder, np.int64)
    fixed = np.zeros(n, np.bool_) if locked is None else np.asarray(locked, np.bool_)
    if not len(override) == len(held) == len(fixed) == n:
        raise EngineInputError(f"band_override, holder, locked: {n} rows were expected")
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import compiled

        pair = compiled.divide(pairs, order, override, held, fixed, explicit, caps, pools, pool_caps)
    else:
        every = pair_keys(pairs, order, override, held, fixed) if explicit is None else explicit
        pair = oracle.divide(pairs, every, caps, pools, pool_caps)
    placed = np.flatnonzero(pair >= 0)
    match = np.full(n, -1, np.int32)
    match[placed] = pairs.vacancy[pair[placed]]
    ends = pair[placed]
    key = _keys(pairs, ends, placed, order, override, held, fixed) if explicit is None else explicit[ends]
    return Outcome(match, pair, _cutoffs(match[placed].astype(np.int64), key, caps, pools, pool_caps))


def _cutoffs(where: I64, key: I64, caps: I64, pools: I64, pool_caps: I64) -> I64:
    """The last key that still got in, per vacancy. See `Outcome.cutoff`."""
    load = np.bincount(where, minlength=len(caps))
    pool_load = np.bincount(pools[where], minlength=len(pool_caps))
    last = np.full(len(caps), CUTOFF_CLOSED)
    np.maximum.at(last, where, key)
    pool_last = np.full(len(pool_caps), CUTOFF_CLOSED)
    np.maximum.at(pool_last, pools[where], key)
    pool_cutoff = np.where(pool_load < pool_caps, CUTOFF_OPEN, pool_last)
    return np.where(load < caps, pool_cutoff[pools], last)
