"""What another set of rules, or another night, would mean for people: the same figures side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from matchmaking.columns import Column
from matchmaking.engine import night as engine
from matchmaking.engine import score as engine_score
from matchmaking.engine.night import NightResult
from matchmaking.engine.types import Outcome
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.services.sharded import Divided
from matchmaking.snapshot import Snapshot

Group = tuple[str, Callable[[Snapshot], Column]]
# Lower ends of groups; a student is in the last one that is not above his number.
REJECTION_STEPS = (0, 1, 3, 5, 10)
WEEK_STEPS = (0, 4, 8, 16, 26)


def figures(snapshot: Snapshot, result: NightResult | Divided) -> dict[str, Any]:
    """The figures of one division: how many, how high on the own list, how well it fits, and for whom.

    `groups` holds per kind of group rows of (lower end, students, with a proposal). Counts only, nobody's data.
    """
    placed = result.outcome.match >= 0
    choice = result.choice()[placed]
    students = snapshot.students
    rows = np.flatnonzero(placed)
    score = engine_score.parts(students, rows, snapshot.vacancies, result.outcome.match[rows], snapshot.policy).score
    return {
        "students": students.n,
        "placed": int(placed.sum()),
        "without_candidates": result.counts["without_candidates"],
        "first_choice": int((choice == 1).sum()),
        "top3": int((choice <= 3).sum()),
        "top10": int((choice <= 10).sum()),
        "mean_score": round(float(score.mean()), 1) if len(score) else 0.0,
        "hard_cases": result.counts["hard_cases"],
        "hard_cases_unplaced": result.counts["hard_cases_unplaced"],
        "groups": {
            "rejections": _by_steps(students.rejections, placed, REJECTION_STEPS),
            "weeks": _by_steps(students.weeks, placed, WEEK_STEPS),
            "leerjaar": _by_steps(students.leerjaar, placed, (1, 2, 3, 4)),
        },
    }


def with_policy(snapshot: Snapshot, policy: EnginePolicy) -> tuple[Snapshot, NightResult]:
    """Divide the same market by other rules."""
    other = replace(snapshot, policy=policy)
    result = engine.run(
        other.students,
        other.vacancies,
        other.pools,
        other.exclusions,
        policy,
        other.day,
        other.seed,
        favourites=other.favourites,
        holder=other.holder,
    )
    return other, result


def moves(before: Outcome, after: Outcome) -> dict[str, int]:
    """How many students of one market get the same place, another one, one at last, or none any more."""
    old, new = before.match, after.match
    return {
        "same": int(((old == new) & (old >= 0)).sum()),
        "other": int(((old != new) & (old >= 0) & (new >= 0)).sum()),
        "gained": int(((old < 0) & (new >= 0)).sum()),
        "lost": int(((old >= 0) & (new < 0)).sum()),
        "neither": int(((old < 0) & (new < 0)).sum()),
    }


def _by_steps(values: Column, placed: Column, steps: tuple[int, ...]) -> list[list[int]]:
    """Rows of (lower end, how many, how many of them placed) per step."""
    at = np.searchsorted(np.asarray(steps), values, side="right") - 1
    at = np.maximum(at, 0)
    many = np.bincount(at, minlength=len(steps))
    got = np.bincount(at[placed], minlength=len(steps))
    return [[step, int(n), int(g)] for step, n, g in zip(steps, many, got, strict=True)]
