"""What each school can do promises exactly what solving the whole market again would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import candidates, structural
from matchmaking.engine.types import Pairs
from shortages import counting, levers
from shortages.bench import nightly
from shortages.counting import Place, Structural
from shortages.enums import LeverKind
from shortages.levers import TRAVEL_KM, Advice
from shortages.market import Night

OWN_WAYS = (LeverKind.WEEKDAY, LeverKind.TRAVEL, LeverKind.YEAR)


def value_of(advice: Advice) -> int:
    if advice.kind is LeverKind.TRAVEL:
        return TRAVEL_KM * 1000
    return int(advice.example["as_year"] if advice.kind is LeverKind.YEAR else advice.days or 0)


def who_is_meant(night: Night, found: Structural, kind: LeverKind, school: int, year: int | None, value: int):
    """Rows of the students a lever of a school is about, worked out one by one."""
    rows = []
    for i in range(night.students.n):
        if found.place[i] == Place.FITS or night.demand["school"][night.student_row[i]] != school:
            continue
        if kind is LeverKind.WEEKDAY and int(night.students.days[i]) & value:
            continue
        if kind is LeverKind.YEAR and int(night.students.leerjaar[i]) != year:
            continue
        rows.append(i)
    return np.array(rows, np.int64)


def solved_again(night: Night, found: Structural, kind: LeverKind, who, value: int) -> int:
    """The gain if these students could do more: the whole scan and the whole market again."""
    today = night.day.toordinal()
    wide = candidates.find(
        levers.wider_students(night.students, kind, value), night.vacancies, night.exclusions, night.policy, today
    )
    lists = [set(found.pairs.vacancy[found.pairs.row(i)].tolist()) for i in range(night.students.n)]
    for i in who.tolist():
        lists[i] |= set(wide.vacancy[wide.row(i)].tolist())
    again = structural.analyse(
        Pairs.from_lists([sorted(row) for row in lists]), night.vacancies.cap, night.vacancies.pool, night.pools.cap
    )
    return again.max_placement - found.best.max_placement


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10_000), st.sampled_from([(150, 90), (240, 200), (200, 60)]), st.sampled_from([0.3, 0.6, 1.0]))
def test_what_a_school_can_do_is_what_solving_it_all_again_gives(seed: int, size: tuple[int, int], supervised: float):
    students, vacancies = size
    night = nightly.synthetic(students, vacancies, 3, seed=seed)
    # Fuller teams: places then move between the vacancies of a team.
    caps = np.maximum(1, (night.pools.cap * supervised).astype(np.int64))
    night = replace(night, pools=type(night.pools)(night.pools.uid, caps.astype(night.pools.cap.dtype)))
    found = counting.count_structure(
        night.students, night.vacancies, night.pools, night.exclusions, night.policy, night.day.toordinal()
    )
    advised = {
        (a.kind, a.school_id, a.year, value_of(a)): a.gain
        for a in levers.for_schools(night, found)
        if a.kind in OWN_WAYS
    }
    asked = [(LeverKind.WEEKDAY, None, 1 << day) for day in range(5)]
    asked += [(LeverKind.TRAVEL, None, TRAVEL_KM * 1000)]
    asked += [
        (LeverKind.YEAR, year, other) for year in range(1, 5) for other in (year - 1, year + 1) if 1 <= other <= 4
    ]
    for kind, year, value in asked:
        for school in range(3):
            who = who_is_meant(night, found, kind, school, year, value)
            gain = solved_again(night, found, kind, who, value) if len(who) else 0
            assert advised.get((kind, school, year, value), 0) == gain
