"""Parts of the country that share no pair and no team can be divided apart: together the same division."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from matchmaking.engine import night, shards, verify, whatif
from matchmaking.engine.instances import generate
from matchmaking.engine.types import EngineInputError, Exclusions, Vacancies

ENGINES = ("numba", "numpy")


def case_of(x, **changes) -> whatif.Case:
    return replace(
        whatif.Case(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s"),
        **changes,
    )


def islands(students: int = 900, vacancies: int = 260) -> whatif.Case:
    """An instance in which every vacancy accepts one opleiding, as in most of the mbo: so it falls apart."""
    x = generate(students, vacancies, 7)
    lowest = x.vacancies.crebos & (~x.vacancies.crebos + np.uint64(1))
    number = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64)
    pool = number * x.pools.n // 8 + x.vacancies.pool % (x.pools.n // 8)
    return case_of(x, vacancies=Vacancies.of(**(dict(x.vacancies.columns()) | {"crebos": lowest, "pool": pool})))


def whole(case: whatif.Case, **options) -> night.NightResult:
    return night.run(
        case.students, case.vacancies, case.pools, case.exclusions, case.policy, case.today, case.season_seed, **options
    )


def apart(case: whatif.Case, labels, parts: int, engine: str = "numba") -> tuple[shards.Merged, list[shards.Shard]]:
    plan = shards.plan(labels, parts)
    answers = [shards.solve(shards.take(case, shard), engine=engine) for shard in plan]  # type: ignore[arg-type]
    return shards.merge(case.students, case.vacancies, case.policy, case.season_seed, plan, answers), plan


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("parts", [1, 3, 50])
def test_connected_parts_apart_give_the_same_division(parts, engine):
    case = islands()
    one = whole(case)
    labels = shards.components(one.pairs, case.vacancies.pool, case.pools.n, engine=engine)
    together, plan = apart(case, labels, parts, engine)
    assert len(plan) > 1 or parts == 1
    assert together.outcome.match.tolist() == one.outcome.match.tolist()
    assert together.outcome.cutoff.tolist() == one.outcome.cutoff.tolist()
    assert (together.outcome.pair + 1).tolist() == one.choice().tolist()
    assert together.suggestions.student.tolist() == one.suggestions.student.tolist()
    assert together.suggestions.vacancy.tolist() == one.suggestions.vacancy.tolist()
    assert together.outcome_hash == one.outcome_hash
    for name in ("students", "vacancies", "places", "pairs", "placed", "unplaced", "first_choice", "suggestions"):
        assert together.counts[name] == one.counts[name]


@pytest.mark.parametrize("engine", ENGINES)
def test_parts_from_the_map_alone_never_cut_a_pair(engine):
    case = islands()
    one = whole(case)
    labels = shards.reachable(case.students, case.vacancies, case.pools.n, case.today, engine=engine)
    s, v, p = labels
    assert (s[one.pairs.student()] == v[one.pairs.vacancy]).all()
    pooled = case.vacancies.pool >= 0
    assert (v[pooled] == p[case.vacancies.pool[pooled]]).all()
    exact = shards.components(one.pairs, case.vacancies.pool, case.pools.n, engine=engine)
    assert len(np.unique(np.concatenate(labels))) <= len(np.unique(np.concatenate(exact)))
    together, plan = apart(case, labels, 4)
    assert len(plan) > 1
    assert together.outcome_hash == one.outcome_hash


def test_exclusions_pinned_concepts_and_locks_go_along():
    case = islands(300, 90)
    one = whole(case)
    labels = shards.reachable(case.students, case.vacancies, case.pools.n, case.today)
    plan = shards.plan(labels, 3)
    holder = np.full(case.students.n, -1)
    listed = np.flatnonzero(np.diff(one.pairs.offsets) > 1)[:20]
    holder[listed] = one.pairs.vacancy[one.pairs.offsets[listed] + 1]
    expected = whole(case, holder=holder)
    answers = []
    for shard in plan:
        row = np.full(case.vacancies.n, -1)
        row[shard.vacancies] = np.arange(len(shard.vacancies))
        mine = holder[shard.students]
        answers.append(shards.solve(shards.take(case, shard), holder=np.where(mine >= 0, row[mine], -1)))
    merged = shards.merge(case.students, case.vacancies, case.policy, case.season_seed, plan, answers)
    assert merged.outcome.match.tolist() == expected.outcome.match.tolist()
    assert merged.outcome.cutoff.tolist() == expected.outcome.cutoff.tolist()


def test_workers_in_other_processes_give_the_same():
    case = islands(400, 120)
    labels = shards.reachable(case.students, case.vacancies, case.pools.n, case.today)
    plan = shards.plan(labels, 2)
    # Fresh processes, as workers are: nothing is shared but what `take` gives.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        answers = list(pool.map(shards.solve, [shards.take(case, shard) for shard in plan]))
    merged = shards.merge(case.students, case.vacancies, case.policy, case.season_seed, plan, answers)
    assert merged.outcome_hash == whole(case).outcome_hash


def test_merged_division_is_verified_as_a_whole():
    case = islands()
    one = whole(case)
    labels = shards.reachable(case.students, case.vacancies, case.pools.n, case.today)
    together, _ = apart(case, labels, 4)
    place = together.outcome.pair
    pair = np.where(place >= 0, one.pairs.lo + place, -1)
    outcome = replace(together.outcome, pair=pair)
    assert (
        verify.violations(
            case.students, case.vacancies, case.pools, case.exclusions, case.policy, case.today, one.pairs, outcome,
            one.rank,
        )
        == []
    )  # fmt: skip


def test_a_pool_may_not_be_cut():
    case = islands(200, 60)
    with pytest.raises(EngineInputError, match="pool"):
        shards.take(case, shards.Shard(np.arange(200), np.arange(60), np.zeros(0, np.int64)))
    with pytest.raises(EngineInputError):
        shards.plan((np.zeros(1), np.zeros(1), np.zeros(1)), 0)


def test_nobody_and_nothing():
    case = islands(200, 60)
    for engine in ENGINES:
        empty = case_of(generate(0, 5), exclusions=Exclusions.none(0))
        labels = shards.reachable(empty.students, empty.vacancies, empty.pools.n, empty.today, engine=engine)
        merged, plan = apart(empty, labels, 2)
        assert plan == []
        assert merged.counts["placed"] == 0
    nothing = replace(case, vacancies=Vacancies.empty(), exclusions=None)
    labels = shards.reachable(nothing.students, nothing.vacancies, nothing.pools.n, nothing.today)
    assert apart(nothing, labels, 2)[0].counts["unplaced"] == 200
