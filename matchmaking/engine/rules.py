"""The hard rules: who can be proposed where. Each rule is one test over pairs, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from matchmaking.engine import formula, geo, score
from matchmaking.engine.geo import I64
from matchmaking.engine.types import Bools, Exclusions, Policy, Students, Vacancies


class Rule(StrEnum):
    """Why a pair is not eligible, in the order in which the rules are tested."""

    CREBO = "crebo"
    LEERJAAR = "leerjaar"
    ROUTE = "route"
    PERIOD = "period"
    DAYS = "days"
    HOURS = "hours"
    DISTANCE = "distance"
    NEEDS = "needs"
    WERKPROCESSEN = "werkprocessen"
    DEADLINE = "deadline"
    REFUSED = "refused"


Test = Callable[[Students, I64, Vacancies, I64, Policy, int], Bools]


def _bit(mask: np.ndarray[tuple[int, ...], np.dtype[np.uint64]], bit: I64) -> Bools:
    ok: Bools = (mask >> bit.astype(np.uint64)) & np.uint64(1) == 1
    return ok


def crebo(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The vacancy accepts the student's opleiding."""
    return _bit(v.crebos[j], s.crebo[i].astype(np.int64))


def leerjaar(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The vacancy accepts the student's leerjaar."""
    return _bit(v.leerjaren[j].astype(np.uint64), s.leerjaar[i].astype(np.int64) - 1)


def route(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The vacancy accepts the student's route (BOL, BBL)."""
    return _bit(v.routes[j].astype(np.uint64), s.route[i].astype(np.int64))


def period(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The vacancy covers at least `period_percent` of the student's period."""
    shared = formula.shared_days(*(column.astype(np.int64) for column in (s.start[i], s.end[i], v.start[j], v.end[j])))
    length = s.end[i].astype(np.int64) - s.start[i] + 1
    ok: Bools = (shared > 0) & formula.covers(shared, length, policy.period_percent)
    return ok


def days(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """They share as many days in the week as both need."""
    ok: Bools = score.common(s.days[i], v.days[j]) >= np.maximum(s.min_days[i], v.min_days[j])
    return ok


def hours(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """There is a number of hours a week that suits both."""
    return (s.hours_min[i] <= v.hours_max[j]) & (v.hours_min[j] <= s.hours_max[i])


def distance(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The place is within the student's longest way."""
    ok: Bools = geo.chord2(s.position[i], v.position[j]) < s.chord_limit[i]
    return ok


def needs(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """The place has what the student needs, and the student what the place requires."""
    ok: Bools = (s.needs[i] & ~v.has[j]) | (v.needs[j] & ~s.has[i]) == 0
    return ok


def werkprocessen(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """At least `werkprocessen_percent` of the werkprocessen the student has to learn can be learnt there."""
    ok: Bools = formula.covers(score.common(s.wps[i], v.wps[j]), score.count(s.wps[i]), policy.werkprocessen_percent)
    return ok


def deadline(s: Students, i: I64, v: Vacancies, j: I64, policy: Policy, today: int) -> Bools:
    """One can still apply today."""
    return v.deadline[j] >= today


TESTS: dict[Rule, Test] = {
    Rule.CREBO: crebo,
    Rule.LEERJAAR: leerjaar,
    Rule.ROUTE: route,
    Rule.PERIOD: period,
    Rule.DAYS: days,
    Rule.HOURS: hours,
    Rule.DISTANCE: distance,
    Rule.NEEDS: needs,
    Rule.WERKPROCESSEN: werkprocessen,
    Rule.DEADLINE: deadline,
}
"""Every rule but `REFUSED`, which is a list and not arithmetic."""


def refused(i: I64, j: I64, vacancies: int, exclusions: Exclusions | None) -> Bools:
    """Whether the pair is on the list of pairs that must not be proposed (again)."""
    if exclusions is None or len(exclusions.vacancy) == 0:
        return np.zeros(len(i), np.bool_)
    listed = exclusions.student() * vacancies + exclusions.vacancy
    return np.isin(i * vacancies + j, listed)
