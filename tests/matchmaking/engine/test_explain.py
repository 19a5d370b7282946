"""Explanations agree with what was decided."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from matchmaking.engine import explain, night
from matchmaking.engine.explain import Decided
from matchmaking.engine.instances import TODAY, generate
from matchmaking.engine.rules import Rule
from matchmaking.engine.types import DAY_MAX, Exclusions, Policy, Students, Vacancies

from .small import wild_students, wild_vacancies

OPEN: dict[str, list[Any]] = {
    "crebo": [5], "leerjaar": [2], "route": [1], "lat": [52.0], "lon": [5.0], "max_metres": [10_000], "days": [0b111],
    "min_days": [2], "hours_min": [16], "hours_max": [24], "start": [TODAY], "end": [TODAY + 99], "wps": [0b1111],
    "needs": [1], "has": [1], "rejections": [0], "turns": [0], "weeks": [0],
}  # fmt: skip
PLACE: dict[str, list[Any]] = {
    "crebos": [1 << 5], "leerjaren": [0b10], "routes": [0b10], "lat": [52.05], "lon": [5.0], "days": [0b110],
    "min_days": [1], "hours_min": [8], "hours_max": [16], "start": [TODAY - 9], "end": [DAY_MAX], "wps": [0b0011],
    "needs": [1], "has": [1], "cap": [1], "pool": [-1], "deadline": [TODAY],
}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "its", "rule", "numbers"),
    [
        ({}, {}, None, {}),
        ({"crebo": [6]}, {}, Rule.CREBO, {"student": 6, "accepted": 32}),
        ({"leerjaar": [1]}, {}, Rule.LEERJAAR, {"student": 1, "accepted": 2}),
        ({"route": [0]}, {}, Rule.ROUTE, {"student": 0, "accepted": 2}),
        ({}, {"start": [TODAY + 50]}, Rule.PERIOD, {"shared": 50, "length": 100, "percent": 80}),
        ({}, {"start": [TODAY + 500]}, Rule.PERIOD, {"shared": 0}),
        ({}, {"days": [0b1100]}, Rule.DAYS, {"shared": 1, "needed": 2, "student": 7, "offered": 12}),
        ({}, {"hours_max": [15]}, Rule.HOURS, {"student_min": 16, "max": 15}),
        ({"max_metres": [5_000]}, {}, Rule.DISTANCE, {"metres": 5560, "limit": 5_000}),
        ({"needs": [3]}, {}, Rule.NEEDS, {"missing_at_place": 2, "missing_at_student": 0}),
        ({}, {"needs": [5]}, Rule.NEEDS, {"missing_at_place": 0, "missing_at_student": 4}),
        ({}, {"wps": [1]}, Rule.WERKPROCESSEN, {"shared": 1, "total": 4, "percent": 50}),
        ({}, {"deadline": [TODAY - 1]}, Rule.DEADLINE, {"deadline": TODAY - 1, "today": TODAY}),
    ],
)
def test_first_failing_rule_and_its_numbers(own, its, rule, numbers):
    rng = np.random.default_rng(1)
    students, vacancies = wild_students(rng, 1, **(OPEN | own)), wild_vacancies(rng, 1, **(PLACE | its))
    found = explain.first_failing_rule(students, 0, vacancies, 0, policy=Policy(), today=TODAY)
    assert (found and found.rule) == rule
    if found:
        assert numbers.items() <= found.numbers.items()


def test_rules_are_told_in_order_and_refusals_last():
    rng = np.random.default_rng(1)
    students = wild_students(rng, 1, **(OPEN | {"route": [0], "max_metres": [1]}))
    vacancies = wild_vacancies(rng, 1, **PLACE)
    refused = Exclusions.from_pairs(1, [(0, 0)])
    told = explain.first_failing_rule(students, 0, vacancies, 0, policy=Policy(), today=TODAY, exclusions=refused)
    assert told is not None
    assert told.rule == Rule.ROUTE
    students = wild_students(rng, 1, **OPEN)
    told = explain.first_failing_rule(students, 0, vacancies, 0, policy=Policy(), today=TODAY, exclusions=refused)
    assert told == explain.Failure(Rule.REFUSED)


@pytest.fixture(scope="module")
def made():
    x = generate(300, 60, 5)
    return x, night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")


def test_no_failing_rule_exactly_for_candidates(made):
    x, result = made
    for i in range(0, 300, 15):
        listed = set(result.pairs.vacancy[result.pairs.row(i)].tolist())
        for j in range(x.vacancies.n):
            told = explain.first_failing_rule(
                x.students, i, x.vacancies, j, policy=x.policy, today=x.today, exclusions=x.exclusions
            )
            assert (told is None) == (j in listed)


def test_cutoff_agrees_with_the_division(made):
    x, result = made
    reasons = set()
    for i in range(x.students.n):
        part = result.pairs.row(i)
        for e in range(part.start, part.stop):
            j, band = int(result.pairs.vacancy[e]), int(result.pairs.band[e])
            told = explain.cutoff(x.students, i, j, band, result.outcome, result.rank, x.policy)
            if result.outcome.pair[i] == e:
                assert not told.refused
            elif result.outcome.pair[i] < 0 or e < result.outcome.pair[i]:
                assert told.refused
                assert not told.open
            assert (told.decided is not None) == told.refused
            reasons.add(told.decided)
    assert {Decided.FIT, Decided.TURN, Decided.REJECTIONS} <= reasons


def tiny(**columns: object) -> tuple[Students, Vacancies]:
    rng = np.random.default_rng(2)
    two = {name: value * 2 for name, value in OPEN.items()}
    return wild_students(rng, 2, **(two | columns)), wild_vacancies(rng, 1, **PLACE)


@pytest.mark.parametrize(
    ("columns", "loser", "decided"),
    [
        ({"turns": [1, 0]}, 0, Decided.TURN),
        ({"rejections": [0, 4]}, 0, Decided.REJECTIONS),
        ({"weeks": [3, 1]}, 1, Decided.WEEKS),
        ({}, None, Decided.LOTTERY),
        ({"rejections": [10, 0], "turns": [0, 0]}, 1, Decided.REJECTIONS),
    ],
)
def test_cutoff_says_what_decided(columns, loser, decided):
    students, vacancies = tiny(**columns)
    result = night.run(students, vacancies, generate(1, 0).pools, None, Policy(), TODAY, "s")
    refused = int(np.flatnonzero(result.outcome.match < 0)[0])
    assert loser in (None, refused)
    told = explain.cutoff(students, refused, 0, int(result.pairs.band[refused]), result.outcome, result.rank, Policy())
    assert told == explain.Cutoff(open=False, refused=True, decided=decided)


def test_cutoff_without_places():
    students, _ = tiny()
    vacancies = wild_vacancies(np.random.default_rng(1), 1, **(PLACE | {"cap": [0]}))
    result = night.run(students, vacancies, generate(1, 0).pools, None, Policy(), TODAY, "s")
    told = explain.cutoff(students, 0, 0, 0, result.outcome, result.rank, Policy())
    assert told.decided == Decided.NO_PLACES


def test_own_list_is_the_very_list_of_the_night(made):
    x, result = made
    for i in range(0, x.students.n, 7):
        mine = explain.own_list(x.students, i, x.vacancies, policy=x.policy, today=x.today, exclusions=x.exclusions)
        assert mine.vacancy.tolist() == result.pairs.vacancy[result.pairs.row(i)].tolist()
        assert mine.points.score.tolist() == result.pairs.score[result.pairs.row(i)].tolist()
        four = mine.points.distance + mine.points.doelgroep + mine.points.werkprocessen + mine.points.days
        assert four.tolist() == mine.points.score.tolist()
        assert len(mine) == len(mine.vacancy)


def test_own_list_puts_favourites_first(made):
    x, result = made
    i = int(np.argmax(np.diff(result.pairs.offsets)))
    last = int(result.pairs.vacancy[result.pairs.offsets[i + 1] - 1])
    top = Exclusions.from_pairs(x.students.n, [(i, last)])
    mine = explain.own_list(x.students, i, x.vacancies, policy=x.policy, today=x.today, favourites=top)
    assert mine.vacancy[0] == last


def test_first_failing_rules_agree_with_one_at_a_time(made):
    x, _ = made
    names = list(Rule)
    for i in range(0, x.students.n, 90):
        every = explain.first_failing_rules(
            x.students, i, x.vacancies, policy=x.policy, today=x.today, exclusions=x.exclusions
        )
        for j in range(0, x.vacancies.n, 11):
            one = explain.first_failing_rule(
                x.students, i, x.vacancies, j, policy=x.policy, today=x.today, exclusions=x.exclusions
            )
            assert (names[every[j]] if every[j] >= 0 else None) == (one and one.rule)


def test_own_list_over_sixty_thousand_vacancies_takes_at_most_twenty_milliseconds():
    from time import process_time

    x = generate(400, 60_000, 1, crebos=60)
    options = {"policy": x.policy, "today": x.today}
    explain.own_list(x.students, 0, x.vacancies, **options)
    took = []
    for i in range(60):
        began = process_time()
        explain.own_list(x.students, i, x.vacancies, **options)
        took.append(process_time() - began)
    assert sorted(took)[-4] < 0.02
