"""Who goes first: one order over all students per night, the same for every vacancy within a fit band.

Lots are a keyed hash of the season's seed and the student's own id: the same all season, never the order of rows, and
one student more or less changes nobody else's lot.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import U64, Bools, Policy, Students

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def mix(x: U64) -> U64:
    """The splitmix64 step: every bit of the answer depends on every bit of `x` (an array: it wraps silently)."""
    x = x + _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _MIX_A
    x = (x ^ (x >> np.uint64(27))) * _MIX_B
    return x ^ (x >> np.uint64(31))


def lottery(uid: U64, season_seed: str | int) -> U64:
    """A lot per student, lower goes first."""
    digest = blake2b(str(season_seed).encode(), digest_size=24, person=b"stagematch-lot").digest()
    first, second, third = (np.frombuffer(digest, "<u8")[k : k + 1].astype(np.uint64) for k in range(3))
    return mix(mix(mix(uid ^ first) + second) ^ third)


def turn(students: Students, policy: Policy) -> I64:
    """Proposals received so far, counted up to `max_turns`."""
    return np.minimum(students.turns.astype(np.int64), policy.max_turns)


def tier(students: Students, policy: Policy) -> I64:
    """Steps of `tier_size` refusals by organisations, counted up to `max_tiers`; higher goes first."""
    return np.minimum(students.rejections.astype(np.int64) // policy.tier_size, policy.max_tiers)


def hard_cases(students: Students, policy: Policy) -> Bools:
    """Who was refused `hard_case` times or more: fit band 0 everywhere. A `hard_case` of 0 switches the rule off."""
    if policy.hard_case == 0:
        return np.zeros(students.n, np.bool_)
    return students.rejections >= policy.hard_case


def handed_over(students: Students, policy: Policy) -> Bools:
    """Who was refused so often that a person looks on with him instead of the computer."""
    if policy.hand_over == 0:
        return np.zeros(students.n, np.bool_)
    return students.rejections >= policy.hand_over


def rank(students: Students, policy: Policy, season_seed: str | int) -> I64:
    """Place of every student in the order, 0 first: a permutation, depending only on facts, uid and seed."""
    turns, tiers = turn(students, policy), -tier(students, policy)
    by_history = (tiers, turns) if policy.order == "turn" else (turns, tiers)
    keys = (students.uid, lottery(students.uid, season_seed), -students.weeks.astype(np.int64), *by_history)
    places = np.empty(students.n, np.int64)
    places[np.lexsort(keys)] = np.arange(students.n)
    return places
