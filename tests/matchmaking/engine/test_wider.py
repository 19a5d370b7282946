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


@settings(deadline=None, max_examples=400)
@given(markets(students=9, vacancies=6), st.data())
def test_gain_of_wider_lists_equals_a_fresh_run(market: Market, data: st.DataObject):
    best = most(market)
    stuck = np.flatnonzero(best.competing | (best.pair < 0)).tolist()
    if not stuck:
        return
    pair = st.tuples(st.sampled_from(stuck), st.integers(0, len(market.caps) - 1))
    changes = data.draw(st.lists(st.lists(pair, max_size=8), min_size=1, max_size=3))
    expected = [most(with_lists(market, extra)).max_placement - best.max_placement for extra in changes]
    inside = places.crowded(market.pairs(), best, len(market.caps))
    for engine in ENGINES:
        room = (market.pairs(), market.caps, market.pool_of, market.pool_caps, best)
        everything = [([s for s, _ in extra], [v for _, v in extra]) for extra in changes]
        found, _ = places.gain_of_wider(*room, everything, engine=engine)  # type: ignore[arg-type]
        assert found.tolist() == expected
        # Without the pairs with crowded vacancies it is never more, and the same where it says that it is sure.
        fewer = [[(s, v) for s, v in extra if not inside[v]] for extra in changes]
        part, is_sure = places.gain_of_wider(
            *room, [([s for s, _ in extra], [v for _, v in extra]) for extra in fewer], engine=engine  # type: ignore[arg-type]
        )  # fmt: skip
        for least, sure, exact in zip(part.tolist(), is_sure.tolist(), expected, strict=True):
            assert least == exact or (least < exact and not sure)


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
