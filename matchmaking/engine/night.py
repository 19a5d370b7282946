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
    per_student: int = 2,
    engine: backend.Engine | None = None,
    timer: Callable[[], float] = perf_counter,
) -> NightResult:
    """Divide the free places among these students on day `today` (an ordinal).

    Capacities are what is left after proposals that are out; their students are not in `students`. The result
    depends on the arguments only, not on row order, machine or `engine`; `timer` only measures. `holder` per student
    is the vacancy row of a concept proposal or -1. Raises `VerificationError` when the independent check finds
    anything (publish nothing then) and `EngineInputError` when the tables do not fit together.
    """
    if vacancies.n and int(vacancies.pool.max()) >= pools.n:
        raise EngineInputError(f"Vacancies.pool: names a row beyond {pools.n - 1}")
    marks = [("start", timer())]

    def mark(step: str) -> None:
        marks.append((step, timer()))

    fingerprint = input_hash(
        students, vacancies, pools, exclusions, policy, today, season_seed, favourites=favourites, holder=holder
    )
    mark("hash")
    pairs = candidates.find(students, vacancies, exclusions, policy, today, favourites=favourites, engine=engine)
    mark("candidates")
    rank, hard = order.rank(students, policy, season_seed), order.hard_cases(students, policy)
    mark("order")
    outcome = allocate.deferred_acceptance(
        pairs, rank, hard, vacancies.cap, vacancies.pool, pools.cap, holder=holder, engine=engine
    )
    mark("allocate")
    found = verify.violations(
        students, vacancies, pools, exclusions, policy, today, pairs, outcome, rank, holder=holder
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
    return NightResult(pairs, rank, hard, outcome, more, counts, timings, fingerprint, digest)


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
    if holder is not None:
        held = np.asarray(holder, np.int64)
        who = np.flatnonzero(held >= 0)
        _feed_pairs(digest.update, "holder", students.uid[who], vacancies.uid[held[who]])
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
