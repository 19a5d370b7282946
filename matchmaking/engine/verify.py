"""Independent check of a division before it is published. Shares no code with the scan, the order or the division:
every rule and every priority is worked out again here, another way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchmaking.engine.geo import F64, I64
from matchmaking.engine.types import Bools, Exclusions, Outcome, Pairs, Policy, Pools, Students, Vacancies

BORDER_METRES = 3
"""How far the great-circle distance in floating point may lie over the limit."""
_EARTH_METRES = 6_371_008.8
_CHUNK = 1_000_000
_SHOWN = 5


class VerificationError(RuntimeError):
    """A division broke its promises; nothing of it may be published. `violations` says what was found."""

    def __init__(self, violations: list[str]) -> None:
        self.violations = violations
        super().__init__("; ".join(violations[:_SHOWN]) or "no violations given")


def violations(
    students: Students,
    vacancies: Vacancies,
    pools: Pools,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    pairs: Pairs,
    outcome: Outcome,
    rank: npt.ArrayLike,
    *,
    holder: npt.ArrayLike | None = None,
    locked: npt.ArrayLike | None = None,
) -> list[str]:
    """Everything wrong with a night's division, as sentences; an empty list means that it may be published."""
    found = division(
        pairs,
        outcome,
        rank,
        _hard(students, policy),
        vacancies.cap,
        vacancies.pool,
        pools.cap,
        holder=holder,
        locked=locked,
    )
    if found:
        return found
    order = np.asarray(rank, np.int64)
    found += _order(students, policy, order)
    rows = np.flatnonzero(outcome.match >= 0)
    if policy.hand_over > 0:
        over = rows[students.rejections[rows] >= policy.hand_over]
        found += [f"handed over: student {i} was to be helped by a person" for i in over[:_SHOWN]]
    found += eligibility(students, vacancies, exclusions, policy, today, rows, outcome.match[rows].astype(np.int64))
    return found


def _hard(students: Students, policy: Policy) -> Bools:
    return (students.rejections >= policy.hard_case) & (policy.hard_case > 0)


def _order(students: Students, policy: Policy, rank: I64) -> list[str]:
    """Nobody with fewer turns, more refusals or more weeks stands behind somebody with less."""
    if students.n < 2:
        return []
    row = np.empty(students.n, np.int64)
    row[rank] = np.arange(students.n)
    turns = np.clip(students.turns[row].astype(np.int64), 0, policy.max_turns)
    tiers = np.clip(students.rejections[row].astype(np.int64) // policy.tier_size, 0, policy.max_tiers)
    weeks = students.weeks[row].astype(np.int64)
    # One number per student that must not decrease along the order.
    first, second = (turns, policy.max_tiers - tiers) if policy.order == "turn" else (policy.max_tiers - tiers, turns)
    longest = int(weeks.max()) + 1
    size = max(policy.max_tiers, policy.max_turns) + 1
    standing = (first * size + second) * longest + (longest - 1 - weeks)
    wrong = np.flatnonzero(np.diff(standing) < 0)
    return [f"order: student {row[k + 1]} stands behind {row[k]} against the policy" for k in wrong[:_SHOWN]]


def eligibility(
    students: Students,
    vacancies: Vacancies,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    i: I64,
    j: I64,
) -> list[str]:
    """Sentences for pairs (i, j) that break a hard rule."""
    s, v = students.take(i), vacancies.take(j)
    shared = np.clip(np.minimum(s.end, v.end).astype(np.int64) + 1 - np.maximum(s.start, v.start), 0, None)
    length = s.end.astype(np.int64) + 1 - s.start
    tests: dict[str, Bools] = {
        "crebo": np.left_shift(np.uint64(1), s.crebo.astype(np.uint64)) & v.crebos != 0,
        "leerjaar": np.left_shift(1, s.leerjaar.astype(np.int64) - 1) & v.leerjaren.astype(np.int64) != 0,
        "route": np.left_shift(1, s.route.astype(np.int64)) & v.routes.astype(np.int64) != 0,
        "period": (shared > 0) & (100 * shared >= policy.period_percent * length),
        "days": _bits(s.days & v.days) >= np.maximum(s.min_days, v.min_days),
        "hours": np.maximum(s.hours_min, v.hours_min) <= np.minimum(s.hours_max, v.hours_max),
        "distance": _haversine(s.lat, s.lon, v.lat, v.lon) <= s.max_metres + BORDER_METRES,
        "needs": (s.needs & v.has == s.needs) & (v.needs & s.has == v.needs),
        "werkprocessen": 100 * _bits(s.wps & v.wps) >= policy.werkprocessen_percent * _bits(s.wps),
        "deadline": v.deadline >= today,
    }
    found = [
        f"{rule}: student {i[k]} got vacancy {j[k]} against the rule"
        for rule, ok in tests.items()
        for k in np.flatnonzero(~ok)[:_SHOWN]
    ]
    if exclusions is not None:
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            if b in exclusions.row(a):
                found.append(f"refused: student {a} got vacancy {b}, which was excluded")
    return found


def _bits(mask: npt.NDArray[np.unsignedinteger]) -> I64:
    total = np.zeros(len(mask), np.int64)
    for byte in mask.astype("<u8").view(np.uint8).reshape(-1, 8).T:
        total += np.unpackbits(byte[:, None], axis=1).sum(axis=1, dtype=np.int64)
    return total


def _haversine(lat_a: F64, lon_a: F64, lat_b: F64, lon_b: F64) -> F64:
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((phi_b - phi_a) / 2) ** 2
    half = half + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    distance: F64 = 2 * _EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance


def division(
    pairs: Pairs,
    outcome: Outcome,
    rank: npt.ArrayLike,
    band_override: npt.ArrayLike | None,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike | None = None,
    pool_cap: npt.ArrayLike | None = None,
    *,
    holder: npt.ArrayLike | None = None,
    locked: npt.ArrayLike | None = None,
    keys: npt.ArrayLike | None = None,
) -> list[str]:
    """What is wrong with an outcome as a division: shape, capacities, justified envy, places wasted, cut-offs."""
    n, v_cap = pairs.n_students, np.asarray(vacancy_cap, np.int64)
    pool = np.full(len(v_cap), -1) if pool_of is None else np.asarray(pool_of, np.int64)
    p_cap = np.zeros(0, np.int64) if pool_cap is None else np.asarray(pool_cap, np.int64)
    order = np.asarray(rank, np.int64)
    found = _shape(pairs, outcome, order, len(v_cap))
    if found:
        return found
    hard = np.zeros(n, np.bool_) if band_override is None else np.asarray(band_override, np.bool_)
    held = np.full(n, -1) if holder is None else np.asarray(holder, np.int64)
    by_hand = np.zeros(n, np.bool_) if locked is None else np.asarray(locked, np.bool_)
    given = None if keys is None else np.asarray(keys, np.int64)

    def priority(e: I64, student: I64) -> I64:
        """Lower goes first: who was put there by hand, concept holders, then by band, then by rank."""
        if given is not None:
            return given[e]
        group = np.where(hard[student], 0, pairs.band[e].astype(np.int64)) + 1
        group = np.where(held[student] == pairs.vacancy[e], np.where(by_hand[student], -1, 0), group)
        return (group - 1) * np.int64(n) + order[student]

    rows = np.flatnonzero(outcome.match >= 0)
    place = outcome.match[rows].astype(np.int64)
    key = priority(outcome.pair[rows], rows)
    load = np.zeros(len(v_cap), np.int64)
    np.add.at(load, place, 1)
    pooled = pool[place] >= 0
    pool_load = np.zeros(len(p_cap), np.int64)
    np.add.at(pool_load, pool[place[pooled]], 1)
    found += [f"capacity: vacancy {j} got {load[j]} of {v_cap[j]}" for j in np.flatnonzero(load > v_cap)[:_SHOWN]]
    found += [
        f"capacity: pool {p} got {pool_load[p]} of {p_cap[p]}" for p in np.flatnonzero(pool_load > p_cap)[:_SHOWN]
    ]

    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    worst = np.full(len(v_cap), lowest)
    np.maximum.at(worst, place, key)
    pool_worst = np.full(len(p_cap), lowest)
    np.maximum.at(pool_worst, pool[place[pooled]], key[pooled])
    # What a newcomer must beat: the last one in a full vacancy, else the last one in a full pool, else nothing.
    must_beat = np.where(load >= v_cap, worst, highest)
    has_room, in_pool = load < v_cap, pool >= 0
    narrow = has_room & in_pool
    narrow[narrow] = pool_load[pool[narrow]] >= p_cap[pool[narrow]]
    must_beat[narrow] = pool_worst[pool[narrow]]
    wrong = np.flatnonzero(must_beat != outcome.cutoff)
    found += [f"cut-off: vacancy {j} shows {outcome.cutoff[j]}, found {must_beat[j]}" for j in wrong[:_SHOWN]]
    return found + _envy(pairs, outcome, priority, must_beat, highest)


def _shape(pairs: Pairs, outcome: Outcome, rank: I64, vacancies: int) -> list[str]:
    n = pairs.n_students
    if not len(outcome.match) == len(outcome.pair) == len(rank) == n or len(outcome.cutoff) != vacancies:
        return ["shape: the outcome is not about these students and vacancies"]
    if len(np.unique(rank)) != n or (n and (rank.min() != 0 or rank.max() != n - 1)):
        return ["order: not every student has a place of his own in the order"]
    if not np.array_equal(outcome.match >= 0, outcome.pair >= 0):
        return ["shape: a match without its pair, or a pair without match"]
    rows = np.flatnonzero(outcome.pair >= 0)
    pair = outcome.pair[rows]
    strange = (pair < pairs.offsets[rows]) | (pair >= pairs.offsets[rows + 1])
    if strange.any():
        return [f"shape: student {k} got a pair that is not his" for k in rows[strange][:_SHOWN]]
    wrong = pairs.vacancy[pair] != outcome.match[rows]
    return [f"shape: student {k} got another vacancy than his pair says" for k in rows[wrong][:_SHOWN]]


def _envy(pairs: Pairs, outcome: Outcome, priority: object, must_beat: I64, nothing: int) -> list[str]:
    """Pairs a student wants more than what he got and where he goes before somebody who got in, or there is room."""
    assert callable(priority)  # noqa: S101 - narrows the type only
    found: list[str] = []
    stop = np.where(outcome.pair >= 0, outcome.pair, pairs.hi)
    n = pairs.n_students
    at = 0
    while at < n and len(found) < _SHOWN:
        until = int(np.searchsorted(pairs.offsets, pairs.offsets[at] + _CHUNK, "right")) - 1
        until = min(max(until, at + 1), n)
        student = np.repeat(np.arange(at, until), pairs.offsets[at + 1 : until + 1] - pairs.offsets[at:until])
        e = np.arange(pairs.offsets[at], pairs.offsets[until])
        wanted = e < stop[student]
        e, student = e[wanted], student[wanted]
        limit = must_beat[pairs.vacancy[e]]
        blocking = np.flatnonzero(priority(e, student) <= limit)
        for k in blocking[:_SHOWN]:
            why = "has room" if limit[k] == nothing else "went to somebody after him"
            found.append(f"envy: student {student[k]} wants vacancy {pairs.vacancy[e[k]]} more, and it {why}")
        at = until
    return found
