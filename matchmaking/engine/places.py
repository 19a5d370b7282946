"""What one more place is worth, per kind of place: does it help, and how many of them keep helping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, candidates, shortage_loops
from matchmaking.engine.geo import I64
from matchmaking.engine.structural import Room, Structure, by_vacancy, writable
from matchmaking.engine.types import DAY_MAX, I32, Bools, EngineInputError, Pairs, Policy, Students, Vacancies

LIMIT = 25
"""Places of one kind that are tried: more of one kind in one town is no advice."""
CHAIN = 8
"""Students of one chain that are told by name of their row; a longer chain is told by its beginning."""
_ALL = (1 << 64) - 1
_levels: WeakKeyDictionary[Structure, tuple[I64, I64]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of place that could be made: a vacancy each, for one opleiding, leerjaar, set of days and region.

    `region`, `crebo`, `leerjaar` and `days` say which; `students` how many searching students are of that kind.
    """

    vacancies: Vacancies
    region: I64
    crebo: I64
    leerjaar: I64
    days: I64
    students: I64

    @property
    def n(self) -> int:
        """Number of kinds."""
        return self.vacancies.n


@dataclass(frozen=True, eq=False)
class ExtraPlaces:
    """Per kind: `upto` (k*), how many more places of it each place one more student, at most `limit`.

    The first `upto` places help one student each and the next none: more never helps again. `direct` counts the
    students without a place who fit it themselves; the others are helped because somebody moves on. `straight`: how
    many of the `upto` places go straight to a student without a place in the placement at hand, nobody moving on.
    """

    upto: I64
    direct: I64
    limit: int
    straight: I64
    chain_length: I64
    chain_students: I64

    def chain(self, kind: int) -> list[int]:
        """One chain of a kind: rows of students, who takes the new place first, who gets a place at last.

        Empty when the place helps nobody. A chain of more than one student is preferred; of one longer than `CHAIN`
        only the beginning is kept.
        """
        length = min(int(self.chain_length[kind]), CHAIN)
        return [int(i) for i in self.chain_students[kind, :length]]

    @property
    def value(self) -> I64:
        """1 where one more place places one more student, 0 where it changes nothing."""
        return (self.upto > 0).astype(np.int64)


def kinds(students: Students, region: npt.ArrayLike, lat: npt.ArrayLike, lon: npt.ArrayLike, today: int) -> Kinds:
    """Every kind of place that some student searches for, at the centre (`lat`, `lon`) of his region.

    `region` is a row of the centres per student, -1 for none. A place of a kind accepts every route, period and number
    of hours, and teaches and offers everything: what it is worth at best.
    """
    where = np.asarray(region, np.int64)
    if len(where) != students.n:
        raise EngineInputError(f"region: {len(where)} rows where {students.n} were expected")
    inside = np.flatnonzero(where >= 0)
    # One number per student instead of a row of four: sorting those is many times as fast.
    spot, crebo, leerjaar, days = (
        c.astype(np.int64)[inside] for c in (where, students.crebo, students.leerjaar, students.days)
    )
    unique, count = np.unique(((spot * 64 + crebo) * 16 + leerjaar) * 256 + days, return_counts=True)
    spot, crebo, leerjaar, days = unique >> 18, unique >> 12 & 63, unique >> 8 & 15, unique & 255
    n = len(unique)
    vacancies = Vacancies.of(
        uid=np.arange(n),
        crebos=np.left_shift(np.uint64(1), crebo.astype(np.uint64)),
        leerjaren=np.left_shift(1, leerjaar - 1),
        routes=np.full(n, 255),
        lat=np.asarray(lat, np.float64)[spot],
        lon=np.asarray(lon, np.float64)[spot],
        days=days,
        min_days=np.zeros(n, np.int64),
        hours_min=np.zeros(n, np.int64),
        hours_max=np.full(n, 168),
        start=np.zeros(n, np.int64),
        end=np.full(n, DAY_MAX),
        groups=np.full(n, _ALL, np.uint64),
        fields=np.full(n, _ALL, np.uint64),
        wps=np.full(n, _ALL, np.uint64),
        has=np.full(n, (1 << 32) - 1, np.uint32),
        needs=np.zeros(n, np.uint32),
        cap=np.ones(n, np.int64),
        pool=np.full(n, -1),
        deadline=np.full(n, max(today, 0)),
    )
    return Kinds(vacancies, spot, crebo, leerjaar, days, count.astype(np.int64))


def value(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None,
    pool_cap: npt.ArrayLike | None,
    best: Structure,
    kind_pairs: Pairs,
    n_kinds: int,
    *,
    limit: int = LIMIT,
    engine: backend.Engine | None = None,
) -> ExtraPlaces:
    """What places of these kinds would add to the most that can be placed, each with its own supervision.

    `best` is the maximum placement of `pairs` (`structural.analyse`); `kind_pairs` are the students' pairs with the
    kinds. Searched from the new place backwards and undone after each kind, so a kind costs microseconds.
    """
    if kind_pairs.n_students != pairs.n_students:
        raise EngineInputError(f"kind_pairs: {kind_pairs.n_students} students where {pairs.n_students} were expected")
    k_at, k_student = by_vacancy(kind_pairs, n_kinds, engine)
    upto, told = _search(pairs, vacancy_cap, pool_of, pool_cap, best, k_at, k_student, n_kinds, limit, engine)
    return _told(upto, told, _direct(best, k_at, k_student), limit)


def value_of_kinds(
    students: Students,
    of: Kinds,
    policy: Policy,
    today: int,
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None,
    pool_cap: npt.ArrayLike | None,
    best: Structure,
    *,
    limit: int = LIMIT,
    engine: backend.Engine | None = None,
) -> ExtraPlaces:
    """`value` for `kinds`: who fits them is found by the same scan as every night."""
    found = candidates.find(students, of.vacancies, None, policy, today, engine=engine)
    return value(pairs, vacancy_cap, pool_of, pool_cap, best, found, of.n, limit=limit, engine=engine)


def value_of_vacancies(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None,
    pool_cap: npt.ArrayLike | None,
    best: Structure,
    *,
    limit: int = LIMIT,
    engine: backend.Engine | None = None,
) -> ExtraPlaces:
    """`value` for more places at each existing vacancy, each with its supervision.

    The supervision goes to the pool, so it can also help at another vacancy of that pool that has places to spare.
    """
    m = len(np.asarray(vacancy_cap))
    at, student = by_vacancy(pairs, m, engine)
    everywhere = np.arange(m, dtype=np.int64)
    upto, told = _search(pairs, vacancy_cap, pool_of, pool_cap, best, at, student, m, limit, engine, vacancy=everywhere)
    return _told(upto, told, _direct(best, at, student), limit)


def value_of_supervision(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike,
    pool_cap: npt.ArrayLike,
    best: Structure,
    pools: npt.ArrayLike,
    *,
    limit: int = LIMIT,
    engine: backend.Engine | None = None,
) -> ExtraPlaces:
    """`value` for supervision of one more student in each of these pools (rows), for the places their vacancies have."""
    which = np.array(pools, np.int64)
    at, student = by_vacancy(pairs, len(np.asarray(vacancy_cap)), engine)
    upto, told = _search(
        pairs, vacancy_cap, pool_of, pool_cap, best, at, student, len(which), limit, engine, pool=which
    )
    caps, of = np.asarray(vacancy_cap, np.int64), np.asarray(pool_of, np.int64)
    rows = np.flatnonzero((caps > 0) & np.isin(of, which))
    rows = rows[np.argsort(of[rows], kind="stable")]
    first = np.searchsorted(of[rows], which, "left").tolist()
    last = np.searchsorted(of[rows], which, "right").tolist()
    unplaced = best.pair < 0
    count = np.zeros(len(which), np.int64)
    for k in range(len(which)):
        lists = [student[at[j] : at[j + 1]] for j in rows[first[k] : last[k]].tolist()]
        waiting = [who[unplaced[who]] for who in lists]
        # A student may fit several places of a pool.
        count[k] = len(waiting[0]) if len(waiting) == 1 else len(np.unique(np.concatenate(waiting))) if waiting else 0
    return _told(upto, told, count, limit)


def crowded(pairs: Pairs, best: Structure, vacancies: int) -> Bools:
    """The vacancies of the certificate: all that stuck students are eligible for; everybody there would stay there."""
    inside = np.zeros(vacancies, np.bool_)
    for first, last in pairs.blocks():
        at = pairs.offsets[first : last + 1]
        inside[pairs.vacancy[at[0] : at[-1]][np.repeat(best.competing[first:last], np.diff(at))]] = True
    return inside


def gain_of_wider(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None,
    pool_cap: npt.ArrayLike | None,
    best: Structure,
    changes: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    engine: backend.Engine | None = None,
) -> tuple[I64, list[I64]]:
    """Per change how many more can be placed at most, when some students are eligible for more vacancies.

    A change is (student rows, vacancy rows) of the pairs that come with it; each is tried on its own. Exactly the
    maximum placement with these pairs less the one without. The students must be stuck: without a place in some best
    placement (`best.competing`, or no place in `best` at all), or `EngineInputError` is raised: for the others the
    search, which costs about as much as the number it finds, would have to look at the whole market.

    Pairs with `crowded` vacancies hardly ever add anything. They may be left out: the second answer names, per change,
    the few crowded vacancies with which pairs of stuck students could still add to the gain; with all others not.
    """
    stuck = best.competing | (best.pair < 0)
    who = [np.asarray(student, np.int64) for student, _ in changes]
    where = [np.asarray(vacancy, np.int64) for _, vacancy in changes]
    at = np.concatenate(([0], np.cumsum([len(rows) for rows in who]))).astype(np.int64)
    student = np.concatenate([np.zeros(0, np.int64), *who])
    if not stuck[student].all():
        raise EngineInputError("changes: a student who has a place in every best placement")
    room = Room.of(pairs.n_students, vacancy_cap, pool_of, pool_cap)
    start = np.where(best.pair >= 0, pairs.vacancy[best.pair] if len(pairs) else 0, -1).astype(np.int64)
    inside = crowded(pairs, best, len(room.caps))
    gained, wanted_by, wanted = _loops(engine).wider(
        pairs.offsets.copy(), writable(pairs.vacancy), *by_vacancy(pairs, len(room.caps), engine), start, room.caps,
        room.pools, room.pool_caps, room.pool_at, room.members, stuck.astype(np.int64), inside.astype(np.int64), at,
        student, np.concatenate([np.zeros(0, np.int64), *where]),
    )  # fmt: skip
    asked = inside[wanted]
    bounds = np.searchsorted(wanted_by[asked], np.arange(len(changes) + 1))
    return gained, [np.unique(part) for part in np.split(wanted[asked], bounds[1:-1])][: len(changes)]


def _loops(engine: backend.Engine | None) -> Any:
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import kernels

        return kernels
    return shortage_loops


def _search(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None,
    pool_cap: npt.ArrayLike | None,
    best: Structure,
    at: I64,
    student: I32,
    count: int,
    limit: int,
    engine: backend.Engine | None,
    *,
    vacancy: I64 | None = None,
    pool: I64 | None = None,
) -> tuple[I64, I64]:
    n = pairs.n_students
    room = Room.of(n, vacancy_cap, pool_of, pool_cap)
    unplaced = best.pair < 0
    start = np.full(n, -1, np.int64)
    start[~unplaced] = pairs.vacancy[best.pair[~unplaced]]
    limits = (room.caps, room.pools, room.pool_caps, room.pool_at, room.members)
    loops = _loops(engine)
    level = _levels.get(best)
    if level is None:
        # Once per placement: the same for every kind of place.
        level = _levels[best] = loops.chain_levels(pairs.offsets.copy(), writable(pairs.vacancy), start, *limits)
    nothing = np.zeros(0, np.int64)
    told = np.zeros((count, 2 + CHAIN), np.int64)
    if vacancy is not None or pool is not None:
        v_at, v_student = at, student
    else:
        v_at, v_student = by_vacancy(pairs, len(room.caps), engine)
    upto: I64 = loops.extra_places(
        v_at, v_student, start, *limits,
        at if pool is None else np.zeros(1, np.int64), student, nothing if vacancy is None else vacancy,
        nothing if pool is None else pool, *level, limit, told,
    )  # fmt: skip
    return upto, told


def _told(upto: I64, told: I64, direct: I64, limit: int) -> ExtraPlaces:
    return ExtraPlaces(upto, direct, limit, told[:, 0].copy(), told[:, 1].copy(), told[:, 2:].copy())


def _direct(best: Structure, at: I64, student: I32) -> I64:
    """How many students without a place are on each list."""
    waiting = np.append(0, np.cumsum(best.pair[student] < 0)).astype(np.int64)
    return waiting[at[1:]] - waiting[at[:-1]]
