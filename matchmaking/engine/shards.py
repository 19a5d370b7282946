"""Parts of the country that share no pair, no vacancy and no pool can be divided apart: together the same division.

`plan` looks at the tables only (who could reach what, generously), so that every part can be scanned, divided and
verified by another worker: `take` gives a part's tables, `solve` its division, `merge` the whole again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matchmaking.engine import backend, night, order, shortage_loops
from matchmaking.engine.extra import Suggestions
from matchmaking.engine.geo import I64
from matchmaking.engine.structural import writable
from matchmaking.engine.types import (
    CUTOFF_CLOSED,
    CUTOFF_OPEN,
    EngineInputError,
    Exclusions,
    Outcome,
    Pairs,
    Policy,
    Pools,
    StudentLists,
    Students,
    Vacancies,
)
from matchmaking.engine.whatif import Case

_CELL = 40_000
"""Side in decimetres of the squares in which students and places are taken together: 4 km."""


@dataclass(frozen=True, eq=False)
class Shard:
    """Rows of the whole that belong together, in ascending order."""

    students: I64
    vacancies: I64
    pools: I64


@dataclass(frozen=True, eq=False)
class Answer:
    """What a worker gives back for one shard; all arrays are about the shard's own rows, all small.

    `cut_band` and `cut_rank` split the cut-off (band -3: open, -4: closed), because ranks are counted within the shard.
    """

    match: I64
    choice: I64
    cut_band: I64
    cut_student: I64
    suggested_student: I64
    suggested_vacancy: I64
    suggested_round: I64
    counts: dict[str, int]


@dataclass(frozen=True, eq=False)
class Merged:
    """The whole division: as `night.run` gives it, but without the pairs."""

    outcome: Outcome
    suggestions: Suggestions
    counts: dict[str, int]
    outcome_hash: str


_OPEN, _CLOSED = -3, -4


def components(
    pairs: Pairs, pool_of: npt.ArrayLike, pools: int, *, engine: backend.Engine | None = None
) -> tuple[I64, I64, I64]:
    """A number per student, vacancy and pool, equal for those that eligible pairs connect."""
    pool = np.array(pool_of, np.int64)
    label: I64 = _loops(engine).connect(pairs.offsets.copy(), writable(pairs.vacancy), pool, pools)
    n, m = pairs.n_students, len(pool)
    return label[:n], label[n : n + m], label[n + m :]


def reachable(
    students: Students, vacancies: Vacancies, pools: int, today: int, *, engine: backend.Engine | None = None
) -> tuple[I64, I64, I64]:
    """The same before any scan: connected when opleiding and distance alone might allow a pair.

    Never separates what a pair connects; may join what no pair does.
    """
    open_ = np.flatnonzero(vacancies.deadline >= today)
    row, crebo = np.nonzero((vacancies.crebos[open_][:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1))
    row = open_[row]
    v_key = _square(vacancies.position[row], crebo)
    s_key = _square(students.position, students.crebo)
    squares, entry = np.unique(v_key, axis=0, return_inverse=True)
    groups, member = np.unique(s_key, axis=0, return_inverse=True)
    reach = np.zeros(len(groups), np.int64)
    np.maximum.at(reach, member.reshape(-1), np.sqrt(students.chord_limit.astype(np.float64)).astype(np.int64) + 1)
    first = np.searchsorted(squares[:, 0], np.arange(65)).astype(np.int64)
    pool = vacancies.pool.astype(np.int64)
    label: I64 = _loops(engine).connect_squares(
        groups.astype(np.int64),
        member.reshape(-1).astype(np.int64),
        reach,
        squares.astype(np.int64),
        first,
        entry.reshape(-1).astype(np.int64),
        row.astype(np.int64),
        pool,
        pools,
        _CELL,
    )
    n, m = students.n, vacancies.n
    return label[:n], label[n : n + m], label[n + m :]


def _square(position: I64, crebo: npt.ArrayLike) -> I64:
    """Opleiding and square on the map (rows and columns of the plane through the poles)."""
    return np.column_stack((np.asarray(crebo, np.int64), position[:, 1] // _CELL, position[:, 2] // _CELL))


def plan(labels: tuple[I64, I64, I64], parts: int) -> list[Shard]:
    """At most `parts` shards of whole components, about as heavy (students times vacancies, roughly the scan's work).

    Students, vacancies and pools that nothing connects go along with the lightest. Shards without students are left out.
    """
    if parts < 1:
        raise EngineInputError(f"parts: {parts} is not 1 or more")
    names, where = np.unique(np.concatenate(labels), return_inverse=True)
    of_s, of_v, of_p = np.split(where.reshape(-1), np.cumsum([len(label) for label in labels[:2]]))
    count_s, count_v = (np.bincount(of, minlength=len(names)).astype(np.float64) for of in (of_s, of_v))
    weight = count_s * count_v + count_s + count_v
    bin_of = np.zeros(len(names), np.int64)
    load = np.zeros(parts)
    for k in np.argsort(-weight, kind="stable").tolist():
        bin_of[k] = int(load.argmin())
        load[bin_of[k]] += weight[k]
    bins = [
        Shard(*(np.flatnonzero(bin_of[of] == b).astype(np.int64) for of in (of_s, of_v, of_p))) for b in range(parts)
    ]
    return [shard for shard in bins if len(shard.students)]


def take(case: Case, shard: Shard) -> Case:
    """The tables of one shard. Raises `EngineInputError` when a vacancy's pool is not in it."""
    table = case.vacancies.take(shard.vacancies)
    pooled = table.pool >= 0
    row = np.searchsorted(shard.pools, table.pool)
    if pooled.any() and not np.isin(table.pool[pooled], shard.pools).all():
        raise EngineInputError("shard: a vacancy's pool is in another shard")
    columns = dict(table.columns()) | {"pool": np.where(pooled, row, -1)}
    return Case(
        students=case.students.take(shard.students),
        vacancies=Vacancies.of(**columns),
        pools=case.pools.take(shard.pools) if len(shard.pools) else Pools.empty(),
        exclusions=None if case.exclusions is None else take_lists(case.exclusions, shard, case.vacancies.n),
        policy=case.policy,
        today=case.today,
        season_seed=case.season_seed,
    )


def take_lists(lists: StudentLists, shard: Shard, vacancies: int) -> StudentLists:
    """Lists per student of only a shard's students and vacancies, in its rows."""
    row = np.full(vacancies, -1, np.int64)
    row[shard.vacancies] = np.arange(len(shard.vacancies))
    inside = np.full(lists.n, -1, np.int64)
    inside[shard.students] = np.arange(len(shard.students))
    owner, other = inside[lists.student()], row[lists.vacancy]
    keep = (owner >= 0) & (other >= 0)
    counts = np.bincount(owner[keep], minlength=len(shard.students))
    return Exclusions(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), other[keep].astype(np.int32))


def solve(
    part: Case,
    *,
    favourites: StudentLists | None = None,
    holder: npt.ArrayLike | None = None,
    locks: npt.ArrayLike | None = None,
    per_student: int = 2,
    engine: backend.Engine | None = None,
) -> Answer:
    """Divide and verify one shard. Pure, and small in what it returns: what a worker runs.

    Raises what `night.run` raises; then nothing of the whole may be published.
    """
    made = night.run(
        part.students, part.vacancies, part.pools, part.exclusions, part.policy, part.today, part.season_seed,
        favourites=favourites, holder=holder, locks=locks, per_student=per_student, engine=engine,
    )  # fmt: skip
    cut = made.outcome.cutoff
    n = max(part.students.n, 1)
    plain = (cut != CUTOFF_OPEN) & (cut != CUTOFF_CLOSED)
    band = np.where(plain, cut // n, np.where(cut == CUTOFF_OPEN, _OPEN, _CLOSED))
    by_rank = np.argsort(made.rank, kind="stable").astype(np.int64)
    who = np.where(plain, by_rank[np.where(plain, cut % n, 0)], -1) if part.students.n else np.full(len(cut), -1)
    _, nth = _nth(made.suggestions.student)
    return Answer(
        match=made.outcome.match.astype(np.int64),
        choice=made.choice(),
        cut_band=band.astype(np.int64),
        cut_student=who.astype(np.int64),
        suggested_student=made.suggestions.student,
        suggested_vacancy=made.suggestions.vacancy,
        suggested_round=nth,
        counts=made.counts,
    )


def _nth(student: I64) -> tuple[I64, I64]:
    """The how-manieth time, from 0, that each student is named."""
    by = np.argsort(student, kind="stable")
    ordered = student[by]
    nth = np.empty(len(student), np.int64)
    nth[by] = np.arange(len(student)) - np.searchsorted(ordered, ordered, "left")
    return by, nth


def merge(
    students: Students,
    vacancies: Vacancies,
    policy: Policy,
    season_seed: str | int,
    shards: Sequence[Shard],
    answers: Sequence[Answer],
) -> Merged:
    """Put the answers together; who or what is in no shard has no match and its vacancies stay open or closed.

    `outcome.pair` has the place on the student's own list less one where there is a match: the pairs stay with the
    workers.
    """
    n = students.n
    rank = order.rank(students, policy, season_seed)
    match = np.full(n, -1, np.int32)
    place = np.full(n, -1, np.int64)
    cutoff = np.where(vacancies.cap > 0, CUTOFF_OPEN, CUTOFF_CLOSED).astype(np.int64)
    counts: dict[str, int] = {}
    extra: list[I64] = []
    for shard, answer in zip(shards, answers, strict=True):
        got = answer.match >= 0
        match[shard.students[got]] = shard.vacancies[answer.match[got]]
        place[shard.students[got]] = answer.choice[got] - 1
        band, who = answer.cut_band, answer.cut_student
        own = np.where(band == _OPEN, CUTOFF_OPEN, CUTOFF_CLOSED).astype(np.int64)
        plain = who >= 0
        own[plain] = band[plain] * n + rank[shard.students[who[plain]]]
        cutoff[shard.vacancies] = own
        student, vacancy = shard.students[answer.suggested_student], shard.vacancies[answer.suggested_vacancy]
        extra.append(np.stack((answer.suggested_round, rank[student], student, vacancy)))
        for name, number in answer.counts.items():
            counts[name] = counts.get(name, 0) + number
    table = np.concatenate(extra, axis=1) if extra else np.zeros((4, 0), np.int64)
    table = table[:, np.lexsort((table[1], table[0]))]
    more = Suggestions(table[2].copy(), table[3].copy(), np.full(table.shape[1], -1, np.int64))
    outcome = Outcome(match, place, cutoff)
    counts |= {"students": n, "vacancies": vacancies.n, "places": int(vacancies.cap.sum())}
    counts |= {"unplaced": n - outcome.placed, "placed": outcome.placed}
    return Merged(outcome, more, counts, night.outcome_hash(students, vacancies, outcome, more))


def _loops(engine: backend.Engine | None) -> Any:
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import kernels

        return kernels
    return shortage_loops
