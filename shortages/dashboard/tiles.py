"""A tile map: every area is one tile, near where it really lies, and no two on one spot.

Areas are put on a grid by solving an assignment problem: the sum of the squared distances between where a tile lies and
where its area lies is as small as can be. The same areas always give the same map.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Point = tuple[float, float]
Cell = tuple[int, int]

ROOM = 1.7
"""Cells per area: with more room tiles lie truer, and the map gets holes."""
_LATITUDE = math.radians(52.2)  # the middle of the country


def lay_out(points: Mapping[Key, Point], *, columns: int) -> dict[Key, Cell]:
    """Return (column, row) per area, from 0 at the left top, without empty rows or columns.

    `points` are (latitude, longitude) in degrees. At most `columns` wide. Half of a tile's spot comes from the map and
    half from the order of the areas, so that one area far away does not press the others together.
    """
    keys = sorted(points, key=lambda key: (points[key], str(key)))
    if not keys:
        return {}
    x = _spread([points[key][1] * math.cos(_LATITUDE) for key in keys])
    y = _spread([-points[key][0] for key in keys])
    wide, high = _extent(points)
    aspect = min(max(wide / high, 0.6), 1.8)
    cells = ROOM * len(keys)
    across = min(columns, max(1, round(math.sqrt(cells * aspect))), len(keys))
    down = max(1, math.ceil(cells / across)) if len(keys) > 1 else 1
    spots = [(column, row) for row in range(down) for column in range(across)]
    costs = [
        [(x[i] * (across - 1) - column) ** 2 + (y[i] * (down - 1) - row) ** 2 for column, row in spots]
        for i in range(len(keys))
    ]
    taken = [spots[j] for j in _assign(costs)]
    used_columns = sorted({column for column, _row in taken})
    used_rows = sorted({row for _column, row in taken})
    return {
        key: (used_columns.index(column), used_rows.index(row)) for key, (column, row) in zip(keys, taken, strict=True)
    }


def _extent(points: Mapping[Key, Point]) -> Point:
    latitudes = [latitude for latitude, _longitude in points.values()]
    longitudes = [longitude for _latitude, longitude in points.values()]
    wide = (max(longitudes) - min(longitudes)) * math.cos(_LATITUDE)
    return max(wide, 1e-6), max(max(latitudes) - min(latitudes), 1e-6)


def _spread(values: Sequence[float]) -> list[float]:
    """Return values between 0 and 1: the mean of how far along and how many-eth each one is."""
    low, high = min(values), max(values)
    if high - low < 1e-9:
        return [0.5] * len(values)
    order = {value: place for place, value in enumerate(sorted(set(values)))}
    last = len(order) - 1
    return [((value - low) / (high - low) + order[value] / last) / 2 for value in values]


def _assign(costs: Sequence[Sequence[float]]) -> list[int]:
    """Return a column per row so that the costs are least (the Hungarian method with potentials; rows <= columns)."""
    n, m = len(costs), len(costs[0])
    u, v = [0.0] * (n + 1), [0.0] * (m + 1)
    row_of = [0] * (m + 1)  # 1-based; 0 is free
    for i in range(1, n + 1):
        row_of[0] = i
        least, back, seen = [math.inf] * (m + 1), [0] * (m + 1), [False] * (m + 1)
        j = 0
        while True:
            seen[j] = True
            row, step, following = row_of[j], math.inf, 0
            for k in range(1, m + 1):
                if seen[k]:
                    continue
                reduced = costs[row - 1][k - 1] - u[row] - v[k]
                if reduced < least[k]:
                    least[k], back[k] = reduced, j
                if least[k] < step:
                    step, following = least[k], k
            for k in range(m + 1):
                if seen[k]:
                    u[row_of[k]] += step
                    v[k] -= step
                else:
                    least[k] -= step
            j = following
            if row_of[j] == 0:
                break
        while j:
            row_of[j] = row_of[back[j]]
            j = back[j]
    found = [0] * n
    for j in range(1, m + 1):
        if row_of[j]:
            found[row_of[j] - 1] = j - 1
    return found
