"""The forecast: better than last year in seasons that never were, honest about its interval, and true to what is counted."""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np
import pytest

from shortages.bench import backtest, years
from shortages.forecast import Known, Prior, Season, curves, flows, forecast, shrink

SMALL = {"schools": 9, "students": 700, "vacancies": 1_500}
NOBODY = np.full(1, np.nan)


@pytest.fixture(scope="module")
def scores():
    return backtest.backtest((21, 22), at=(12, 4), number=4, draws=400, **SMALL)


@pytest.mark.parametrize("week", [12, 4])
@pytest.mark.parametrize("way", ["last year", "last year's share", "today's pace"])
def test_better_than_simpler_guesses(scores, week, way):
    assert scores[week].error("forecast") < scores[week].error(way)


def test_interval_holds_about_as_often_as_it_says(scores):
    held = np.concatenate([np.concatenate(score.held) for score in scores.values()])
    assert 0.70 <= held.mean() <= 0.95


def test_closer_to_the_start_the_interval_is_narrower(scores):
    assert np.mean(np.concatenate(scores[4].width)) < np.mean(np.concatenate(scores[12].width))


def test_a_world_is_the_same_twice():
    place = years.world(3, **SMALL)
    one, two = years.play(place, 0), years.play(place, 0)
    assert np.array_equal(one.season.placed, two.season.placed)
    assert not np.array_equal(one.season.placed, years.play(place, 1).season.placed)


def test_a_world_counts_as_the_nightly_count_does():
    season = years.play(years.world(3, **SMALL), 0).season
    assert (season.placed <= season.students).all()
    assert (np.diff(season.students[:, ::-1], axis=1) >= 0).all()
    assert (season.structural <= season.without + 1e-9).all()


def _season(weeks: int = 10, *, units: int = 3, pace: float = 0.1, short: float = 0.0, students: int = 100) -> Season:
    """Everybody is there from the beginning and a fixed part of who can be placed is placed every week."""
    placed = np.zeros((units, weeks + 1))
    for week in range(weeks, 0, -1):
        could = students * (1 - short) - placed[:, week]
        placed[:, week - 1] = placed[:, week] + pace * could
    everybody = np.full(placed.shape, float(students))
    return Season(everybody, placed, np.full(placed.shape, students * short))


def _known(now: Season, week: int, past: list[Season], **changes) -> Known:
    units = now.units
    fields = {
        "now": now.until(week),
        "past": past,
        "school": np.arange(units),
        "region": np.zeros(units, np.int64),
        "week": week,
        "told": np.full(units, np.nan),
        "prior": Prior(),
    }
    return Known(**(fields | changes))


def test_same_seed_same_answer():
    known = _known(_season(), 6, [_season(), _season()])
    assert np.array_equal(forecast(known).without, forecast(known).without)
    assert not np.array_equal(forecast(known).without, forecast(known, seed=1).without)


def test_steady_pace_is_carried_on():
    season = _season(pace=0.1)
    low, middle, high = forecast(_known(season, 5, [_season()] * 4)).interval([0, 1, 2])[:, 0]
    truth = float(season.without[:, 0].sum())
    assert low <= truth <= high
    assert abs(middle - truth) < 0.1 * truth


def test_nobody_is_placed_without_a_fitting_place():
    season = _season(pace=0.4, short=0.3)
    drawn = forecast(_known(season, 5, [_season(pace=0.4, short=0.3)] * 4))
    assert np.quantile(drawn.without[:, :, 0], 0.1) > 20  # of 100, 30 of whom have no place that fits


def test_faster_this_year_means_fewer_without_a_place():
    past = [_season(pace=0.1)] * 3
    usual = forecast(_known(_season(pace=0.1), 5, past)).interval([0, 1, 2])[1, 0]
    fast = forecast(_known(_season(pace=0.2), 5, past)).interval([0, 1, 2])[1, 0]
    assert fast < usual - 20


def test_who_is_still_to_come_needs_a_place_too():
    known = _known(_season(), 5, [_season()] * 3)
    more = forecast(_known(_season(), 5, [_season()] * 3, told=np.full(3, 150.0)))
    assert more.expected.mean() > forecast(known).expected.mean() + 10
    assert more.interval([0, 1, 2])[1, 0] > forecast(known).interval([0, 1, 2])[1, 0]


def test_with_little_to_go_on_a_school_is_taken_for_a_usual_one():
    sure = shrink(np.array([40.0]), np.array([20.0]), np.zeros(1, np.int64), 1, 0.25)
    unsure = shrink(np.array([2.0]), np.array([1.0]), np.zeros(1, np.int64), 1, 0.25)
    assert 1.5 < sure.mean[0] < 2
    assert 1 < unsure.mean[0] < 1.1


def test_first_season_is_forecast_with_a_wide_interval():
    known = _known(_season(), 5, [])
    first = forecast(known).interval([0, 1, 2])[:, 0]
    later = forecast(_known(_season(), 5, [_season()] * 4)).interval([0, 1, 2])[:, 0]
    assert first[2] - first[0] > later[2] - later[0]


def test_weeks_that_were_not_counted_are_no_weeks_without_placements():
    season = _season()
    season.placed[:, 3] = season.students[:, 3] = season.structural[:, 3] = np.nan
    flow, exposure = flows(season)
    assert np.isnan(flow[:, 3:5]).all()
    assert np.isnan(exposure[:, 3:5]).all()
    whole = curves([_season()] * 3, 10, Prior(pace_weeks=1))
    with_gap = curves([season] * 3, 10, Prior(pace_weeks=1))
    assert np.allclose(whole.pace[6:9], with_gap.pace[6:9])
    assert np.isfinite(forecast(_known(_season(), 6, [season] * 3)).without).all()


def test_a_school_without_students_yet_is_expected_what_it_told():
    nothing = np.zeros((1, 11))
    known = _known(Season(nothing, nothing.copy(), nothing.copy()), 8, [], told=np.array([40.0]))
    drawn = forecast(known)
    assert 25 < np.median(drawn.expected) < 50


def test_at_the_start_it_is_what_was_counted():
    season = _season()
    low, middle, high = forecast(_known(season, 0, [_season()] * 3)).interval([0, 1, 2])[:, 0]
    assert low == middle == high == round(float(season.without[:, 0].sum()))
