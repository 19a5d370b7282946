"""Every eligible pair and no other, in the right order, whatever computes it."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaking.engine import candidates, compiled, score, types
from matchmaking.engine.instances import TODAY, generate
from matchmaking.engine.types import (
    DAY_MAX,
    DISTANCE_MAX,
    EngineInputError,
    Exclusions,
    Favourites,
    Pairs,
    Policy,
    Students,
    Vacancies,
)

from .small import slow_pair, wild_students, wild_vacancies

ENGINES = ("numba", "numpy")
POLICIES = (
    Policy(),
    Policy(band_good=700, band_fair=100, werkprocessen_percent=30, period_percent=0, werkveld=0, days=37),
)


def same(a: Pairs, b: Pairs) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("offsets", "vacancy", "band", "score"))


def slow_lists(
    s: Students, v: Vacancies, out: Exclusions, top: Favourites, policy: Policy
) -> list[set[tuple[int, int, int]]]:
    found = []
    for i in range(s.n):
        row = set()
        for j in range(v.n):
            pair = slow_pair(s, i, v, j, policy, TODAY)
            if pair is not None and j not in out.row(i):
                row.add((j, *pair))
        found.append(row)
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("policy", POLICIES, ids=("published", "other"))
def test_all_eligible_pairs_and_no_others(engine, seed, policy):
    rng = np.random.default_rng(seed)
    students, vacancies = wild_students(rng, 300), wild_vacancies(rng, 120)
    out = Exclusions.from_pairs(300, [(int(a), int(b)) for a, b in rng.integers(0, 120, (3_000, 2))])
    top = Favourites.from_pairs(300, [(int(a), int(b)) for a, b in rng.integers(0, 120, (3_000, 2))])
    pairs = candidates.find(students, vacancies, out, policy, TODAY, favourites=top, engine=engine)
    expected = slow_lists(students, vacancies, out, top, policy)
    assert len(pairs) > 300
    for i, row in enumerate(expected):
        part = pairs.row(i)
        listed = list(zip(*(c[part].tolist() for c in (pairs.vacancy, pairs.score, pairs.band)), strict=True))
        assert len(listed) == len(row)
        assert set(listed) == row
        order = [(j not in top.row(i), -points) for j, points, _ in listed]
        assert order == sorted(order)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_compiled_scan_equals_numpy_on_dutch_instances(seed):
    x = generate(1_200, 500, seed)
    arguments = (x.students, x.vacancies, x.exclusions, x.policy, x.today)
    assert same(candidates.find(*arguments, engine="numba"), candidates.find(*arguments, engine="numpy"))


def test_compiled_scan_equals_numpy_all_over_the_world():
    rng = np.random.default_rng(5)
    far = {"lat": np.append(rng.uniform(-90, 90, 396), [90, -90, 89.99, 0]), "lon": rng.uniform(-180, 180, 400)}
    limits = rng.choice([50_000, 3_000_000, 15_000_000, DISTANCE_MAX], 400)
    students = wild_students(rng, 400, max_metres=limits, lat=far["lat"], lon=far["lon"])
    vacancies = wild_vacancies(rng, 400, lat=far["lat"][::-1], lon=rng.choice([-180, 180, 179.9, 0, 5], 400))
    arguments = (students, vacancies, None, Policy(), TODAY)
    found = candidates.find(*arguments, engine="numba")
    assert len(found) > 1_000
    assert same(found, candidates.find(*arguments, engine="numpy"))


@pytest.mark.parametrize(("threads", "chunk"), [(1, 1024), (3, 7), (2, 1), (2, 100_000)])
def test_threads_and_pieces_do_not_matter(threads, chunk):
    x = generate(400, 150)
    whole = candidates.find(x.students, x.vacancies, x.exclusions, x.policy, x.today, engine="numba")
    arguments = (x.students, x.vacancies, x.exclusions, x.policy, x.today)
    assert same(whole, compiled.find(*arguments, threads=threads, chunk=chunk))


@pytest.mark.parametrize("keys", [1, 500, 20_000])
def test_how_many_pairs_are_kept_together_does_not_matter(keys, monkeypatch):
    x = generate(400, 150)
    arguments = (x.students, x.vacancies, x.exclusions, x.policy, x.today)
    whole = compiled.find(*arguments)
    monkeypatch.setattr(compiled, "_BLOCK", keys)
    assert same(whole, compiled.find(*arguments, chunk=30))


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_blocks_are_all_students_once_and_bare_pairs_are_the_same_pairs(size, monkeypatch):
    monkeypatch.setattr(types, "PAIRS_AT_ONCE", size)
    pairs = Pairs.from_lists([[], [1, 2, 3], [], [0] * 9, [2], []])
    blocks = list(pairs.blocks())
    assert [i for first, last in blocks for i in range(first, last)] == list(range(6))
    assert all(pairs.offsets[last] - pairs.offsets[first] <= size or last == first + 1 for first, last in blocks)
    bare = pairs.bare().take([3, 1])
    assert bare.vacancy.tolist() == [0] * 9 + [1, 2, 3]
    assert not bare.band.any()
    assert list(Pairs.from_lists([]).blocks()) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_row_order_does_not_matter(engine):
    x = generate(300, 120)
    rng = np.random.default_rng(6)
    s_rows, v_rows = rng.permutation(300), rng.permutation(120)
    students, vacancies = x.students.take(s_rows), x.vacancies.take(v_rows)
    back = np.argsort(v_rows)
    pairs = candidates.find(x.students, x.vacancies, None, x.policy, x.today, engine=engine)
    turned = candidates.find(students, vacancies, None, x.policy, x.today, engine=engine)
    for row, i in enumerate(s_rows):
        assert back[pairs.vacancy[pairs.row(i)]].tolist() == turned.vacancy[turned.row(row)].tolist()


@pytest.mark.parametrize("engine", ENGINES)
def test_listed_score_is_the_sum_of_its_parts(engine):
    x = generate(300, 120)
    pairs = candidates.find(x.students, x.vacancies, x.exclusions, x.policy, x.today, engine=engine)
    parts = score.parts(x.students, pairs.student(), x.vacancies, pairs.vacancy, x.policy)
    total = parts.distance + parts.doelgroep + parts.werkprocessen + parts.days
    assert (total == pairs.score).all()
    assert (parts.band == pairs.band).all()
    assert int(pairs.score.max()) <= 1000


@pytest.mark.parametrize("engine", ENGINES)
def test_band_ignores_wishes_and_stated_limits(engine):
    x = generate(200, 80)
    columns = dict(x.students.columns())
    other = Students.of(
        **(columns | {"groups": np.full(200, 1), "fields": np.full(200, 1), "max_metres": np.full(200, 90_000)})
    )
    one = candidates.find(x.students, x.vacancies, None, x.policy, x.today, engine=engine)
    two = candidates.find(other, x.vacancies, None, x.policy, x.today, engine=engine)
    for i in range(200):
        bands = dict(zip(two.vacancy[two.row(i)].tolist(), two.band[two.row(i)].tolist(), strict=True))
        for j, band in zip(one.vacancy[one.row(i)].tolist(), one.band[one.row(i)].tolist(), strict=True):
            assert bands[j] == band


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_and_nothing(engine):
    x = generate(20, 10)
    empty = candidates.find(Students.empty(), x.vacancies, None, x.policy, x.today, engine=engine)
    assert (empty.n_students, len(empty)) == (0, 0)
    nothing = candidates.find(x.students, Vacancies.empty(), None, x.policy, x.today, engine=engine)
    assert nothing.offsets.tolist() == [0] * 21
    late = candidates.find(x.students, x.vacancies, None, x.policy, DAY_MAX, engine=engine)
    assert len(late) == 0


def test_lists_of_another_table_are_refused():
    x = generate(20, 10)
    with pytest.raises(EngineInputError, match="3 students where 20"):
        candidates.find(x.students, x.vacancies, Exclusions.none(3), x.policy, x.today)
    with pytest.raises(EngineInputError, match="beyond 9"):
        candidates.find(x.students, x.vacancies, Exclusions.from_pairs(20, [(0, 10)]), x.policy, x.today)


def test_a_million_pairs_for_one_student():
    n = 1 << 20
    rng = np.random.default_rng(8)
    same_for_all = {
        "crebo": [1], "leerjaar": [1], "route": [0], "days": [31], "needs": [0], "has": [0], "hours_min": [0],
        "hours_max": [40], "start": [TODAY], "end": [TODAY + 9], "max_metres": [DISTANCE_MAX], "wps": [3],
    }  # fmt: skip
    student = wild_students(rng, 1, **same_for_all)
    one = wild_vacancies(rng, 1)
    columns = {name: np.repeat(column, n) for name, column in one.columns()} | {
        "uid": np.arange(n), "crebos": np.full(n, 2), "leerjaren": np.full(n, 1), "routes": np.full(n, 1),
        "days": np.full(n, 31), "needs": np.zeros(n, int), "hours_min": np.zeros(n, int), "deadline": np.full(n, TODAY),
        "start": np.full(n, TODAY), "end": np.full(n, TODAY + 9), "wps": np.full(n, 3), "hours_max": np.full(n, 40),
    }  # fmt: skip
    pairs = candidates.find(student, Vacancies.of(**columns), None, Policy(), TODAY, engine="numba")
    assert len(pairs) == n
    # All scores are equal: the hash alone orders them, and every vacancy is there once.
    assert len(np.unique(pairs.score)) == 1
    assert (np.bincount(pairs.vacancy) == 1).all()
    assert (np.diff(pairs.vacancy) < 0).any()
