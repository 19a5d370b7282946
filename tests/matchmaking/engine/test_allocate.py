"""The division against every possible division, and against what a fair division promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import allocate, verify
from matchmaking.engine.backend import Engine
from matchmaking.engine.types import CUTOFF_CLOSED, CUTOFF_OPEN, EngineInputError, Pairs

from .small import Market, markets

ENGINES: tuple[Engine, Engine] = ("numba", "numpy")
FAST = settings(deadline=None, max_examples=150)
SLOW = settings(deadline=None, max_examples=60)


@SLOW
@given(markets())
def test_best_of_all_stable_divisions_for_every_student(market: Market):
    match = tuple(market.solve().match.tolist())
    stable = [m for m in market.everything() if market.stable(m)]
    assert match in stable
    for other in stable:
        assert all(market.choice(i, match[i]) <= market.choice(i, other[i]) for i in range(market.n))
        # The same students are placed in every stable division.
        assert [j >= 0 for j in other] == [j >= 0 for j in match]


@FAST
@given(markets(students=12, vacancies=6))
def test_both_engines_agree_and_verify_finds_nothing(market: Market):
    one, two = market.solve("numba"), market.solve("numpy")
    assert one.match.tolist() == two.match.tolist()
    assert one.pair.tolist() == two.pair.tolist()
    assert one.cutoff.tolist() == two.cutoff.tolist()
    assert verify.division(market.pairs(), one, market.rank, None, market.caps, market.pool_of, market.pool_caps) == []


@pytest.mark.parametrize("seed", range(6))
def test_engines_agree_on_larger_markets(seed):
    rng = np.random.default_rng(seed)
    n, m, pools = 800, 150, (1, 20, 60, 150, 1, 40)[seed]
    lists = [rng.permutation(m)[: rng.integers(0, 20)].tolist() for _ in range(n)]
    pairs = Pairs.from_lists(lists, [rng.integers(0, 3, len(row)).tolist() for row in lists])
    rank, override = rng.permutation(n), rng.random(n) < 0.1
    holder = np.where(rng.random(n) < 0.1, rng.integers(0, m, n), -1)
    arguments = (pairs, rank, override, rng.integers(0, 5, m), rng.integers(-1, pools, m), rng.integers(0, 12, pools))
    one, two = (allocate.deferred_acceptance(*arguments, holder=holder, engine=e) for e in ENGINES)
    assert one.match.tolist() == two.match.tolist()
    assert one.cutoff.tolist() == two.cutoff.tolist()
    assert one.placed > 50
    assert verify.division(pairs, one, *arguments[1:], holder=holder) == []


@FAST
@given(markets(students=8, vacancies=5), st.data())
def test_nobody_gains_by_another_list(market: Market, data: st.DataObject):
    i = data.draw(st.integers(0, market.n - 1))
    told = data.draw(st.permutations(market.lists[i]))
    told = told[: data.draw(st.integers(0, len(told)))]
    lists = (*market.lists[:i], tuple(told), *market.lists[i + 1 :])
    bands = (*market.bands[:i], tuple(market.bands[i][market.lists[i].index(j)] for j in told), *market.bands[i + 1 :])
    honest, other = market.solve().match[i], replace(market, lists=lists, bands=bands).solve().match[i]
    assert market.choice(i, honest) <= market.choice(i, other)


@FAST
@given(markets(students=8, vacancies=5), st.data())
def test_a_higher_priority_never_hurts_its_owner(market: Market, data: st.DataObject):
    i = data.draw(st.integers(0, market.n - 1))
    higher = data.draw(st.integers(0, market.rank[i]))
    rank = tuple(higher if k == i else r + (higher <= r < market.rank[i]) for k, r in enumerate(market.rank))
    better = replace(market, rank=rank)
    assert market.choice(i, better.solve().match[i]) <= market.choice(i, market.solve().match[i])


@FAST
@given(markets(students=8, vacancies=5), st.data())
def test_one_student_less_never_hurts_another(market: Market, data: st.DataObject):
    i = data.draw(st.integers(0, market.n - 1))
    fewer = replace(
        market,
        lists=(*market.lists[:i], (), *market.lists[i + 1 :]),
        bands=(*market.bands[:i], (), *market.bands[i + 1 :]),
    )
    before, after = market.solve().match, fewer.solve().match
    assert all(market.choice(k, after[k]) <= market.choice(k, before[k]) for k in range(market.n) if k != i)


@FAST
@given(markets(students=8, vacancies=5), st.data())
def test_more_supervision_never_hurts_anybody(market: Market, data: st.DataObject):
    j = data.draw(st.integers(0, len(market.caps) - 1))
    with_place = data.draw(st.booleans())
    caps = tuple(c + (with_place and k == j) for k, c in enumerate(market.caps))
    pool_caps = tuple(c + (p == market.pool_of[j]) for p, c in enumerate(market.pool_caps))
    before, after = market.solve().match, replace(market, caps=caps, pool_caps=pool_caps).solve().match
    assert all(market.choice(k, after[k]) <= market.choice(k, before[k]) for k in range(market.n))


def test_one_more_place_in_a_full_team_can_hurt_somebody():
    # Student 0 prefers vacancy 0, whose extra place takes the team's only supervision from vacancy 1.
    market = Market(((0,), (1,)), ((0,), (0,)), (0, 1), (0, 0), (1,), (0, 1))
    assert market.solve().match.tolist() == [-1, 1]
    assert replace(market, caps=(1, 1)).solve().match.tolist() == [0, -1]


@FAST
@given(markets(students=8, vacancies=5, one_band=True))
def test_with_one_order_it_is_everybody_in_turn(market: Market):
    caps, pools = list(market.caps), [*market.pool_caps, market.n]
    expected = [-1] * market.n
    for i in np.argsort(market.rank).tolist():
        for j in market.lists[i]:
            if caps[j] > 0 and pools[market.pool_of[j]] > 0:
                caps[j] -= 1
                pools[market.pool_of[j]] -= 1
                expected[i] = j
                break
    assert market.solve().match.tolist() == expected


@FAST
@given(markets(students=10, vacancies=5))
def test_cutoff_refuses_exactly_those_it_refused(market: Market):
    outcome = market.solve()
    for i, row in enumerate(market.lists):
        for j in row[: market.choice(i, outcome.match[i])]:
            assert market.key(i, j) > outcome.cutoff[j]
        if outcome.match[i] >= 0:
            assert market.key(i, outcome.match[i]) <= outcome.cutoff[outcome.match[i]]


@FAST
@given(markets(students=8, vacancies=5))
def test_stray_student_changes_nothing_without_a_chain(market: Market):
    # A student more, at a vacancy of his own: all keys shift, nobody else's place does.
    more = replace(
        market,
        lists=(*market.lists, (len(market.caps),)),
        bands=(*market.bands, (0,)),
        caps=(*market.caps, 1),
        pool_of=(*market.pool_of, -1),
        rank=(*(r + 1 for r in market.rank), 0),
    )
    assert more.solve().match.tolist() == [*market.solve().match.tolist(), len(market.caps)]


def test_capacity_of_a_team_is_never_split_beforehand():
    # Ten students, ten places in two vacancies, room for ten together: all ten are placed wherever they want.
    lists = [[0]] * 8 + [[1]] * 2
    outcome = allocate.deferred_acceptance(Pairs.from_lists(lists), range(10), None, [10, 10], [0, 0], [10])
    assert outcome.placed == 10


@pytest.mark.parametrize("engine", ENGINES)
def test_concept_holder_moves_only_to_what_he_prefers(engine):
    # Student 1 holds vacancy 0; student 0 has the better rank and band there.
    pairs = Pairs.from_lists([[0, 1], [1, 0]], [[0, 0], [2, 2]])
    outcome = allocate.deferred_acceptance(pairs, [0, 1], None, [1, 0], holder=[-1, 0], engine=engine)
    assert outcome.match.tolist() == [-1, 0]
    outcome = allocate.deferred_acceptance(pairs, [0, 1], None, [1, 1], holder=[-1, 0], engine=engine)
    assert outcome.match.tolist() == [0, 1]


@pytest.mark.parametrize("engine", ENGINES)
def test_hard_case_counts_as_a_good_fit_everywhere(engine):
    pairs = Pairs.from_lists([[0], [0]], [[0], [2]])
    assert allocate.deferred_acceptance(pairs, [1, 0], None, [1], engine=engine).match.tolist() == [0, -1]
    assert allocate.deferred_acceptance(pairs, [1, 0], [False, True], [1], engine=engine).match.tolist() == [-1, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_lists_of_a_hospital_can_be_given_as_keys(engine):
    # Two vacancies with opposite preferences: one order for all could not say this.
    pairs = Pairs.from_lists([[0, 1], [1, 0]])
    outcome = allocate.deferred_acceptance(pairs, [0, 1], None, [1, 1], keys=[1, 0, 1, 0], engine=engine)
    assert outcome.match.tolist() == [0, 1]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("lists", "caps", "pool_of", "pool_caps", "match"),
    [
        ([], [], [], [], []),
        ([], [1], [-1], [], []),
        ([[], []], [], [], [], [-1, -1]),
        ([[0], [0]], [0], [-1], [], [-1, -1]),
        ([[0], [0]], [2], [0], [0], [-1, -1]),
        ([[0], [], [0]], [1], [0], [9], [0, -1, -1]),
        ([[0, 1], [0, 1], [0, 1]], [2, 2], [0, 0], [2], [0, 0, -1]),
        ([[1, 0], [1, 0], [1, 0]], [9, 1], [-1, -1], [], [1, 0, 0]),
    ],
)
def test_edges(engine, lists, caps, pool_of, pool_caps, match):
    pairs, rank = Pairs.from_lists(lists), range(len(lists))
    outcome = allocate.deferred_acceptance(pairs, rank, None, caps, pool_of, pool_caps, engine=engine)
    assert outcome.match.tolist() == match
    assert verify.division(pairs, outcome, rank, None, caps, pool_of, pool_caps) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_one_giant_team(engine):
    rng = np.random.default_rng(9)
    n, m = 3_000, 900
    pairs = Pairs.from_lists([rng.permutation(m)[:8].tolist() for _ in range(n)])
    rank = rng.permutation(n)
    caps, pool_of = np.full(m, 3), np.zeros(m, int)
    outcome = allocate.deferred_acceptance(pairs, rank, None, caps, pool_of, [1_000], engine=engine)
    # One order and one shared limit: the first thousand of the order have a place (eight choices are plenty).
    assert sorted(rank[outcome.match >= 0]) == list(range(1_000))
    assert verify.division(pairs, outcome, rank, None, caps, pool_of, [1_000]) == []


def test_cutoffs_say_open_and_closed():
    outcome = allocate.deferred_acceptance(Pairs.from_lists([[0, 1]]), [0], None, [0, 2, 1], [-1, -1, 0], [0])
    assert outcome.cutoff.tolist() == [CUTOFF_CLOSED, CUTOFF_OPEN, CUTOFF_CLOSED]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rank": [0, 0]}, {"rank": [0]}, {"vacancy_cap": [-1, 1]}, {"vacancy_cap": [1]}, {"pool_of": [0]},
        {"pool_of": [0, 1], "pool_cap": [1]}, {"holder": [0]}, {"band_override": [True]}, {"keys": [1]},
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_together_are_refused(wrong):
    arguments = {"rank": [0, 1], "band_override": None, "vacancy_cap": [1, 1]} | wrong
    with pytest.raises(EngineInputError):
        allocate.deferred_acceptance(Pairs.from_lists([[0, 1], [1]]), **arguments)
