"""What would help, as rows for `Lever`: each with what one step of it promises (docs/shortage.md), best first.

PLACE and SUPERVISION promise exactly: the most that can be placed goes up by one with each of `steps` steps. WEEKDAY,
TRAVEL and YEAR promise that exactly `gain` more can be placed if every student in it goes along. CALL promises no more
than that every best division has a place for each of these students.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matchmaking.columns import Column
from matchmaking.engine import backend, candidates, places
from matchmaking.engine.geo import I64
from matchmaking.engine.structural import Structure
from matchmaking.engine.types import (
    DISTANCE_MAX,
    Exclusions,
    Pairs,
    Policy,
    Pools,
    StudentLists,
    Students,
    Vacancies,
)
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
    where, row = night.demand["municipality"], night.student_row
    return {"length": length, "chain": [names.get(int(where[row[i]]), "") for i in students]}


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
    first = np.full(night.pools.n, night.vacancies.n, np.int64)
    inside = np.flatnonzero(night.vacancies.pool >= 0)
    np.minimum.at(first, night.vacancies.pool[inside], inside)
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
    promise exactly how many more can be placed if all of them could.
    """
    market = Wide(
        night.students, night.vacancies, night.pools, night.exclusions, night.policy, night.day.toordinal(),
        found.pairs, found.best,
    )  # fmt: skip
    stuck = np.flatnonzero(found.place != Place.FITS)
    school = night.demand["school"][night.student_row]
    asked = [
        (advice, rows, kind, value)
        for kind, value, who in _ways(night, stuck)
        for advice, rows in _per_school(kind, value, who, school, night)
    ]
    gains = market.gains([(rows, kind, value) for _, rows, kind, value in asked])
    helps = [
        replace(advice, gain=gain, direct=direct)
        for (advice, *_), (gain, direct) in zip(asked, gains, strict=True)
        if gain > 0
    ]
    return calls_of_schools(night, found) + helps


def _per_school(kind: LeverKind, value: int, who: I64, school: Column, night: Night) -> Iterator[tuple[Advice, I64]]:
    """The advice for every school that has such students, with their rows."""
    year = night.students.leerjaar[who].astype(np.int64)
    # An agreement about a leerjaar is about that leerjaar; the others are about all of a school.
    if not len(who):
        return
    group = school[who] * 8 + (year if kind is LeverKind.YEAR else 0)
    by = np.argsort(group, kind="stable")
    names, first = np.unique(group[by], return_index=True)
    for name, mine in zip(names.tolist(), np.split(who[by], first[1:].tolist()), strict=True):
        yield (
            Advice(
                kind,
                gain=0,
                amount=TRAVEL_KM if kind is LeverKind.TRAVEL else len(mine),
                school_id=name // 8,
                year=name % 8 or None,
                days=value if kind is LeverKind.WEEKDAY else None,
                example={"as_year": value} if kind is LeverKind.YEAR else {},
                students=len(mine),
            ),
            mine,
        )


def _ways(night: Night, stuck: I64) -> Iterator[tuple[LeverKind, int, I64]]:
    """What could be different, and for which of the stuck students it is."""
    days, year = night.students.days[stuck], night.students.leerjaar[stuck]
    for day in range(WEEKDAYS):
        yield LeverKind.WEEKDAY, 1 << day, stuck[days & (1 << day) == 0]
    yield LeverKind.TRAVEL, TRAVEL_KM * 1000, stuck
    for as_year in range(1, YEARS + 1):
        # A year earlier or later; more would be another stage.
        yield LeverKind.YEAR, as_year, stuck[np.abs(year.astype(np.int64) - as_year) == 1]


Way = tuple[I64, LeverKind, int]
"""Rows of stuck students, and what would be different for them."""


@dataclass(frozen=True, eq=False)
class Wide:
    """A counted market, to be asked what stuck students would gain if more were possible for them."""

    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions
    policy: Policy
    today: int
    pairs: Pairs
    best: Structure
    engine: backend.Engine | None = None  # that looks for pairs; for a few students the plain one needs no compiling

    def gains(self, ways: Sequence[Way]) -> list[tuple[int, int]]:
        """Per way exactly how many more can be placed, and for how many of its students an uncrowded place comes in reach.

        Stuck students are eligible for crowded places only, so every pair with another place is new, and those come
        first. Few ways are not settled by them: where a place could be had for which nobody without a place can come
        in. Those are asked again with the pairs at just the crowded places through which somebody might, until no more
        are named.
        """
        looked = ~places.crowded(self.pairs, self.best, self.vacancies.n)
        every = self._together(ways, np.flatnonzero(looked))
        direct = [len(np.unique(who)) for who, _ in every]
        gain, missing = self._ask(every)
        asked = list(range(len(ways)))
        while left := [k for k, named in zip(asked, missing, strict=True) if not looked[named].all()]:
            more = np.zeros(self.vacancies.n, np.bool_)
            more[np.concatenate(missing)] = True
            more &= ~looked
            looked |= more
            found = self._together([ways[k] for k in left], np.flatnonzero(more))
            for k, (who, where) in zip(left, found, strict=True):
                every[k] = np.concatenate((every[k][0], who)), np.concatenate((every[k][1], where))
            gain[left], missing = self._ask([every[k] for k in left])
            asked = left
        return list(zip(gain.tolist(), direct, strict=True))

    def _ask(self, changes: list[tuple[I64, I64]]) -> tuple[I64, list[I64]]:
        return places.gain_of_wider(
            self.pairs, self.vacancies.cap, self.vacancies.pool, self.pools.cap, self.best, changes
        )

    def _together(self, ways: Sequence[Way], at: I64) -> list[tuple[I64, I64]]:
        """The pairs of every way with these vacancies, with one look at the market for all ways of the same kind."""
        result: list[tuple[I64, I64]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))] * len(ways)
        alike: dict[tuple[LeverKind, int], list[int]] = {}
        for k, (_, kind, value) in enumerate(ways):
            alike.setdefault((kind, value), []).append(k)
        for (kind, value), numbers in alike.items():
            rows = np.concatenate([ways[k][0] for k in numbers])
            owner, vacancy = self._pairs((rows, kind, value), at)
            ends = np.searchsorted(owner, np.cumsum([0, *(len(ways[k][0]) for k in numbers)]))
            for k, low, high in zip(numbers, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
                result[k] = rows[owner[low:high]], vacancy[low:high]
        return result

    def _pairs(self, way: Way, at: I64) -> tuple[I64, I64]:
        """The pairs with these vacancies: places in the rows of the way, and rows of the vacancies."""
        who, kind, value = way
        wide = wider_students(self.students.take(who), kind, value)
        column = np.full(self.vacancies.n, -1, np.int64)
        column[at] = np.arange(len(at))
        excluded = take_lists(self.exclusions.offsets, self.exclusions.vacancy, who)
        here = column[excluded.vacancy]
        kept = np.concatenate(([0], np.cumsum(here >= 0)))[excluded.offsets]
        found = candidates.find(
            wide, self.vacancies.take(at), StudentLists(kept, here[here >= 0]), self.policy, self.today,
            engine=self.engine,
        )  # fmt: skip
        return found.student(), at[found.vacancy]


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


def take_lists(offsets: I64, vacancy: Column, rows: I64) -> StudentLists:
    """The lists of only these students, in this order."""
    length = offsets[rows + 1] - offsets[rows]
    at = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
    return StudentLists(at, vacancy[np.repeat(offsets[rows] - at[:-1], length) + np.arange(at[-1])])
