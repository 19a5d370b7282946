"""Somebody who wants to know about fewer than five students, with pencil, paper and a linear programming solver.

The attacker knows nothing of our code: only true sentences about counts ('these groups together are between 5 and 9 on
night 3'), whatever they come from, and what follows from all of them together. A linear programme gives the smallest
and largest value that any group can have; counts are whole, so these are rounded inwards.
"""

import math
from collections.abc import Hashable, Iterable, Mapping

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix

Name = Hashable
SLACK = 1e-6
FEW = 5


class Attacker:
    """Collects sentences and works out what they say about a group."""

    def __init__(self) -> None:
        self._numbers: dict[Name, int] = {}
        self._bounds: list[tuple[float, float]] = []
        self._rows: list[tuple[dict[int, float], float]] = []  # sum of coefficient * unknown <= limit
        self._written: csr_matrix | None = None

    def unknown(self, name: Name, low: float = 0, high: float = math.inf) -> int:
        """Return the number of an unknown; a count is never negative."""
        if name not in self._numbers:
            self._numbers[name] = len(self._bounds)
            self._bounds.append((low, high))
        return self._numbers[name]

    def hear(self, terms: Mapping[Name, float], low: float = -math.inf, high: float = math.inf) -> None:
        """Take in one true sentence: the weighted sum of these unknowns lies between `low` and `high`."""
        self._written = None
        row = {self.unknown(name): weight for name, weight in terms.items()}
        if high < math.inf:
            self._rows.append((row, high))
        if low > -math.inf:
            self._rows.append(({number: -weight for number, weight in row.items()}, -low))

    def range_of(self, group: Iterable[Name]) -> tuple[int, int | float]:
        """Return the smallest and largest number of students this group can have, given every sentence."""
        goal = np.zeros(len(self._bounds))
        for name in group:
            goal[self.unknown(name)] = 1
        low, high = self._solve(goal), self._solve(-goal)
        return max(0, math.ceil(low - SLACK)), math.inf if high is None else math.floor(-high + SLACK)

    def _solve(self, goal: np.ndarray) -> float | None:
        if self._written is None:
            entries = [(line, n, w) for line, (row, _limit) in enumerate(self._rows) for n, w in row.items()]
            lines, columns, weights = zip(*entries, strict=True)
            self._written = coo_matrix((weights, (lines, columns)), shape=(len(self._rows), len(self._bounds))).tocsr()
        limits = [limit for _row, limit in self._rows]
        answer = linprog(goal, self._written, limits, bounds=self._bounds, method="highs")
        assert answer.status in (0, 3), f"the attacker was told something untrue: {answer.message}"
        return None if answer.status == 3 else float(answer.fun)


def is_pinned(low: float, high: float) -> bool:
    """Tell whether this is knowledge of a count under five: the number itself, or that somebody is there and few are."""
    return (low >= 1 and high < FEW) or (low == high and high < FEW)
