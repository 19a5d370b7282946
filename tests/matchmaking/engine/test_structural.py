"""The most that can be placed, its proof, and what one more place does: against every possible division."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from matchmaking.engine import night, structural
from matchmaking.engine.instances import generate
from matchmaking.engine.types import Pairs

from .small import Market, markets

ENGINES = ("numba", "numpy")


def most(market: Market) -> int:
    return max(sum(j >= 0 for j in match) for match in market.everything())


def analyse(market: Market, engine: str = "numba", start: np.ndarray | None = None) -> structural.Structure:
    return structural.analyse(
        market.pairs(),
        market.caps,
        market.pool_of,
        market.pool_caps,
        start=start,
        engine=engine,  # type: ignore[arg-type]
    )


@settings(deadline=None, max_examples=150)
@given(markets(students=5, vacancies=4))
def test_maximum_is_the_most_of_all_divisions(market: Market):
    expected = most(market)
    for engine in ENGINES:
        for start in (None, market.solve().pair):
            found = analyse(market, engine, start)
            assert found.max_placement == expected
            assert found.shortage == market.n - expected
            assert found.without_pairs + int(found.competing.sum()) - found.capacity == found.shortage
            pair = found.pair
            match = tuple(int(market.pairs().vacancy[e]) if e >= 0 else -1 for e in pair)
            assert market.feasible(match)


@settings(deadline=None, max_examples=80)
@given(markets(students=5, vacancies=4))
def test_extra_place_is_worth_what_a_fresh_run_says(market: Market):
    found = analyse(market)
    for j, pool in enumerate(market.pool_of):
        more = replace(
            market,
            caps=tuple(c + (k == j) for k, c in enumerate(market.caps)),
            pool_caps=tuple(c + (p == pool) for p, c in enumerate(market.pool_caps)),
        )
        assert int(found.helps[j]) == most(more) - found.max_placement or found.shortage == 0
        if found.shortage == 0:
            assert most(more) == found.max_placement


@pytest.mark.parametrize("seed", [1, 2])
def test_on_a_dutch_instance(seed):
    x = generate(800, 300, seed)
    result = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")
    arguments = (result.pairs, x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    found = structural.analyse(*arguments, start=result.outcome.pair)
    fresh = structural.analyse(*arguments, engine="numpy")
    assert found.max_placement == fresh.max_placement >= result.outcome.placed
    # What is reached from the students without a place does not depend on where the search began.
    assert found.competing.sum() - found.capacity == fresh.competing.sum() - fresh.capacity
    assert (found.helps == fresh.helps).all()


def test_wrong_proof_is_not_published(monkeypatch):
    from matchmaking.engine import loops

    honest = loops.augment

    def forgetful(*arguments):
        students, vacancies, pools, rounds = honest(*arguments)
        return students, vacancies * 0, pools, rounds

    monkeypatch.setattr(loops, "augment", forgetful)
    with pytest.raises(structural.CertificateError):
        structural.analyse(Pairs.from_lists([[0], [0]]), [1], engine="numpy")


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_to_place(engine):
    nobody = structural.analyse(Pairs.from_lists([]), [1], engine=engine)
    assert (nobody.max_placement, nobody.shortage) == (0, 0)
    nothing = structural.analyse(Pairs.from_lists([[], []]), [], engine=engine)
    assert (nothing.shortage, nothing.without_pairs, nothing.capacity) == (2, 2, 0)
