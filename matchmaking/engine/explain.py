"""Why this place, and why not that one: the numbers behind the sentences. Never another person's."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from matchmaking.engine import candidates, order, rules, score
from matchmaking.engine.geo import I64
from matchmaking.engine.rules import Rule
from matchmaking.engine.types import (
    CUTOFF_CLOSED,
    CUTOFF_OPEN,
    Exclusions,
    Favourites,
    Outcome,
    Policy,
    Students,
    Vacancies,
)


@dataclass(frozen=True)
class Failure:
    """The first rule that a pair breaks, with the numbers for a sentence.

    `numbers` per rule (masks are bit sets, days are ordinals, distances metres):
    crebo: student, accepted; leerjaar: student, accepted; route: student, accepted;
    period: student_start, student_end, start, end, shared, length, percent;
    days: student, offered, shared, needed, student_min, vacancy_min; hours: student_min, student_max, min, max;
    distance: metres, limit; needs: missing_at_place, missing_at_student;
    werkprocessen: wanted, offered, shared, total, percent; deadline: deadline, today; refused: none.
    """

    rule: Rule
    numbers: dict[str, int] = field(default_factory=dict)


def first_failing_rule(
    students: Students,
    i: int,
    vacancies: Vacancies,
    j: int,
    *,
    policy: Policy,
    today: int,
    exclusions: Exclusions | None = None,
) -> Failure | None:
    """The first rule that keeps student `i` from vacancy `j`, or None when the pair is eligible."""
    rows, columns = np.array([i]), np.array([j])
    for rule, test in rules.TESTS.items():
        if not test(students, rows, vacancies, columns, policy, today)[0]:
            return Failure(rule, _numbers(rule, students, i, vacancies, j, policy, today))
    if rules.refused(rows, columns, vacancies.n, exclusions)[0]:
        return Failure(Rule.REFUSED)
    return None


def _numbers(
    rule: Rule, students: Students, i: int, vacancies: Vacancies, j: int, policy: Policy, today: int
) -> dict[str, int]:
    s = {name: int(column[i]) for name, column in students.columns() if name not in ("lat", "lon")}
    v = {name: int(column[j]) for name, column in vacancies.columns() if name not in ("lat", "lon")}
    match rule:
        case Rule.CREBO:
            return {"student": s["crebo"], "accepted": v["crebos"]}
        case Rule.LEERJAAR:
            return {"student": s["leerjaar"], "accepted": v["leerjaren"]}
        case Rule.ROUTE:
            return {"student": s["route"], "accepted": v["routes"]}
        case Rule.PERIOD:
            return {
                "student_start": s["start"],
                "student_end": s["end"],
                "start": v["start"],
                "end": v["end"],
                "shared": max(0, min(s["end"], v["end"]) - max(s["start"], v["start"]) + 1),
                "length": s["end"] - s["start"] + 1,
                "percent": policy.period_percent,
            }
        case Rule.DAYS:
            return {
                "student": s["days"],
                "offered": v["days"],
                "shared": (s["days"] & v["days"]).bit_count(),
                "needed": max(s["min_days"], v["min_days"]),
                "student_min": s["min_days"],
                "vacancy_min": v["min_days"],
            }
        case Rule.HOURS:
            return {
                "student_min": s["hours_min"],
                "student_max": s["hours_max"],
                "min": v["hours_min"],
                "max": v["hours_max"],
            }
        case Rule.DISTANCE:
            metres = int(score.parts(students, [i], vacancies, [j], policy).metres[0])
            return {"metres": metres, "limit": s["max_metres"]}
        case Rule.NEEDS:
            return {"missing_at_place": s["needs"] & ~v["has"], "missing_at_student": v["needs"] & ~s["has"]}
        case Rule.WERKPROCESSEN:
            return {
                "wanted": s["wps"],
                "offered": v["wps"],
                "shared": (s["wps"] & v["wps"]).bit_count(),
                "total": s["wps"].bit_count(),
                "percent": policy.werkprocessen_percent,
            }
        case Rule.DEADLINE:
            return {"deadline": v["deadline"], "today": today}
        case Rule.REFUSED:
            return {}


@dataclass(frozen=True, eq=False)
class OwnList:
    """One student's list, best first: rows of vacancies that every rule allows, and the points of each."""

    vacancy: I64
    points: score.Parts

    def __len__(self) -> int:
        return len(self.vacancy)


def own_list(
    students: Students,
    i: int,
    vacancies: Vacancies,
    *,
    policy: Policy,
    today: int,
    exclusions: Exclusions | None = None,
    favourites: Favourites | None = None,
) -> OwnList:
    """The list of student `i` over all vacancies: the very one that the night divides by, in milliseconds.

    Plain numpy, so a web process needs no compiled code; keep the `Vacancies` between questions, because the places on
    the globe are worked out once per table.
    """
    lists = [
        None if given is None else Exclusions(np.array([0, len(given.row(i))]), given.row(i))
        for given in (exclusions, favourites)
    ]
    found = candidates.find(students.take([i]), vacancies, lists[0], policy, today, favourites=lists[1], engine="numpy")
    rows = found.vacancy.astype(np.int64)
    return OwnList(rows, score.parts(students, np.full(len(rows), i), vacancies, rows, policy))


def first_failing_rules(
    students: Students,
    i: int,
    vacancies: Vacancies,
    *,
    policy: Policy,
    today: int,
    exclusions: Exclusions | None = None,
) -> npt.NDArray[np.int8]:
    """Per vacancy the place in `tuple(Rule)` of the first rule that keeps student `i` from it, -1 where none does."""
    first = np.full(vacancies.n, -1, np.int8)
    left = np.arange(vacancies.n)
    for place, rule in enumerate(Rule):
        if rule is Rule.REFUSED:
            refused = np.zeros(0, np.int64) if exclusions is None else exclusions.row(i).astype(np.int64)
            ok = ~np.isin(left, refused)
        else:
            ok = rules.TESTS[rule](students, np.full(len(left), i), vacancies, left, policy, today)
        first[left[~ok]] = place
        left = left[ok]
    return first


class Decided(StrEnum):
    """What decided between the student and the last one who got the place."""

    NO_PLACES = "no_places"
    CONCEPT = "concept"
    BY_HAND = "by_hand"
    FIT = "fit"
    TURN = "turn"
    REJECTIONS = "rejections"
    WEEKS = "weeks"
    LOTTERY = "lottery"


@dataclass(frozen=True)
class Cutoff:
    """The last priority that still got a place at a vacancy, compared with a student's own.

    `open` means that there was room for everybody who asked. `refused` says whether this student falls outside it;
    only then `decided` says by what. No field tells who got in: only the kind of the difference.
    """

    open: bool
    refused: bool
    decided: Decided | None = None


def cutoff(students: Students, i: int, j: int, band: int, outcome: Outcome, rank: np.ndarray, policy: Policy) -> Cutoff:
    """Compare student `i`, with fit band `band` at vacancy `j`, with the cut-off of a night's outcome there."""
    last = int(outcome.cutoff[j])
    n = students.n
    own_band = 0 if order.hard_cases(students, policy)[i] else band
    key = own_band * n + int(rank[i])
    if last == CUTOFF_OPEN:
        return Cutoff(open=True, refused=False)
    if last == CUTOFF_CLOSED:
        return Cutoff(open=False, refused=True, decided=Decided.NO_PLACES)
    if key <= last:
        return Cutoff(open=False, refused=False)
    last_band, last_rank = divmod(last, n)
    if last_band < -1:
        return Cutoff(open=False, refused=True, decided=Decided.BY_HAND)
    if last_band < 0:
        return Cutoff(open=False, refused=True, decided=Decided.CONCEPT)
    other = int(np.flatnonzero(np.asarray(rank) == last_rank)[0])
    if last_band < own_band:
        # Who was refused very often counts as a good fit everywhere: then that decided, not the fit.
        often = order.hard_cases(students, policy)[other]
        return Cutoff(open=False, refused=True, decided=Decided.REJECTIONS if often else Decided.FIT)
    turns, tiers = order.turn(students, policy), order.tier(students, policy)
    steps = [(Decided.TURN, turns), (Decided.REJECTIONS, tiers)]
    if policy.order == "equity":
        steps.reverse()
    steps.append((Decided.WEEKS, students.weeks.astype(np.int64)))
    for decided, column in steps:
        if column[i] != column[other]:
            return Cutoff(open=False, refused=True, decided=decided)
    return Cutoff(open=False, refused=True, decided=Decided.LOTTERY)
