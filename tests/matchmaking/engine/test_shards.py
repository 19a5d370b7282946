"""Parts of the country that share no pair and no team can be divided apart: together the same division."""

from __future__ import annotations

import numpy as np

from matchmaking.engine import night
from matchmaking.engine.instances import generate
from matchmaking.engine.types import Exclusions, Policy, Pools, Vacancies


def components(n: int, edges: list[tuple[int, int]]) -> np.ndarray:
    """A number per node, equal for nodes that are connected."""
    parent = list(range(n))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for a, b in edges:
        parent[root(a)] = root(b)
    return np.array([root(k) for k in range(n)])


def test_connected_parts_apart_give_the_same_division():
    x = generate(500, 90, 7)
    whole = night.run(x.students, x.vacancies, x.pools, x.exclusions, Policy(), x.today, "s")
    students, vacancies, pairs = x.students.n, x.vacancies.n, whole.pairs
    part = components(
        students + vacancies + x.pools.n,
        [
            *zip(pairs.student().tolist(), (students + pairs.vacancy).tolist(), strict=True),
            *((students + j, students + vacancies + int(p)) for j, p in enumerate(x.vacancies.pool)),
        ],
    )
    together = np.full(students, -1)
    used = np.unique(part[:students])
    assert len(used) > 5
    for number in used:
        s, v, p = (
            np.flatnonzero(part[low:high] == number)
            for low, high in (
                (0, students), (students, students + vacancies), (students + vacancies, len(part)),
            )
        )  # fmt: skip
        place = {int(j): row for row, j in enumerate(v)}
        out = [(row, place[int(j)]) for row, i in enumerate(s) for j in x.exclusions.row(int(i)) if int(j) in place]
        columns = dict(x.vacancies.take(v).columns()) | {"pool": np.searchsorted(p, x.vacancies.pool[v])}
        pools = x.pools.take(p) if len(p) else Pools.empty()
        alone = night.run(
            x.students.take(s),
            Vacancies.of(**columns),
            pools,
            Exclusions.from_pairs(len(s), out),
            Policy(),
            x.today,
            "s",
        )
        for i, j in zip(s, alone.outcome.match, strict=True):
            together[i] = v[j] if j >= 0 else -1
    assert together.tolist() == whole.outcome.match.tolist()
