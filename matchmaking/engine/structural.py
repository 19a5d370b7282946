"""Shortage: how many students could have a place at best, a proof that no more can, and where a place more helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, loops
from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32, Bools, EngineInputError, Pairs


@dataclass(frozen=True, eq=False)
class Structure:
    """The most that any division can place.

    `pair` is one such placement (not a fair one: never publish it). `competing` are students who together are
    eligible for no more than `capacity` places; `without_pairs` have no eligible vacancy at all. Always
    `shortage == without_pairs + competing - capacity`: the number proves itself. `helps` says per vacancy whether
    one more place there, with its supervision, places one more student.
    """

    pair: I64
    max_placement: int
    shortage: int
    without_pairs: int
    competing: Bools
    capacity: int
    helps: Bools
    rounds: int


@dataclass(frozen=True, eq=False)
class Room:
    """Capacities as the loops want them: every vacancy has a pool; those without one share the last, never full one.

    `members[pool_at[p]:pool_at[p + 1]]` are the vacancies of pool p.
    """

    caps: I64
    pools: I64
    pool_caps: I64
    pool_at: I64
    members: I64

    @classmethod
    def of(
        cls,
        students: int,
        vacancy_cap: npt.ArrayLike,
        pool_of: npt.ArrayLike | None = None,
        pool_cap: npt.ArrayLike | None = None,
    ) -> Room:
        """From a capacity and a pool row (-1 for none) per vacancy and a capacity per pool."""
        caps = np.array(vacancy_cap, np.int64)
        pools = np.full(len(caps), -1, np.int64) if pool_of is None else np.array(pool_of, np.int64)
        pool_caps = np.zeros(0, np.int64) if pool_cap is None else np.array(pool_cap, np.int64)
        pools[pools < 0] = len(pool_caps)
        pool_caps = np.append(pool_caps, students + 1)
        members = np.argsort(pools, kind="stable").astype(np.int64)
        pool_at = np.searchsorted(pools[members], np.arange(len(pool_caps) + 1)).astype(np.int64)
        return cls(caps, pools, pool_caps, pool_at, members)


def writable(column: I32) -> I32:
    """The column itself when it may be written, else a copy: the loops are compiled for writable arrays."""
    return column if column.flags.writeable else column.copy()


MOST_KEPT = 1 << 26
"""Pairs up to which `by_vacancy` keeps its answer (4 bytes a pair): all of mbo has 10 to 20 million."""
_turned: WeakKeyDictionary[Pairs, tuple[int, tuple[I64, I32]]] = WeakKeyDictionary()


def by_vacancy(pairs: Pairs, vacancies: int, engine: backend.Engine | None = None) -> tuple[I64, I32]:
    """The eligible students per vacancy: offsets and rows. Kept as long as the pairs: every question about a market asks."""
    kept = _turned.get(pairs)
    if kept is None or kept[0] != vacancies:
        transpose: Callable[..., tuple[I64, I32]] = loops.transpose
        if (engine or backend.ENGINE) == "numba":
            from matchmaking.engine import kernels

            transpose = kernels.transpose
        kept = (vacancies, transpose(pairs.offsets.copy(), writable(pairs.vacancy), vacancies))
        if len(pairs) <= MOST_KEPT:
            _turned[pairs] = kept
    return kept[1]


class CertificateError(RuntimeError):
    """The proof of a shortage does not add up; nothing of it may be published."""


def analyse(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None = None,
    pool_cap: npt.ArrayLike | None = None,
    *,
    start: npt.ArrayLike | None = None,
    engine: backend.Engine | None = None,
) -> Structure:
    """Maximum placement with its certificate.

    `start` is the pair per student of a division to begin from (-1 for none), which saves most of the work. Raises
    `CertificateError` when the certificate is not exact.
    """
    n = pairs.n_students
    room = Room.of(n, vacancy_cap, pool_of, pool_cap)
    caps, pools, pool_caps, shared = room.caps, room.pools, room.pool_caps, len(room.pool_caps) - 1
    pair = np.full(n, -1, np.int64) if start is None else np.array(start, np.int64)
    fill: Callable[..., int] = loops.fill
    augment: Callable[..., tuple[I64, I64, I64, int]] = loops.augment
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import kernels

        fill, augment = kernels.fill, kernels.augment
    lists = (pairs.offsets.copy(), writable(pairs.vacancy))
    rest = (caps, pools, pool_caps, room.pool_at, room.members)
    fill(*lists, *by_vacancy(pairs, len(caps), engine), pair, *rest)
    # Forwards from who has no place: finds nothing more, and what it reached is the certificate.
    students, vacancies, reached_pools, rounds = augment(*lists, pair, *rest)
    reached = students == 1
    held = np.bincount(pools, weights=np.where(vacancies == 1, caps, 0), minlength=len(pool_caps)).astype(np.int64)
    held[:shared] = np.minimum(held[:shared], pool_caps[:shared])
    result = Structure(
        pair=pair,
        max_placement=int((pair >= 0).sum()),
        shortage=int((pair < 0).sum()),
        without_pairs=int((np.diff(pairs.offsets) == 0).sum()),
        competing=reached,
        capacity=int(held.sum()),
        helps=(vacancies == 1) | (reached_pools[pools] == 1),
        rounds=int(rounds),
    )
    _prove(pairs, result, vacancies == 1)
    return result


def _prove(pairs: Pairs, found: Structure, vacancies: Bools) -> None:
    """The competing students have no eligible vacancy outside the counted ones, and the numbers add up."""
    for first, last in pairs.blocks():
        at = pairs.offsets[first : last + 1]
        outside = ~vacancies[pairs.vacancy[at[0] : at[-1]]]
        if (outside & np.repeat(found.competing[first:last], np.diff(at))).any():
            raise CertificateError("a competing student is eligible for a vacancy that was not counted")
    if found.without_pairs + int(found.competing.sum()) - found.capacity != found.shortage:
        raise CertificateError(
            f"{found.without_pairs} + {int(found.competing.sum())} - {found.capacity} is not {found.shortage}"
        )


def floor(
    pairs: Pairs,
    group: npt.ArrayLike,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None = None,
    pool_cap: npt.ArrayLike | None = None,
    *,
    groups: int | None = None,
    engine: backend.Engine | None = None,
) -> I64:
    """How many students of each group stay without a place even when their group chooses before everybody else.

    `group` is a number per student (a region, a class), -1 for none. True for every possible division, so it is what
    that group lacks whatever the others do; often 0 in a city, where the group could take the places of others.
    """
    of = np.asarray(group, np.int64)
    if len(of) != pairs.n_students:
        raise EngineInputError(f"group: {len(of)} rows where {pairs.n_students} were expected")
    count = groups if groups is not None else (int(of.max()) + 1 if len(of) else 0)
    short = np.zeros(count, np.int64)
    rows = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[rows], np.arange(count + 1))
    for g in range(count):
        mine = rows[bounds[g] : bounds[g + 1]]
        if len(mine):
            # Only their own vacancies, so that a small group in a large country costs little.
            own = pairs.take(mine)
            there, column = np.unique(own.vacancy, return_inverse=True)
            narrow = Pairs(own.offsets, column.astype(np.int32), own.band, own.score)
            caps = np.asarray(vacancy_cap, np.int64)[there]
            pools = None if pool_of is None else np.asarray(pool_of, np.int64)[there]
            short[g] = analyse(narrow, caps, pools, pool_cap, engine=engine).shortage
    return short
