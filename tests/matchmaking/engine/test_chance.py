"""Fair chance: within every capacity, as equal as can be, and in the end as many places as can be given at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import chance, night, order, structural
from matchmaking.engine.instances import generate
from matchmaking.engine.types import EngineInputError, Pairs

from .small import Market, markets

ENGINES = ("numba", "numpy")


def shares(market: Market, rounds: int, engine: str = "numba") -> chance.FairChance:
    return chance.fair_chance(
        market.pairs(),
        market.caps,
        market.pool_of,
        market.pool_caps,
        rounds=rounds,
        lot=market.rank,
        engine=engine,  # type: ignore[arg-type]
    )


@settings(deadline=None, max_examples=80)
@given(markets(students=6, vacancies=4))
def test_shares_are_chances_and_converge_to_the_most_that_can_be_placed(market: Market):
    most = structural.analyse(market.pairs(), market.caps, market.pool_of, market.pool_caps).max_placement
    found = shares(market, 200)
    assert ((found.share >= 0) & (found.share <= 1)).all()
    assert found.places <= most
    assert found.places >= most - 0.15
    assert found.units.tolist() == shares(market, 200, "numpy").units.tolist()


@settings(deadline=None, max_examples=60)
@given(markets(students=5, vacancies=4), st.data())
def test_interchangeable_students_have_equal_chances(market: Market, data: st.DataObject):
    i = data.draw(st.integers(0, market.n - 1))
    twin = Market(
        (*market.lists, market.lists[i]), (*market.bands, market.bands[i]), market.caps, market.pool_of,
        market.pool_caps, (*market.rank, market.n),
    )  # fmt: skip
    found = shares(twin, 200).units
    assert abs(int(found[i]) - int(found[-1])) <= len(market.caps) + 1


def test_no_group_can_be_made_more_equal():
    # Two students can only go to vacancy 0, two to either: 1 + 1 places for 4, so a half each.
    found = chance.fair_chance(Pairs.from_lists([[0], [0], [0, 1], [0, 1]]), [1, 1], rounds=100)
    assert np.abs(found.share - 0.5).max() <= 0.02
    # The one with a vacancy of his own keeps a whole place; nobody can use more than that.
    found = chance.fair_chance(Pairs.from_lists([[0], [1], [1]]), [3, 1], rounds=100)
    assert found.share.tolist() == [1.0, 0.5, 0.5]


def test_a_team_gives_no_more_than_its_supervision():
    found = chance.fair_chance(Pairs.from_lists([[0], [1], [0, 1]]), [2, 2], [0, 0], [1], rounds=99)
    assert found.units.sum() == 99
    assert found.units.tolist() == [33, 33, 33]


def test_places_in_a_team_move_on_within_it():
    # Student 0 may go to both vacancies and is dealt in first: he must make room for the one who has no choice.
    found = chance.fair_chance(Pairs.from_lists([[0, 1], [0]]), [1, 1], [0, 0], [2], rounds=10)
    assert found.units.tolist() == [10, 10]


@pytest.fixture(scope="module")
def dutch():
    x = generate(900, 300, 3)
    return x, night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")


def test_on_a_dutch_instance_it_adds_up_to_the_maximum(dutch):
    x, made = dutch
    room = (x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    most = structural.analyse(made.pairs, *room, start=made.outcome.pair).max_placement
    totals = [chance.fair_chance(made.pairs, *room, rounds=rounds).places for rounds in (5, 20, 100)]
    assert all(total <= most for total in totals)
    assert totals[-1] >= 0.999 * most
    assert totals[0] >= 0.97 * most


def test_row_order_does_not_matter_by_public_id(dutch):
    x, made = dutch
    rng = np.random.default_rng(1)
    s, v, p = (rng.permutation(table.n) for table in (x.students, x.vacancies, x.pools))

    def by_id(students, vacancies, pools, pairs):
        lot = np.argsort(np.argsort(order.lottery(students.uid, "s")))
        return chance.fair_chance(
            pairs, vacancies.cap, vacancies.pool, pools.cap, lot=lot, vacancy_order=vacancies.uid_rank
        ).units

    new_row = np.argsort(v)
    pairs = made.pairs.take(s)
    turned = Pairs(pairs.offsets, new_row[pairs.vacancy].astype(np.int32), pairs.band, pairs.score)
    columns = dict(x.vacancies.take(v).columns()) | {"pool": np.argsort(p)[x.vacancies.pool[v]]}
    one = by_id(x.students, x.vacancies, x.pools, made.pairs)
    two = by_id(x.students.take(s), type(x.vacancies).of(**columns), x.pools.take(p), turned)
    assert one[s].tolist() == two.tolist()


def test_figures_per_group():
    found = chance.FairChance(np.array([0, 5, 10, 10, 2]), 10)
    mean, low, size = found.by_group([0, 0, 1, 1, -1], 3)
    assert mean.tolist() == [0.25, 1.0, 0.0]
    assert low.tolist() == [0.0, 1.0, 0.0]
    assert size.tolist() == [2, 2, 0]
    assert chance.FairChance(np.zeros(0, np.int64), 3).by_group([], 1)[2].tolist() == [0]


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_and_nothing(engine):
    assert len(chance.fair_chance(Pairs.from_lists([]), [1], engine=engine).units) == 0
    assert chance.fair_chance(Pairs.from_lists([[], []]), [], engine=engine).units.tolist() == [0, 0]
    assert chance.fair_chance(Pairs.from_lists([[0]]), [0], engine=engine).units.tolist() == [0]
    assert chance.fair_chance(Pairs.from_lists([[0]]), [2], [0], [0], engine=engine).units.tolist() == [0]


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"lot": [0, 0]}, {"lot": [0]}, {"vacancy_order": [1]}])
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(EngineInputError):
        chance.fair_chance(Pairs.from_lists([[0], [0]]), [1], **wrong)
