"""Against implementations that share nothing with ours: published solvers, and their recorded answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from matchmaking.engine import night, solve, structural
from matchmaking.engine.instances import generate

from .small import Market, markets

RECORDED = json.loads((Path(__file__).parent / "recorded_divisions.json").read_text(encoding="utf-8"))


def most_by_flow(pairs, caps, pool_of, pool_caps) -> int:
    """Students, vacancies and pools as a network: what flows from source to sink is the most that can be placed."""
    n, m, pools = pairs.n_students, len(caps), len(pool_caps)
    source, sink = n + m + pools, n + m + pools + 1
    out_of = np.where(np.asarray(pool_of) >= 0, n + m + np.asarray(pool_of), sink)
    head = np.concatenate((np.full(n, source), pairs.student(), n + np.arange(m), n + m + np.arange(pools)))
    tail = np.concatenate((np.arange(n), n + pairs.vacancy, out_of, np.full(pools, sink)))
    room = np.concatenate((np.ones(n + len(pairs), np.int64), caps, pool_caps))
    network = csr_matrix((room.astype(np.int32), (head, tail)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(network, source, sink, method="dinic").flow_value)


@settings(deadline=None, max_examples=150)
@given(markets(students=9, vacancies=6))
def test_maximum_placement_equals_maximum_flow_on_small_markets(market: Market):
    arguments = (market.pairs(), market.caps, market.pool_of, market.pool_caps)
    assert structural.analyse(*arguments).max_placement == most_by_flow(*arguments)


@pytest.mark.parametrize(("students", "vacancies", "seed"), [(500, 200, 1), (2_000, 900, 2), (5_000, 2_000, 3)])
def test_maximum_placement_equals_maximum_flow_on_dutch_instances(students, vacancies, seed):
    x = generate(students, vacancies, seed)
    made = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s")
    arguments = (made.pairs, x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    assert structural.analyse(*arguments, start=made.outcome.pair).max_placement == most_by_flow(*arguments)


@pytest.mark.parametrize("record", RECORDED, ids=[record["name"] for record in RECORDED])
@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_division_equals_that_of_a_published_solver(record, engine):
    """`HospitalResident` (no teams) and `StudentAllocation` (teams with one order) of the package `matching`, whose
    answers were recorded by `bin/bench engine --record`: best for students, so there is only one right answer."""
    answer = solve.solve(record["instance"], engine=engine)
    assert answer["matching"] == record["matching"]
    assert answer["verified"]
