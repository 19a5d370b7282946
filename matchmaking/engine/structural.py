"""Shortage: how many students could have a place at best, a proof that no more can, and where a place more helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, loops
from matchmaking.engine.geo import I64
from matchmaking.engine.types import Bools, Pairs


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
    caps = np.array(vacancy_cap, np.int64)
    pools = np.full(len(caps), -1, np.int64) if pool_of is None else np.array(pool_of, np.int64)
    pool_caps = np.zeros(0, np.int64) if pool_cap is None else np.array(pool_cap, np.int64)
    n = pairs.n_students
    shared = len(pool_caps)
    pools[pools < 0] = shared
    pool_caps = np.append(pool_caps, n + 1)
    members = np.argsort(pools, kind="stable").astype(np.int64)
    pool_at = np.searchsorted(pools[members], np.arange(len(pool_caps) + 1)).astype(np.int64)
    pair = np.full(n, -1, np.int64) if start is None else np.array(start, np.int64)
    augment: Callable[..., tuple[I64, I64, I64, int]] = loops.augment
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import kernels

        augment = kernels.augment
    students, vacancies, reached_pools, rounds = augment(
        pairs.offsets.copy(), pairs.vacancy.copy(), pair, caps, pools, pool_caps, pool_at, members
    )
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
    outside = ~vacancies[pairs.vacancy]
    if (outside & np.repeat(found.competing, np.diff(pairs.offsets))).any():
        raise CertificateError("a competing student is eligible for a vacancy that was not counted")
    if found.without_pairs + int(found.competing.sum()) - found.capacity != found.shortage:
        raise CertificateError(
            f"{found.without_pairs} + {int(found.competing.sum())} - {found.capacity} is not {found.shortage}"
        )
