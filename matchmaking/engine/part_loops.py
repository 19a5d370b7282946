"""Which students, vacancies and pools hang together, and so have to be divided together (`shards`).

Plain Python that numba compiles as it stands and that also runs without. Signed whole numbers only.
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32


def connect(offsets: I64, vacancy: I32, pool_of: I64, pools: int) -> I64:
    """A number per student, vacancy and pool (in that order): equal for those that pairs and pools connect."""
    n, m = len(offsets) - 1, len(pool_of)
    parent = np.arange(n + m + pools)
    for e_owner in range(n + m):
        low, high = (offsets[e_owner], offsets[e_owner + 1]) if e_owner < n else (0, 1)
        for e in range(low, high):
            if e_owner < n:
                other = n + np.int64(vacancy[e])
            else:
                if pool_of[e_owner - n] < 0:
                    continue
                other = n + m + pool_of[e_owner - n]
            a, b = e_owner, other
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            # The lowest number leads, so that the answer does not depend on the order of the pairs.
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for k in range(n + m + pools):
        root = k
        while parent[root] != root:
            root = parent[root]
        parent[k] = root
    return parent


def connect_squares(
    groups: I64,
    member: I64,
    reach: I64,
    squares: I64,
    first: I64,
    entry: I64,
    row: I64,
    pool_of: I64,
    pools: int,
    size: int,
) -> I64:
    """As `connect`, but by squares on the map: a student of group g might reach every square within `reach[g]`.

    `groups` and `squares` are (opleiding, column, row) of squares with students and with vacancies, sorted; `member`
    is the group per student; `first` is where the squares of each opleiding begin; `entry` is the square of each
    accepted (vacancy, opleiding), `row` its vacancy.
    """
    n, m = len(member), len(pool_of)
    low = n + m + pools
    parent = np.arange(low + len(groups) + len(squares))
    edges = np.empty((n + len(row) + m, 2), np.int64)
    for i in range(n):
        edges[i, 0], edges[i, 1] = i, low + member[i]
    for e in range(len(row)):
        edges[n + e, 0], edges[n + e, 1] = n + row[e], low + len(groups) + entry[e]
    for j in range(m):
        edges[n + len(row) + j, 0] = n + j
        edges[n + len(row) + j, 1] = n + m + pool_of[j] if pool_of[j] >= 0 else n + j
    for k in range(len(edges) + len(groups)):
        start, stop = 0, 1
        if k >= len(edges):
            g = k - len(edges)
            start, stop = first[groups[g, 0]], first[groups[g, 0] + 1]
        for q in range(start, stop):
            if k < len(edges):
                a, b = edges[k, 0], edges[k, 1]
            else:
                g = k - len(edges)
                # The least that the two squares can lie apart.
                dy = max(0, abs(groups[g, 1] - squares[q, 1]) - 1) * size
                dz = max(0, abs(groups[g, 2] - squares[q, 2]) - 1) * size
                if dy * dy + dz * dz > reach[g] * reach[g]:
                    continue
                a, b = low + g, low + len(groups) + q
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for k in range(low):
        root = k
        while parent[root] != root:
            root = parent[root]
        parent[k] = root
    return parent[:low]
