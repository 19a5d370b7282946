"""The structure of a market: known answers by hand, and on small random markets against trying every division."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.engine import places
from matchmaking.engine.structural import CertificateError, Structure
from matchmaking.engine.types import Pairs
from shortages import counting
from shortages.counting import UNIT, Place, Structural
from tests.matchmaking.engine.small import Market, markets


def count(market: Market, rounds: int = 20) -> Structural:
    return counting.structure_of(market.pairs(), market.caps, market.pool_of, market.pool_caps, rounds=rounds)


def by_hand(lists: list[list[int]], caps: list[int], pool_of: list[int] | None = None, pools: list[int] | None = None):
    n = len(lists)
    return Market(
        tuple(tuple(row) for row in lists),
        tuple(tuple(0 for _ in row) for row in lists),
        tuple(caps),
        tuple(pool_of or [-1] * len(caps)),
        tuple(pools or []),
        tuple(range(n)),
    )


@cache
def every_division(market: Market) -> tuple[int, frozenset[frozenset[int]]]:
    """The most students any division places, and all sets of students that a division of that size places."""
    best, sets = 0, {frozenset[int]()}
    for match in product(*[(-1, *row) for row in market.lists]):
        size = sum(j >= 0 for j in match)
        if size < best or not market.feasible(match):
            continue
        placed = frozenset(i for i, j in enumerate(match) if j >= 0)
        if size > best:
            best, sets = size, set()
        sets.add(placed)
    return best, frozenset(sets)


def places_of(market: Market, i: int) -> int:
    """Free places for one student, as if nobody else were there."""
    total = 0
    for j in market.lists[i]:
        pool = market.pool_of[j]
        total += min(market.caps[j], market.pool_caps[pool]) if pool >= 0 else market.caps[j]
    return total


@settings(deadline=None, max_examples=150)
@given(markets(students=6, vacancies=4))
def test_shortage_and_everybodys_situation_are_those_of_all_divisions(market: Market):
    most, sets = every_division(market)
    found = count(market)
    assert found.shortage == market.n - most
    for i in range(market.n):
        if places_of(market, i) == 0:
            expected = Place.NONE
        elif all(i in placed for placed in sets):
            expected = Place.FITS
        else:
            expected = Place.COMPETING
        assert found.place[i] == expected
        assert found.fitting[i] == places_of(market, i)
    proof = found.certificate()
    assert proof["without_fit"] + proof["competing"] - proof["capacity"] == proof["shortage"]


@settings(deadline=None, max_examples=150)
@given(markets(students=8, vacancies=5), st.integers(1, 30))
def test_parts_of_the_shortage_add_up_exactly_and_nobody_is_more_than_one(market: Market, rounds: int):
    found = count(market, rounds)
    assert int(found.units.sum()) == found.shortage * UNIT
    assert float(np.sum(found.units / UNIT)) == found.shortage
    assert (found.units[found.place == Place.NONE] == UNIT).all()
    assert (found.units[found.place == Place.FITS] == 0).all()
    assert ((found.units >= 0) & (found.units <= UNIT)).all()


@settings(deadline=None, max_examples=100)
@given(markets(students=5, vacancies=3), st.sets(st.integers(0, 4), min_size=1))
def test_value_of_extra_places_is_that_of_all_divisions(market: Market, chosen: set[int]):
    who = sorted(i for i in chosen if i < market.n)
    found = count(market)
    rows = Pairs.from_lists([[0] if i in who else [] for i in range(market.n)])
    value = places.value(market.pairs(), market.caps, market.pool_of, market.pool_caps, found.best, rows, 1, limit=3)
    gains = []
    for copies in range(5):
        new = len(market.caps)
        more = replace(
            market,
            lists=tuple((*row, new) if i in who else row for i, row in enumerate(market.lists)),
            caps=(*market.caps, copies),
            pool_of=(*market.pool_of, -1),
        )
        gains.append(every_division(more)[0] - every_division(market)[0])
    assert value.upto[0] == gains[3]
    # k* places help one each, and the next none.
    assert gains[: value.upto[0] + 1] == list(range(value.upto[0] + 1))
    if value.upto[0] < 3:
        assert gains[value.upto[0] + 1] == gains[value.upto[0]]


def test_three_students_and_one_place_lack_two_together_and_two_thirds_each():
    found = count(by_hand([[0], [0], [0]], [1]), rounds=30)
    assert found.shortage == 2
    assert found.place.tolist() == [Place.COMPETING] * 3
    assert np.abs(found.units / UNIT - 2 / 3).max() < 0.01


def test_places_that_fit_nobody_do_not_make_up_for_a_shortage():
    # As many places as students, but all where only one of them can come.
    found = count(by_hand([[0], [], [1], [1]], [3, 1]))
    assert found.certificate() == {
        "max_placement": 2, "shortage": 2, "without_fit": 1, "competing": 2, "capacity": 1,
    }  # fmt: skip
    assert found.place.tolist() == [Place.FITS, Place.NONE, Place.COMPETING, Place.COMPETING]


def test_a_full_team_gives_no_place_however_many_its_vacancies_have():
    found = count(by_hand([[0], [1]], [2, 2], [0, 0], [0]))
    assert found.place.tolist() == [Place.NONE, Place.NONE]
    assert found.certificate()["without_fit"] == 2


def test_supervision_of_a_team_is_shared_by_its_vacancies():
    found = count(by_hand([[0], [1], [0]], [2, 1], [0, 0], [1]))
    assert (found.shortage, found.certificate()["capacity"]) == (2, 1)


def test_a_new_place_helps_somebody_who_cannot_take_it_himself():
    # Student 0 fits only the first place, where student 1 is; the new place fits student 1.
    market = by_hand([[0], [0]], [1])
    found = count(market)
    value = places.value(
        market.pairs(), market.caps, market.pool_of, market.pool_caps, found.best, Pairs.from_lists([[], [0]]), 1
    )
    assert value.upto.tolist() == [1]
    placed_now = int(np.flatnonzero(found.best.pair >= 0)[0])
    assert value.chain(0) == ([1, 0] if placed_now == 1 else [1])


def test_who_fits_many_places_misses_less_than_who_fits_one():
    found = count(by_hand([[0], [0], [0, 1], [1]], [1, 1]), rounds=60)
    one, many = found.units[0] / UNIT, found.units[2] / UNIT
    assert found.shortage == 2
    assert one >= many


def test_an_empty_market_lacks_nobody():
    found = count(by_hand([], []))
    assert found.certificate() == {
        "max_placement": 0, "shortage": 0, "without_fit": 0, "competing": 0, "capacity": 0,
    }  # fmt: skip
    assert len(found.units) == 0


def test_a_proof_that_does_not_add_up_is_refused(monkeypatch):
    real = counting.structural.analyse

    def one_off(*args, **kwargs) -> Structure:
        return replace(real(*args, **kwargs), capacity=7)

    monkeypatch.setattr(counting.structural, "analyse", one_off)
    with pytest.raises(CertificateError):
        count(by_hand([[0], [0]], [1]))
