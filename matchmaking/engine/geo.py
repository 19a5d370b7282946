"""Distance in whole metres, computed in whole numbers so that every machine and engine agrees at the border.

A place is three whole decimetres from the centre of a round earth (mean radius, 6371.0088 km). The distance is the
arc above the chord between two places. Travel minutes can replace this later behind the same two functions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchmaking.engine import formula

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def position(lat: F64, lon: F64) -> I64:
    """(n, 3) decimetres from the centre of the earth, for degrees north and east."""
    phi, lam = np.radians(lat), np.radians(lon)
    unit = np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)), axis=-1)
    return np.ascontiguousarray(np.rint(unit * formula.EARTH_DM).astype(np.int64).reshape(-1, 3))


def chord2(a: I64, b: I64) -> I64:
    """Squared chord in decimetres between positions (broadcasting over all but the last axis)."""
    step = a - b
    squares: I64 = (step * step).sum(axis=-1)
    return squares


def metres(squared_chord: I64) -> I64:
    """Distance over the ground in whole metres for a squared chord in decimetres."""
    chord = np.sqrt(np.asarray(squared_chord, np.float64)).astype(np.int64)
    return np.asarray(formula.arc_metres(chord), np.int64)


def chord_limit(max_metres: npt.NDArray[np.int32]) -> I64:
    """The squared chord that is just too far: `metres(c) <= max_metres` exactly when `c < chord_limit`."""
    low = np.zeros(len(max_metres), np.int64)
    high = np.full(len(max_metres), 2 * formula.EARTH_DM + 2, np.int64)
    limit = max_metres.astype(np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        near = formula.arc_metres(middle) <= limit
        low, high = np.where(near, middle, low), np.where(near, high, middle)
    return high * high
