"""What more eligible places are worth to students who were stuck, against a fresh maximum placement; chains and supervision."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import places, structural
from matchmaking.engine.types import EngineInputError, Pairs

from .small import Market, markets

ENGINES = ("numba", "numpy")


def most(market: Market) -> structural.Structure:
    return structural.analyse(market.pairs(), market.caps, market.pool_of, market.pool_caps)


def with_lists(market: Market, extra: list[tuple[int, int]]) -> Market:
    lists = [list(row) for row in market.lists]
    for student, vacancy in extra:
        if vacancy not in lists[student]:
            lists[student].append(vacancy)
    return replace(
        market, lists=tuple(tuple(row) for row in lists), bands=tuple(tuple(0 for _ in row) for row in lists)
    )


def gains(
    market: Market, changes: list[list[tuple[int, int]]], engine: str = "numba"
) -> tuple[list[int], list[list[int]]]:
    """The gain of every change, and the crowded vacancies with which it could be more."""
    found, missing = places.gain_of_wider(
        market.pairs(), market.caps, market.pool_of, market.pool_caps, most(market),
        [([s for s, _ in extra], [v for _, v in extra]) for extra in changes],
        engine=engine,  # type: ignore[arg-type]
    )  # fmt: skip
    return found.tolist(), [named.tolist() for named in missing]


def freshly(market: Market, changes: list[list[tuple[int, int]]]) -> list[int]:
    """The gain of every change by solving the market again with it."""
    now = most(market).max_placement
    return [most(with_lists(market, extra)).max_placement - now for extra in changes]


def check_gains(market: Market, changes: list[list[tuple[int, int]]], engine: str) -> None:
    expected = freshly(market, changes)
    assert gains(market, changes, engine)[0] == expected
    # Without the pairs with crowded vacancies it is never more; asked again with those that are named, it is the same.
    inside = places.crowded(market.pairs(), most(market), len(market.caps))
    given = [[(s, v) for s, v in extra if not inside[v]] for extra in changes]
    while True:
        part, missing = gains(market, given, engine)
        more = [
            sorted({(s, v) for s, v in extra if v in named} - set(now))
            for extra, named, now in zip(changes, missing, given, strict=True)
        ]
        for least, exact, left in zip(part, expected, more, strict=True):
            assert least == exact or (least < exact and left)
        if not any(more):
            break
        given = [now + left for now, left in zip(given, more, strict=True)]


@settings(deadline=None, max_examples=400)
@given(markets(students=9, vacancies=6), st.data())
def test_gain_of_wider_lists_equals_a_fresh_run(market: Market, data: st.DataObject):
    best = most(market)
    stuck = np.flatnonzero(best.competing | (best.pair < 0)).tolist()
    if not stuck:
        return
    pair = st.tuples(st.sampled_from(stuck), st.integers(0, len(market.caps) - 1))
    changes = data.draw(st.lists(st.lists(pair, max_size=8), min_size=1, max_size=3))
    for engine in ENGINES:
        check_gains(market, changes, engine)


@pytest.mark.parametrize("seed", range(3))
def test_gain_of_wider_lists_equals_a_fresh_run_in_full_teams(seed: int):
    # Many markets where places move between the vacancies of a team, which is where ways are easily overlooked.
    rng = np.random.default_rng(seed)
    for _ in range(700):
        n, m, teams = int(rng.integers(4, 14)), int(rng.integers(2, 9)), int(rng.integers(1, 4))
        lists = tuple(tuple(np.flatnonzero(rng.random(m) < rng.choice([0.15, 0.3])).tolist()) for _ in range(n))
        market = Market(
            lists, tuple(tuple(0 for _ in row) for row in lists), tuple(rng.integers(0, 4, m).tolist()),
            tuple(rng.integers(-1, teams, m).tolist()), tuple(rng.integers(0, 5, teams).tolist()), tuple(range(n)),
        )  # fmt: skip
        best = most(market)
        stuck = np.flatnonzero(best.competing | (best.pair < 0))
        if not len(stuck):
            continue
        share = rng.choice([0.1, 0.3])
        changes = [[(int(s), v) for s in stuck for v in range(m) if rng.random() < share] for _ in range(4)]
        check_gains(market, changes, "numba")


def test_a_team_that_becomes_full_opens_a_way_that_was_shut():
    # Student 0 can go to place 2 only when somebody takes his: nobody can, until the last supervision of his team has
    # gone to student 2. From then on student 3 can have the supervision that student 0 leaves.
    lists = ((0,), (0,), (), ())
    market = Market(lists, lists, (1, 2, 1, 1), (0, 0, -1, -1), (2,), (0, 1, 2, 3))
    extra = [(1, 3), (0, 2), (2, 1), (3, 1)]
    assert [gains(market, [extra], engine)[0] for engine in ENGINES] == [[3], [3]]
    assert freshly(market, [extra]) == [3]


def test_wider_lists_of_who_always_has_a_place_are_refused():
    pairs = Pairs.from_lists([[0]])
    best = structural.analyse(pairs, [1], [-1], [])
    with pytest.raises(EngineInputError):
        places.gain_of_wider(pairs, [1], [-1], [], best, [([0], [0])])


@settings(deadline=None, max_examples=150)
@given(markets(students=8, vacancies=5))
def test_value_of_supervision_equals_a_fresh_run(market: Market):
    best = most(market)
    pools = list(range(len(market.pool_caps)))
    for engine in ENGINES:
        found = places.value_of_supervision(
            market.pairs(), market.caps, market.pool_of, market.pool_caps, best, pools, limit=3, engine=engine  # type: ignore[arg-type]
        )  # fmt: skip
        for p in pools:
            more = replace(market, pool_caps=tuple(c + 3 * (k == p) for k, c in enumerate(market.pool_caps)))
            assert found.upto[p] == most(more).max_placement - best.max_placement


@settings(deadline=None, max_examples=200)
@given(markets(students=8, vacancies=5), st.data())
def test_a_chain_can_be_followed_place_by_place(market: Market, data: st.DataObject):
    who = data.draw(st.sets(st.integers(0, market.n - 1), min_size=1))
    best = most(market)
    start = [int(market.pairs().vacancy[e]) if e >= 0 else -1 for e in best.pair.tolist()]
    rows = Pairs.from_lists([[0] if i in who else [] for i in range(market.n)])
    for engine in ENGINES:
        found = places.value(
            market.pairs(), market.caps, market.pool_of, market.pool_caps, best, rows, 1, limit=1, engine=engine  # type: ignore[arg-type]
        )  # fmt: skip
        chain = found.chain(0)
        assert len(chain) == found.chain_length[0]
        assert bool(chain) == bool(found.upto[0])
        if not chain:
            continue
        assert len(set(chain)) == len(chain)
        assert chain[0] in who
        assert start[chain[-1]] == -1
        assert all(start[i] >= 0 for i in chain[:-1])
        assert found.straight[0] == (len(chain) == 1)
        # Each next student takes what the one before left: that place, or another of the same pool.
        for leaver, taker in pairwise(chain):
            left = start[leaver]
            same_pool = {j for j, p in enumerate(market.pool_of) if p >= 0 and p == market.pool_of[left]} | {left}
            assert same_pool & set(market.lists[taker])
