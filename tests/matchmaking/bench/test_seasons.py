"""The simulated season: the same every time, within every capacity, and the rules of a policy are kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matchmaking.bench import seasons
from matchmaking.bench.seasons import Rules
from matchmaking.engine.types import POLICY_V2, Policy


@pytest.fixture(scope="module")
def town():
    return seasons.town(1, students=500, vacancies=200)


def test_the_same_season_every_time(town):
    rules = Rules("v1")
    assert seasons.play(town, rules) == seasons.play(seasons.town(1, 500, 200), rules)
    assert seasons.play(town, rules) != seasons.play(seasons.town(2, 500, 200), rules)


@pytest.mark.parametrize("rules", [each for each in seasons.POLICIES if each.method != "flow"], ids=lambda r: r.name)
def test_every_policy_plays_a_season_that_makes_sense(town, rules):
    found = seasons.play(town, rules)
    assert 0 < found.placed <= 100 * min(1, town.x.pools.cap.sum() / 500)
    assert found.proposals_per_place >= 1
    if rules.policy.hand_over:
        # Whoever was refused that often gets no more proposals, so nobody can be refused more often.
        assert found.refused_most <= rules.policy.hand_over
        assert found.refused_over_four == 0


def test_no_vacancy_and_no_team_is_ever_over_full(town):
    state = seasons.State.start(town)
    rules = Rules("v2", POLICY_V2)
    for night in range(20):
        seasons._answers(town, state, rules, night)
        seasons._propose(town, state, rules, night)
        assert (state.cap >= 0).all()
        assert (state.pool_cap >= 0).all()
        busy = state.open_pair >= 0
        assert not (busy & (state.placed >= 0)).any()
        # What is out and what is taken adds up to what there was.
        used = busy.sum() + (state.placed >= 0).sum()
        assert town.x.vacancies.cap.sum() - state.cap.sum() == used
        assert town.x.pools.cap.sum() - state.pool_cap.sum() == used


def test_a_refused_pair_is_not_proposed_again(town):
    state = seasons.State.start(town)
    rules = Rules("v1")
    for night in range(15):
        seasons._answers(town, state, rules, night)
        refused = state.out.copy()
        seasons._propose(town, state, rules, night)
        assert not refused[state.open_pair[state.open_pair >= 0]].any()


def test_less_leaning_makes_the_gap_smaller():
    town = seasons.town(1, students=1_500, vacancies=600)
    plain, blind = (seasons.play(town, Rules("x", Policy(), lean=lean)) for lean in (1.5, 0.0))
    assert blind.gap < plain.gap


def test_other_bands_are_those_of_the_policy(town):
    policy = replace(Policy(), band_good=650, band_fair=560)
    assert (seasons._bands(town, policy) >= town.pairs.band).all()
    assert (seasons._bands(town, Policy()) == town.pairs.band).all()


def test_table_and_goals():
    season = seasons.Season(42.5, 38.0, 46.0, 2, 4, 0, 700, 0, 2.5)
    assert season.goals == (True, True, True, True)
    worse = replace(season, refused_most=5)
    text = seasons.table({"a": [season], "b": [season, worse]})
    assert "| a | 42.5 | 38.0 / 46.0 | 8.0 | 2 / 4 | 700 | 0 | 2.5 | 4 of 4 |" in text
    assert "| 3 of 4 |" in text
    assert np.isfinite(season.gap)
