"""One night from tables to division: scan, order, divide, verify, suggest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from time import perf_counter

import numpy as np
import numpy.typing as npt

from matchmaking.engine import allocate, backend, candidates, extra, order, verify
from matchmaking.engine.extra import Suggestions
from matchmaking.engine.geo import I64
from matchmaking.engine.types import (
    U64,
    Bools,
    EngineInputError,
    Exclusions,
    Favourites,
    Outcome,
    Pairs,
    Policy,
    Pools,
    Students,
    Vacancies,
)
from matchmaking.engine.verify import VerificationError

__all__ = ["ENGINE_VERSION", "NightResult", "VerificationError", "input_hash", "outcome_hash", "run"]

ENGINE_VERSION = "1"
"""Changes when the same input can give another division."""


@dataclass(frozen=True, eq=False)
class NightResult:
    """What a night decided. `counts` and `timings` (seconds per step) go into the run record."""

    pairs: Pairs
    rank: I64
    band_override: Bools
    outcome: Outcome
    suggestions: Suggestions
    counts: dict[str, int]
    timings: dict[str, float]
    input_hash: str
    outcome_hash: str
    unmet_locks: tuple[int, ...] = ()
    """Students whose locked pair could not be given: a rule forbids it, or more were locked than there are places."""

    def choice(self) -> I64:
        """Place of the match on the student's own list, 1 for his first choice, 0 for no match."""
        return np.where(self.outcome.pair >= 0, self.outcome.pair - self.pairs.lo + 1, 0)


def run(
    students: Students,
    vacancies: Vacancies,
    pools: Pools,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    season_seed: str | int,
    *,
    favourites: Favourites | None = None,
    holder: npt.ArrayLike | None = None,
    locks: npt.ArrayLike | None = None,
    per_student: int = 2,
    engine: backend.Engine | None = None,
    timer: Callable[[], float] = perf_counter,
) -> NightResult:
    """Divide the free places among these students on day `today` (an ordinal).

    Capacities are what is left after proposals that are out; their students are not in `students`. The result
    depends on the arguments only, not on row order, machine or `engine`; `timer` only measures. `holder` per student
    is the vacancy row of a concept proposal or -1, `locks` that of a pair set by hand or -1: it comes first on the
    student's list and goes first at the vacancy, when the rules allow the pair (`NightResult.unmet_locks`). Raises `VerificationError` when the independent check finds
    anything (publish nothing then) and `EngineInputError` when the tables do not fit together.
    """
    if vacancies.n and int(vacancies.pool.max()) >= pools.n:
        raise EngineInputError(f"Vacancies.pool: names a row beyond {pools.n - 1}")
    held, locked = _held(students.n, vacancies.n, holder, locks)
    marks = [("start", timer())]

    def mark(step: str) -> None:
        marks.append((step, timer()))

    fingerprint = input_hash(
        students,
        vacancies,
        pools,
        exclusions,
        policy,
        today,
        season_seed,
        favourites=favourites,
        holder=holder,
        locks=locks,
    )
    mark("hash")
    pairs = candidates.find(students, vacancies, exclusions, policy, today, favourites=favourites, engine=engine)
    by_a_person = order.handed_over(students, policy)
    pairs = pairs.without(by_a_person)
    if locked.any():
        _lock_first(pairs, held, locked)
    mark("candidates")
    rank, hard = order.rank(students, policy, season_seed), order.hard_cases(students, policy)
    mark("order")
    outcome = allocate.deferred_acceptance(
        pairs, rank, hard, vacancies.cap, vacancies.pool, pools.cap, holder=held, locked=locked, engine=engine
    )
    mark("allocate")
    found = verify.violations(
        students, vacancies, pools, exclusions, policy, today, pairs, outcome, rank, holder=held, locked=locked
    )
    if found:
        raise VerificationError(found)
    mark("verify")
    left, room = extra.remaining(outcome, vacancies.cap, vacancies.pool, pools.cap)
    more = extra.suggest(pairs, outcome, rank, left, vacancies.pool, room, per_student)
    mark("extra")
    listed = np.diff(pairs.offsets) > 0
    counts = {
        "students": students.n,
        "vacancies": vacancies.n,
        "places": int(vacancies.cap.sum()),
        "pairs": len(pairs),
        "without_candidates": int((~listed).sum()),
        "placed": outcome.placed,
        "unplaced": students.n - outcome.placed,
        "hard_cases": int(hard.sum()),
        "hard_cases_unplaced": int((hard & (outcome.match < 0)).sum()),
        "first_choice": int((outcome.pair[outcome.pair >= 0] == pairs.lo[outcome.pair >= 0]).sum()),
        "suggestions": len(more),
    }
    timings = {step: at - before for (_, before), (step, at) in pairwise(marks)}
    timings["total"] = marks[-1][1] - marks[0][1]
    digest = outcome_hash(students, vacancies, outcome, more)
    if policy.hand_over:
        counts["handed_over"] = int(by_a_person.sum())
    unmet = tuple(np.flatnonzero(locked & (outcome.match != held)).tolist())
    if locked.any():
        counts |= {"locks": int(locked.sum()), "locks_unmet": len(unmet)}
    return NightResult(pairs, rank, hard, outcome, more, counts, timings, fingerprint, digest, unmet)


def _held(
    students: int, vacancies: int, holder: npt.ArrayLike | None, locks: npt.ArrayLike | None
) -> tuple[I64, Bools]:
    """The vacancy where each student goes first (a lock counts before a concept), and whether that is a lock."""
    found = []
    for name, given in (("holder", holder), ("locks", locks)):
        rows = np.full(students, -1, np.int64) if given is None else np.asarray(given, np.int64)
        if len(rows) != students or (students and (rows.min() < -1 or rows.max() >= vacancies)):
            raise EngineInputError(f"{name}: expected a vacancy row or -1 for each of {students} students")
        found.append(rows)
    locked = found[1] >= 0
    return np.where(locked, found[1], found[0]), locked


def _lock_first(pairs: Pairs, held: I64, locked: Bools) -> None:
    """Put the locked vacancy at the head of the student's list, where it is on it."""
    for i in np.flatnonzero(locked).tolist():
        low, high = int(pairs.offsets[i]), int(pairs.offsets[i + 1])
        at = np.flatnonzero(pairs.vacancy[low:high] == held[i])
        if len(at):
            for column in (pairs.vacancy, pairs.band, pairs.score):
                column[low : low + at[0] + 1] = np.roll(column[low : low + at[0] + 1], 1)


def input_hash(
    students: Students,
    vacancies: Vacancies,
    pools: Pools,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    season_seed: str | int,
    *,
    favourites: Favourites | None = None,
    holder: npt.ArrayLike | None = None,
    locks: npt.ArrayLike | None = None,
) -> str:
    """SHA-256 over all that decides a night; rows in another order give the same hash."""
    digest = sha256()
    settings = {"engine": ENGINE_VERSION, "policy": policy.as_dict(), "today": today, "seed": str(season_seed)}
    digest.update(json.dumps(settings, sort_keys=True).encode())
    # Row numbers mean nothing outside this call, so a vacancy's pool goes in by uid.
    pool_uid = np.append(pools.uid, np.uint64(0))[vacancies.pool]
    for table in (students, vacancies, pools):
        rows = np.argsort(table.uid, kind="stable")
        digest.update(f"{type(table).__name__}:{table.n}".encode())
        for name, column in table.columns():
            if isinstance(table, Vacancies) and name == "pool":
                _feed(digest.update, "has_pool", (vacancies.pool >= 0)[rows])
                column = pool_uid
            _feed(digest.update, name, column[rows])
    for label, lists in (("exclusions", exclusions), ("favourites", favourites)):
        if lists is not None and len(lists.vacancy):
            _feed_pairs(digest.update, label, students.uid[lists.student()], vacancies.uid[lists.vacancy])
    for label, rows_of in (("holder", holder), ("locks", locks)):
        if rows_of is not None:
            held = np.asarray(rows_of, np.int64)
            who = np.flatnonzero(held >= 0)
            _feed_pairs(digest.update, label, students.uid[who], vacancies.uid[held[who]])
    return digest.hexdigest()


def outcome_hash(
    students: Students, vacancies: Vacancies, outcome: Outcome, suggestions: Suggestions | None = None
) -> str:
    """SHA-256 over who got what, by public ids; rows in another order give the same hash."""
    digest = sha256()
    rows = np.flatnonzero(outcome.match >= 0)
    _feed_pairs(digest.update, "match", students.uid[rows], vacancies.uid[outcome.match[rows]])
    if suggestions is not None:
        _feed_pairs(digest.update, "extra", students.uid[suggestions.student], vacancies.uid[suggestions.vacancy])
    return digest.hexdigest()


def _feed(update: Callable[[bytes], None], name: str, column: np.ndarray) -> None:
    data = np.ascontiguousarray(column.astype(column.dtype.newbyteorder("<"), copy=False))
    update(f"{name}:{data.dtype.str}:{len(data)}".encode())
    update(data.tobytes())


def _feed_pairs(update: Callable[[bytes], None], name: str, first: U64, second: U64) -> None:
    rows = np.lexsort((second, first))
    _feed(update, f"{name}.student", first[rows])
    _feed(update, f"{name}.vacancy", second[rows])
