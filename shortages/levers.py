"""What would help, as rows for `Lever`: each with what one step of it promises (docs/shortage.md), best first.

PLACE and SUPERVISION promise exactly: the most that can be placed goes up by one with each of `steps` steps. WEEKDAY,
TRAVEL and YEAR promise that exactly `gain` more can be placed if every student in it goes along. CALL promises no more
than that every best division has a place for each of these students.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matchmaking.columns import Column, rows_of
from matchmaking.engine import candidates, places
from matchmaking.engine.geo import I64
from matchmaking.engine.types import DISTANCE_MAX, StudentLists, Students
from shortages import counting
from shortages.counting import Place, Structural
from shortages.enums import LeverKind
from shortages.market import KINDS, Night

KINDS_PER_REGION = 60
"""Kinds of place that are tried per region: those that most students without a possible place are looking for."""
KEEP_PER_REGION = 25
HOURS_PER_STUDENT = 4
"""Hours of guidance a week that one student more asks of a team, as the sector reckons."""
TRAVEL_KM = 5
WEEKDAYS = 5
YEARS = 4
LEAST_CALL = 5
"""Fewer silent students than this are not told per region: it would point at persons (R9)."""
EFFORT: dict[LeverKind, tuple[float, float]] = {
    LeverKind.PLACE: (8, 0),  # find a team, agree on tasks and dates, write the text
    LeverKind.SUPERVISION: (6, 0),  # a talk with the team and its lead, a changed roster
    LeverKind.CALL: (0.5, 0.25),  # prepare a list; a quarter of an hour per student
    LeverKind.WEEKDAY: (6, 0.1),  # change the roster of a class; tell each student
    LeverKind.TRAVEL: (1, 0.5),  # a talk with each student about the way
    LeverKind.YEAR: (4, 0.1),  # an agreement with the organisations about what a leerjaar can do
}
"""Hours of work per step (fixed, and per student or unit of `amount`): a choice to rank by, not a measurement."""


@dataclass(frozen=True)
class Advice:
    """One lever before it is written; the fields are those of `Lever`."""

    kind: LeverKind
    gain: int
    steps: int = 1
    direct: int = 0
    amount: int = 1
    school_id: int | None = None
    region_id: int | None = None
    municipality_id: int | None = None
    qualification_id: int | None = None
    team_id: int | None = None
    year: int | None = None
    days: int | None = None
    example: dict[str, Any] = field(default_factory=dict)
    students: int = 0  # how many the effort is for; not kept
    position: int = 0

    @property
    def effort(self) -> float:
        """Hours of work for one step."""
        fixed, per_unit = EFFORT[self.kind]
        return fixed + per_unit * self.students

    def row(self, snapshot_id: int) -> dict[str, Any]:
        """As attributes of `Lever`."""
        values = {name: value for name, value in self.__dict__.items() if name != "students"}
        return values | {"snapshot_id": snapshot_id, "kind": self.kind.value}


def ranked(found: Iterable[Advice]) -> Iterator[Advice]:
    """With their position within what everybody may see and within each school: most students per hour first."""
    by = sorted(found, key=lambda x: (-x.gain / x.effort, -x.gain * x.steps, x.kind, x.region_id or 0, x.days or 0))
    place: dict[int | None, int] = {}
    for advice in by:
        place[advice.school_id] = place.get(advice.school_id, 0) + 1
        yield replace(advice, position=place[advice.school_id])


def for_everybody(night: Night, found: Structural, names: dict[int, str]) -> list[Advice]:
    """Extra places, supervision and phone calls per region of every kind; `names` of gemeenten for the examples."""
    result: list[Advice] = []
    pool_value = _supervision(night, found)
    for kind in KINDS:
        region = night.areas.of(kind, night.demand["municipality"])
        result += extra_places(night, found, region[night.student_row], names)
        result += _supervision_advice(night, found, kind, pool_value, names)
        result += _calls(night, found, region)
    return result


def chain_example(night: Night, students: Iterable[int], length: int, names: dict[int, str]) -> dict[str, Any]:
    """A chain as facts: the gemeente of each student in it, who takes the new place first. Never a person."""
    where = night.demand["municipality"][night.student_row]
    return {"length": length, "chain": [names.get(int(where[i]), "") for i in students]}


def extra_places(night: Night, found: Structural, region: Column, names: dict[int, str]) -> list[Advice]:
    """The kinds of extra place at the middle of each region that help, at most `KEEP_PER_REGION` of a region.

    `region` per student that can be divided, -1 for none.
    """
    wanted = np.where(found.place == Place.FITS, -1, region).astype(np.int64)
    known = [r for r in np.unique(wanted[wanted >= 0]).tolist() if r in night.areas.middle]
    if not known:
        return []
    index = np.full(int(max(known)) + 1, -1, np.int64)
    index[known] = np.arange(len(known))
    rows = np.where(wanted >= 0, index[np.clip(wanted, 0, len(index) - 1)], -1)
    middle = np.array([night.areas.middle[r] for r in known])
    kinds = places.kinds(night.students, rows, middle[:, 0], middle[:, 1], night.day.toordinal())
    keep = _first_of_each(kinds.region, kinds.students, KINDS_PER_REGION)
    kind_pairs = candidates.find(night.students, kinds.vacancies.take(keep), None, night.policy, night.day.toordinal())
    value = places.value(
        found.pairs, night.vacancies.cap, night.vacancies.pool, night.pools.cap, found.best, kind_pairs, len(keep)
    )
    stuck = found.place[kind_pairs.student()] != Place.FITS
    direct = np.bincount(kind_pairs.vacancy[stuck], minlength=len(keep))
    best = _first_of_each(kinds.region[keep], value.upto * len(night.students.uid) + direct, KEEP_PER_REGION)
    return [
        Advice(
            LeverKind.PLACE,
            gain=1,
            steps=int(value.upto[k]),
            direct=int(direct[k]),
            region_id=int(known[kinds.region[keep[k]]]),
            qualification_id=int(night.crebos[kinds.crebo[keep[k]]]),
            year=int(kinds.leerjaar[keep[k]]),
            days=int(kinds.days[keep[k]]),
            example=chain_example(night, value.chain(k), int(value.chain_length[k]), names),
        )
        for k in best.tolist()
        if value.upto[k] > 0
    ]


def _first_of_each(group: Column, weight: Column, most: int) -> I64:
    """Rows with the highest weight of each group, at most so many of one; by weight within a group."""
    by = np.lexsort((-weight.astype(np.int64), group))
    nth = np.arange(len(by)) - np.searchsorted(group[by], group[by], "left")
    return by[nth < most].astype(np.int64)


def _supervision(night: Night, found: Structural) -> tuple[I64, places.ExtraPlaces] | None:
    """The pools with more free places than supervision, and what one student more in each is worth."""
    asked = np.zeros(night.pools.n, np.int64)
    inside = night.vacancies.pool >= 0
    np.add.at(asked, night.vacancies.pool[inside], night.vacancies.cap[inside])
    short = np.flatnonzero(asked > night.pools.cap)
    if not len(short):
        return None
    return short, places.value_of_supervision(
        found.pairs, night.vacancies.cap, night.vacancies.pool, night.pools.cap, found.best, short
    )


def _supervision_advice(
    night: Night,
    found: Structural,
    kind: str,
    value: tuple[I64, places.ExtraPlaces] | None,
    names: dict[int, str],
) -> list[Advice]:
    if value is None:
        return []
    pools, worth = value
    # Where a team is: at its first vacancy with a free place.
    first = np.full(night.pools.n, -1, np.int64)
    for row in range(night.vacancies.n - 1, -1, -1):
        if night.vacancies.pool[row] >= 0:
            first[night.vacancies.pool[row]] = row
    where = night.supply["municipality"][night.vacancy_row[first[pools]]]
    region = night.areas.of(kind, where)
    return [
        Advice(
            LeverKind.SUPERVISION,
            gain=1,
            steps=int(worth.upto[k]),
            direct=int(worth.direct[k]),
            amount=HOURS_PER_STUDENT,
            region_id=int(region[k]),
            municipality_id=int(where[k]),
            team_id=int(night.pool_team[pools[k]]),
            example=chain_example(night, worth.chain(k), int(worth.chain_length[k]), names),
        )
        for k in range(len(pools))
        if worth.upto[k] > 0 and region[k] >= 0
    ]


def callable_students(night: Night, found: Structural) -> Column:
    """Per row of `demand`: silent, while every best division has a place for the student."""
    fits = np.zeros(len(night.demand["search_pk"]), np.bool_)
    fits[night.student_row] = found.place == Place.FITS
    return fits & counting.silent(night, found)


def _calls(night: Night, found: Structural, region: Column) -> list[Advice]:
    who = callable_students(night, found) & (region >= 0)
    regions, count = np.unique(region[who], return_counts=True)
    return [
        Advice(LeverKind.CALL, gain=n, direct=n, amount=n, students=n, region_id=r)
        for r, n in zip(regions.tolist(), count.tolist(), strict=True)
        if n >= LEAST_CALL
    ]


def calls_of_schools(night: Night, found: Structural) -> list[Advice]:
    """Per school and leerjaar the students to call; a school may know its own, however few."""
    who = callable_students(night, found)
    table = np.stack([night.demand["school"][who], night.demand["year"][who].astype(np.int64)], axis=1)
    rows, count = np.unique(table, axis=0, return_counts=True)
    return [
        Advice(LeverKind.CALL, gain=n, direct=n, amount=n, students=n, school_id=school, year=year)
        for (school, year), n in zip(rows.tolist(), count.tolist(), strict=True)
    ]


def for_schools(night: Night, found: Structural) -> list[Advice]:
    """What each school itself can do: call, another weekday, a longer way, an agreement about a leerjaar.

    The last three are about the school's students who may be left without a place (no fitting place, or too few), and
    promise exactly how many more can be placed at most if all of them could.
    """
    changes = list(_school_changes(night, found))
    gains = places.gain_of_wider(
        found.pairs, night.vacancies.cap, night.vacancies.pool, night.pools.cap, found.best,
        [(change.student, change.vacancy) for change in changes],
    )  # fmt: skip
    helps = [
        replace(change.advice, gain=int(gain), direct=change.fitting)
        for change, gain in zip(changes, gains.tolist(), strict=True)
        if gain > 0
    ]
    return calls_of_schools(night, found) + helps


@dataclass(frozen=True, eq=False)
class _Change:
    """Pairs that would come with it; `fitting` students would have a fitting free place more."""

    advice: Advice
    student: I64
    vacancy: I64
    fitting: int


def wider_students(students: Students, kind: LeverKind, value: int) -> Students:
    """The same students if one thing were different for each: one more weekday (bit), so many metres, another leerjaar."""
    columns = dict(students.columns())
    if kind is LeverKind.WEEKDAY:
        columns["days"] = students.days | np.uint8(value)
    elif kind is LeverKind.TRAVEL:
        columns["max_metres"] = np.minimum(students.max_metres.astype(np.int64) + value, DISTANCE_MAX)
    elif kind is LeverKind.YEAR:
        columns["leerjaar"] = np.full(students.n, value)
    return Students.of(**columns)


def _school_changes(night: Night, found: Structural) -> Iterator[_Change]:
    """Every change for every school with the pairs it brings, one scan of the market per kind of change."""
    stuck = np.flatnonzero(found.place != Place.FITS)
    if not len(stuck):
        return
    free = counting.room_of(night.vacancies.cap, night.vacancies.pool, night.pools.cap) > 0
    size = max(night.vacancies.n, 1)
    of_stuck = np.repeat(found.place != Place.FITS, np.diff(found.pairs.offsets))
    known = np.sort(found.pairs.student()[of_stuck] * size + found.pairs.vacancy[of_stuck])
    for kind, value, who in _ways(night, stuck):
        if not len(who):
            continue
        rows = take_lists(night.exclusions.offsets, night.exclusions.vacancy, who)
        wide = wider_students(night.students.take(who), kind, value)
        pairs = candidates.find(wide, night.vacancies, rows, night.policy, night.day.toordinal())
        student, vacancy = who[pairs.student()], pairs.vacancy.astype(np.int64)
        new = ~rows_of(known, student * size + vacancy)[1]
        student, vacancy = student[new], vacancy[new]
        if not len(student):
            continue
        school = night.demand["school"][night.student_row[student]]
        year = night.students.leerjaar[student].astype(np.int64)
        # An agreement about a leerjaar is about that leerjaar; the others are about all of a school.
        group = school * 8 + year if kind is LeverKind.YEAR else school * 8
        by = np.argsort(group, kind="stable")
        names, first = np.unique(group[by], return_index=True)
        for name, mine in zip(names.tolist(), np.split(by, first[1:].tolist()), strict=True):
            students = np.unique(student[mine])
            gets_one = np.unique(student[mine][free[vacancy[mine]]])
            advice = Advice(
                kind,
                gain=0,
                amount=TRAVEL_KM if kind is LeverKind.TRAVEL else len(students),
                school_id=name // 8,
                year=name % 8 or None,
                days=value if kind is LeverKind.WEEKDAY else None,
                example={"as_year": value} if kind is LeverKind.YEAR else {},
                students=len(students),
            )
            yield _Change(advice, student[mine], vacancy[mine], len(gets_one))


def _ways(night: Night, stuck: I64) -> Iterator[tuple[LeverKind, int, I64]]:
    """What could be different, and for which of the stuck students it is."""
    days, year = night.students.days[stuck], night.students.leerjaar[stuck]
    for day in range(WEEKDAYS):
        yield LeverKind.WEEKDAY, 1 << day, stuck[days & (1 << day) == 0]
    yield LeverKind.TRAVEL, TRAVEL_KM * 1000, stuck
    for as_year in range(1, YEARS + 1):
        # A year earlier or later; more would be another stage.
        yield LeverKind.YEAR, as_year, stuck[np.abs(year.astype(np.int64) - as_year) == 1]


def take_lists(offsets: I64, vacancy: Column, rows: I64) -> StudentLists:
    """The lists of only these students, in this order."""
    length = offsets[rows + 1] - offsets[rows]
    at = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
    return StudentLists(at, vacancy[np.repeat(offsets[rows] - at[:-1], length) + np.arange(at[-1])])
