"""The value of one more place, and of the next, against fresh runs; and what a group lacks whatever the others do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import candidates, night, places, structural
from matchmaking.engine.instances import generate
from matchmaking.engine.types import EngineInputError, Pairs

from .small import Market, markets

ENGINES = ("numba", "numpy")


def most(market: Market) -> structural.Structure:
    return structural.analyse(market.pairs(), market.caps, market.pool_of, market.pool_caps)


def with_kind(market: Market, who: list[int], copies: int) -> Market:
    """The market with so many places more that only `who` may have, supervised apart."""
    new = len(market.caps)
    return replace(
        market,
        lists=tuple((*row, new) if i in who else row for i, row in enumerate(market.lists)),
        bands=tuple((*row, 0) if i in who else row for i, row in enumerate(market.bands)),
        caps=(*market.caps, copies),
        pool_of=(*market.pool_of, -1),
    )


@settings(deadline=None, max_examples=150)
@given(markets(students=7, vacancies=4), st.data())
def test_value_of_each_kind_equals_a_fresh_run(market: Market, data: st.DataObject):
    kinds = data.draw(st.lists(st.sets(st.integers(0, market.n - 1)), min_size=1, max_size=3))
    best = most(market)
    rows = [[k for k, who in enumerate(kinds) if i in who] for i in range(market.n)]
    arguments = (market.pairs(), market.caps, market.pool_of, market.pool_caps, best)
    for engine in ENGINES:
        found = places.value(*arguments, Pairs.from_lists(rows), len(kinds), limit=4, engine=engine)  # type: ignore[arg-type]
        for k, who in enumerate(kinds):
            gains = [
                most(with_kind(market, sorted(who), copies)).max_placement - best.max_placement for copies in range(6)
            ]
            # More never costs, each is worth at most one, and what stopped helping never helps again.
            assert all(0 <= b - a <= 1 for a, b in pairwise(gains))
            assert gains == sorted(gains)
            assert found.upto[k] == gains[4]
            assert found.value[k] == gains[1]
            assert found.direct[k] == sum(best.pair[i] < 0 for i in who)


@settings(deadline=None, max_examples=80)
@given(markets(students=7, vacancies=4))
def test_value_at_a_vacancy_equals_a_fresh_run(market: Market):
    best = most(market)
    arguments = (market.pairs(), market.caps, market.pool_of, market.pool_caps, best)
    for engine in ENGINES:
        found = places.value_of_vacancies(*arguments, limit=3, engine=engine)  # type: ignore[arg-type]
        for j, pool in enumerate(market.pool_of):
            more = replace(
                market,
                caps=tuple(c + 3 * (k == j) for k, c in enumerate(market.caps)),
                pool_caps=tuple(c + 3 * (p == pool) for p, c in enumerate(market.pool_caps)),
            )
            assert found.upto[j] == most(more).max_placement - best.max_placement
        assert (found.value == (best.helps & (best.shortage > 0))).all()


@pytest.fixture(scope="module")
def dutch():
    x = generate(900, 300, 5)
    made = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")
    room = (x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    return x, made, room, structural.analyse(made.pairs, *room, start=made.outcome.pair)


def test_kinds_on_a_dutch_instance_equal_fresh_runs(dutch):
    x, made, room, best = dutch
    region = np.where(np.arange(x.students.n) % 9 == 0, -1, (x.students.lat > 52).astype(np.int64))
    kinds = places.kinds(x.students, region, [51.6, 52.4], [5.3, 5.0], x.today)
    assert kinds.students.sum() == (region >= 0).sum()
    found = places.value_of_kinds(x.students, kinds, x.policy, x.today, made.pairs, *room, best, limit=6)
    assert set(found.value.tolist()) == {0, 1}
    pairs = candidates.find(x.students, kinds.vacancies, None, x.policy, x.today)
    rng = np.random.default_rng(1)
    for k in rng.choice(kinds.n, 12, replace=False).tolist():
        rows = [made.pairs.vacancy[made.pairs.row(i)].tolist() for i in range(x.students.n)]
        for i in np.unique(pairs.student()[pairs.vacancy == k]).tolist():
            rows[i].append(x.vacancies.n)
        caps, pools = np.append(room[0], 6), np.append(room[1], -1)
        fresh = structural.analyse(Pairs.from_lists(rows), caps, pools, room[2], start=None)
        assert found.upto[k] == fresh.max_placement - best.max_placement


def test_a_chain_makes_a_place_useful_to_who_cannot_take_it_himself():
    # Student 0 has the only place student 1 could have; a new place that fits only 0 still helps 1.
    pairs = Pairs.from_lists([[0], [0]])
    best = structural.analyse(pairs, [1], start=[0, -1])
    found = places.value(pairs, [1], None, None, best, Pairs.from_lists([[0], []]), 1)
    assert found.upto.tolist() == [1]
    assert found.direct.tolist() == [0]


def test_students_without_any_place_are_helped_by_a_new_kind():
    pairs = Pairs.from_lists([[], [0]])
    best = structural.analyse(pairs, [1])
    found = places.value(pairs, [1], None, None, best, Pairs.from_lists([[0], [0]]), 1, limit=3)
    assert found.upto.tolist() == [1]


def test_lists_of_other_students_are_refused():
    pairs = Pairs.from_lists([[0]])
    best = structural.analyse(pairs, [1])
    with pytest.raises(EngineInputError):
        places.value(pairs, [1], None, None, best, Pairs.from_lists([]), 1)


@settings(deadline=None, max_examples=80)
@given(markets(students=6, vacancies=4), st.data())
def test_floor_is_what_a_group_lacks_when_it_chooses_first(market: Market, data: st.DataObject):
    group = data.draw(st.lists(st.integers(-1, 2), min_size=market.n, max_size=market.n))
    short = structural.floor(market.pairs(), group, market.caps, market.pool_of, market.pool_caps, groups=3)
    every = market.everything()
    for g in range(3):
        mine = [i for i in range(market.n) if group[i] == g]
        assert short[g] == len(mine) - max(sum(match[i] >= 0 for i in mine) for match in every)


def test_floor_of_a_region_is_never_more_than_the_whole_shortage(dutch):
    x, made, room, best = dutch
    short = structural.floor(made.pairs, (x.students.lat * 3).astype(np.int64) - 150, *room)
    assert 0 < short.sum() <= best.shortage
    with pytest.raises(EngineInputError):
        structural.floor(made.pairs, [0], *room)
