"""The arithmetic of rules and points, written once.

Only operators that mean the same for a Python int, a numpy int64 array and a compiled int64: `score` and `rules` call
these on arrays, the compiled scan calls the very same functions on scalars. All arguments are signed whole numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

EARTH_DM = 63_710_088
"""Mean radius of the earth in decimetres."""


def arc_metres(chord: Any) -> Any:
    """Whole metres over the ground for a chord in whole decimetres.

    First correction term of the arc; exact to a decimetre within 700 km, and never decreasing.
    """
    bend = chord * chord // EARTH_DM * chord // (24 * EARTH_DM)
    return (chord + bend + 5) // 10


def distance_points(metres: Any, weight: Any, near: Any, far: Any) -> Any:
    """All points up to `near` metres, none from `far` metres, a straight line between."""
    return weight * (far - np.minimum(np.maximum(metres, near), far)) // (far - near)


def share_points(common: Any, wanted: Any, weight: Any) -> Any:
    """The share of what is wanted that is there; all points when nothing is wanted."""
    nothing = (wanted == 0) * 1
    return weight * (common + nothing) // (wanted + nothing)


def wish_points(common: Any, wanted: Any, weight: Any) -> Any:
    """All points when one of the wishes is met, or when there is no wish."""
    return weight * np.minimum((common > 0) * 1 + (wanted == 0) * 1, 1)


def fit_band(facts: Any, good: Any, fair: Any) -> Any:
    """0 good, 1 fair, 2 weak fit, from the points for facts."""
    return (facts < good) * 1 + (facts < fair) * 1


def shared_days(start_a: Any, end_a: Any, start_b: Any, end_b: Any) -> Any:
    """Number of calendar days in both periods (both ends included); 0 or less when they do not meet."""
    return np.minimum(end_a, end_b) - np.maximum(start_a, start_b) + 1


def covers(part: Any, whole: Any, percent: Any) -> Any:
    """Whether `part` is at least `percent` of `whole`."""
    return part * 100 >= whole * percent
