"""What-if: every change gives the difference that a fresh run of the changed tables gives."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaking.engine import places, whatif
from matchmaking.engine.instances import generate
from matchmaking.engine.types import EngineInputError


@pytest.fixture(scope="module")
def before():
    x = generate(700, 220, 8)
    case = whatif.Case(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")
    return whatif.solve(case)


def compare(before, case) -> whatif.Difference:
    return whatif.difference(before, whatif.solve(case))


def test_nothing_changed_is_no_difference(before):
    found = compare(before, before.case)
    assert found.placed[0] == found.placed[1] == before.outcome.placed
    assert len(found.gained) == len(found.lost) == 0


def test_other_days_give_other_pairs(before):
    rows = np.flatnonzero(before.outcome.match < 0)
    found = compare(before, whatif.other_days(before.case, rows, 0b11111, 1))
    assert found.pairs[1] > found.pairs[0]
    assert found.at_most[1] >= found.at_most[0]
    assert found.shortage[1] <= found.shortage[0]
    changed = whatif.other_days(before.case, [3], 0b1).students
    assert changed.days[3] == 1
    assert (np.delete(changed.days, 3) == np.delete(before.case.students.days, 3)).all()


def test_further_no_werkprocessen_and_more_leerjaren_only_add_pairs(before):
    everybody = np.arange(before.case.students.n)
    for case in (
        whatif.further(before.case, everybody, 5_000),
        whatif.drop_werkprocessen(before.case, everybody, (1 << 64) - 1),
        whatif.accept_leerjaren(before.case, np.arange(before.case.vacancies.n), 0b111),
    ):
        found = compare(before, case)
        assert found.pairs[1] > found.pairs[0]
        assert found.at_most[1] >= found.at_most[0]
        assert found.without_pairs[1] <= found.without_pairs[0]
    far = whatif.further(before.case, [0], 10**9).students
    assert far.max_metres[0] == 25_000_000


def test_supervision_and_places_never_cost_anybody_a_place(before):
    case = before.case
    more = whatif.solve(whatif.more_supervision(case, np.arange(case.pools.n), 1))
    found = whatif.difference(before, more)
    assert found.placed[1] >= found.placed[0]
    helping = np.flatnonzero(before.best.helps & (case.vacancies.pool >= 0))[:1]
    found = compare(before, whatif.more_places(case, helping))
    assert found.at_most[1] == found.at_most[0] + 1
    assert found.shortage[1] == found.shortage[0] - 1
    assert len(found.lost) == 0
    without = whatif.more_places(case, helping, with_supervision=False)
    assert (without.pools.cap == case.pools.cap).all()


def test_new_places_are_worth_what_the_value_of_the_kind_says(before):
    case = before.case
    kinds = places.kinds(case.students, np.zeros(case.students.n), [52.09], [5.12], case.today)
    room = (case.vacancies.cap, case.vacancies.pool, case.pools.cap)
    worth = places.value_of_kinds(
        case.students, kinds, case.policy, case.today, before.pairs, *room, before.best, limit=3
    )
    for k in (0, kinds.n // 2, kinds.n - 1):
        found = compare(before, whatif.new_places(case, kinds.vacancies.take([k]), 3))
        assert found.at_most[1] - found.at_most[0] == worth.upto[k]
        assert found.placed[1] >= found.placed[0]


def test_difference_per_group(before):
    case = before.case
    found = compare(before, whatif.more_supervision(case, np.arange(case.pools.n), 2))
    group = case.students.crebo.astype(np.int64)
    per = found.by_group(group, 64)
    assert per.sum() == found.placed[1] - found.placed[0] > 0
    assert found.by_group(np.full(case.students.n, -1), 1).tolist() == [0]


def test_other_students_cannot_be_compared(before):
    x = generate(700, 220, 9)
    other = whatif.solve(whatif.Case(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s"))
    with pytest.raises(EngineInputError, match="other students"):
        whatif.difference(before, other)


def test_dropping_what_can_be_learnt_there_can_cost_pairs(before):
    # The rule asks for half of what is wanted: without an easy werkproces the half can be harder to reach.
    case = whatif.drop_werkprocessen(before.case, np.arange(before.case.students.n), 0b11)
    assert (case.students.wps & np.uint64(3) == 0).all()
    assert compare(before, case).pairs[1] < len(before.pairs)
