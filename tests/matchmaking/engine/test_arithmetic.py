"""Bits and metres, over their whole domain or at the border."""

from __future__ import annotations

import math

import numpy as np
import pytest

from matchmaking.engine import formula, geo, kernels, order, score


def test_popcount_agrees_with_python_over_its_whole_domain():
    rng = np.random.default_rng(1)
    values = np.concatenate(
        (
            np.arange(1 << 16, dtype=np.uint64),
            np.uint64(1) << np.arange(64, dtype=np.uint64),
            (np.uint64(1) << np.arange(64, dtype=np.uint64)) - np.uint64(1),
            rng.integers(0, 1 << 64, 20_000, dtype=np.uint64),
            np.array([0, (1 << 64) - 1, 0xAAAAAAAAAAAAAAAA, 0x5555555555555555], np.uint64),
        )
    )
    expected = [int(x).bit_count() for x in values]
    assert kernels.popcounts(values).tolist() == expected
    assert score.count(values).tolist() == expected


def test_count_agrees_for_narrow_masks():
    assert score.count(np.arange(256, dtype=np.uint8)).tolist() == [k.bit_count() for k in range(256)]


def haversine(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    phi_a, phi_b, step = math.radians(lat_a), math.radians(lat_b), math.radians(lon_b - lon_a)
    half = math.sin((phi_b - phi_a) / 2) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(step / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


@pytest.mark.parametrize("spread", [0.001, 0.05, 1.0, 3.0])
def test_metres_agree_with_haversine(spread):
    rng = np.random.default_rng(2)
    lat, lon = 52 + rng.normal(0, spread, (2, 500)), 5 + rng.normal(0, spread, (2, 500))
    found = geo.metres(geo.chord2(geo.position(lat[0], lon[0]), geo.position(lat[1], lon[1])))
    expected = np.array([haversine(lat[0, k], lon[0, k], lat[1, k], lon[1, k]) for k in range(500)])
    within = expected < 500_000
    assert within.sum() > 200
    assert np.abs(found - expected)[within].max() <= 1
    assert (np.abs(found - expected) <= 1 + expected / 10_000).all()


def test_metres_never_decrease_with_the_chord():
    chords = np.unique(np.geomspace(1, 2 * formula.EARTH_DM, 200_000).astype(np.int64))
    assert (np.diff(formula.arc_metres(chords)) >= 0).all()


def test_limit_is_exact_at_the_border():
    limits = np.concatenate((np.arange(2_000), np.array([25_000, 49_999, 350_000, 25_000_000]))).astype(np.int32)
    borders = geo.chord_limit(limits)
    assert (geo.metres(borders - 1) <= limits).all()
    below_all = borders <= (2 * formula.EARTH_DM) ** 2
    assert (geo.metres(borders)[below_all] > limits[below_all]).all()


def test_mix_is_the_same_everywhere():
    # Reference value of the published splitmix64: the first output for state 0.
    assert order.mix(np.zeros(1, np.uint64))[0] == 0xE220A8397B1DCDAF
    values = np.random.default_rng(3).integers(0, 1 << 64, 100, dtype=np.uint64)
    assert len(np.unique(order.mix(values))) == 100


def test_points_and_bands():
    assert formula.distance_points(0, 300, 2_000, 50_000) == 300
    assert formula.distance_points(2_000, 300, 2_000, 50_000) == 300
    assert formula.distance_points(26_000, 300, 2_000, 50_000) == 150
    assert formula.distance_points(90_000, 300, 2_000, 50_000) == 0
    assert formula.share_points(1, 3, 350) == 116
    assert formula.share_points(0, 0, 350) == 350
    assert [formula.wish_points(c, w, 150) for c, w in ((0, 2), (1, 2), (0, 0))] == [0, 150, 150]
    assert [formula.fit_band(f, 560, 400) for f in (560, 559, 400, 399)] == [0, 1, 1, 2]
