"""A whole night: the same for the same input, whatever computes it; suggestions cost nobody anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matchmaking.engine import extra, night
from matchmaking.engine.instances import Instance, generate
from matchmaking.engine.types import EngineInputError, Exclusions, Pairs, Policy, Students, Vacancies

from .small import Market


def run(x: Instance, seed: str = "season", **options):
    return night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, seed, **options)


@pytest.fixture(scope="module")
def x() -> Instance:
    return generate(500, 200, 2)


def turned(x: Instance, seed: int) -> Instance:
    """The same instance with all rows in another order."""
    rng = np.random.default_rng(seed)
    s, v, p = (rng.permutation(table.n) for table in (x.students, x.vacancies, x.pools))
    new_row = np.argsort(v)
    columns = dict(x.vacancies.take(v).columns()) | {"pool": np.argsort(p)[x.vacancies.pool[v]]}
    out = [(row, int(new_row[j])) for row, i in enumerate(s) for j in x.exclusions.row(int(i))]
    return replace(
        x,
        students=x.students.take(s),
        vacancies=Vacancies.of(**columns),
        pools=x.pools.take(p),
        exclusions=Exclusions.from_pairs(x.students.n, out),
    )


def test_same_hashes_whatever_computes_it_and_in_whatever_order(x):
    first = run(x)
    for other in (run(x), run(x, engine="numpy"), run(turned(x, 1)), run(turned(x, 2), engine="numpy")):
        assert other.input_hash == first.input_hash
        assert other.outcome_hash == first.outcome_hash
    assert first.counts["placed"] > 100


def test_input_hash_notices_every_change(x):
    base = run(x).input_hash
    pinned = np.where(np.arange(x.students.n) == 0, 3, -1)
    hashes = [
        run(x, "other").input_hash,
        run(replace(x, today=x.today + 1)).input_hash,
        run(replace(x, policy=Policy(version="2"))).input_hash,
        run(replace(x, exclusions=Exclusions.none(x.students.n))).input_hash,
        run(x, favourites=Exclusions.from_pairs(x.students.n, [(0, 0)])).input_hash,
        run(x, holder=pinned).input_hash,
    ]
    for table in ("students", "vacancies"):
        columns = dict(getattr(x, table).columns())
        for name in ("uid", "lat", "wps", "days"):
            changed = columns[name].copy()
            changed[0] += 1
            new = type(getattr(x, table)).of(**(columns | {name: changed}))
            hashes.append(run(replace(x, **{table: new})).input_hash)
    assert base not in hashes
    assert len(set(hashes)) == len(hashes)


def test_no_exclusions_and_an_empty_list_are_the_same_input(x):
    arguments = (x.students, x.vacancies, x.pools)
    rest = (x.policy, x.today, "s")
    assert night.input_hash(*arguments, None, *rest) == night.input_hash(*arguments, Exclusions.none(500), *rest)


def test_counts_and_timings(x):
    result = run(x)
    assert result.counts["placed"] + result.counts["unplaced"] == x.students.n
    assert result.counts["pairs"] == len(result.pairs)
    assert result.counts["first_choice"] == int((result.choice() == 1).sum())
    assert set(result.timings) == {"hash", "candidates", "order", "allocate", "verify", "extra", "total"}


def test_nobody_waits_behind_a_later_one_in_the_same_band(x):
    """At one vacancy and band nobody with fewer turns, or as many turns and more refusals, waits behind another."""
    result = run(x)
    pairs, match = result.pairs, result.outcome.match
    band = np.where(result.band_override[pairs.student()], 0, pairs.band)
    standing = list(
        zip(
            np.minimum(x.students.turns, 5).tolist(),
            (-(np.minimum(x.students.rejections // 2, 5))).tolist(),
            strict=True,
        )
    )
    got: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i in np.flatnonzero(match >= 0):
        e = result.outcome.pair[i]
        got.setdefault((int(match[i]), int(band[e])), []).append(standing[i])
    for i in np.flatnonzero(match < 0):
        part = pairs.row(int(i))
        for e in range(part.start, part.stop):
            for other in got.get((int(pairs.vacancy[e]), int(band[e])), []):
                assert other <= standing[i]


def test_pinned_capacity_is_respected(x):
    first = run(x)
    i = int(np.flatnonzero(first.outcome.match >= 0)[0])
    j = int(first.outcome.match[i])
    cap, pool_cap = x.vacancies.cap.copy(), x.pools.cap.copy()
    cap[j] -= 1
    pool_cap[x.vacancies.pool[j]] -= 1
    rest = np.delete(np.arange(x.students.n), i)
    out = [(row, int(v)) for row, s in enumerate(rest) for v in x.exclusions.row(int(s))]
    second = run(
        replace(
            x,
            students=x.students.take(rest),
            vacancies=Vacancies.of(**(dict(x.vacancies.columns()) | {"cap": cap})),
            pools=type(x.pools).of(uid=x.pools.uid, cap=pool_cap),
            exclusions=Exclusions.from_pairs(len(rest), out),
        )
    )
    load = np.bincount(second.outcome.match[second.outcome.match >= 0], minlength=x.vacancies.n)
    assert load[j] <= cap[j]


def test_student_far_away_changes_nothing(x):
    one = run(x)
    columns = {name: np.append(column, column[0]) for name, column in x.students.columns()}
    columns["uid"][-1], columns["lat"][-1], columns["lon"][-1] = 42, -40, 170
    more = replace(
        x,
        students=Students.of(**columns),
        exclusions=Exclusions(np.append(x.exclusions.offsets, x.exclusions.offsets[-1]), x.exclusions.vacancy),
    )
    assert run(more).outcome.match.tolist() == [*one.outcome.match.tolist(), -1]


def test_suggestions_take_only_what_is_left(x):
    result = run(x)
    left, room = extra.remaining(result.outcome, x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    assert (left >= 0).all()
    assert (room >= 0).all()
    more = result.suggestions
    assert len(more) > 0
    assert (np.bincount(more.vacancy, minlength=x.vacancies.n) <= left).all()
    assert (np.bincount(x.vacancies.pool[more.vacancy], minlength=x.pools.n) <= room).all()
    assert np.bincount(more.student).max() <= 2
    assert (result.pairs.vacancy[more.pair] == more.vacancy).all()
    assert (more.vacancy != result.outcome.match[more.student]).all()
    assert len(set(zip(more.student.tolist(), more.vacancy.tolist(), strict=True))) == len(more)


def test_suggestions_go_round():
    market = Market(((0, 1, 2), (0, 1, 2)), ((0, 0, 0), (0, 0, 0)), (2, 1, 3), (-1, -1, 0), (2,), (1, 0))
    outcome = market.solve()
    left, room = extra.remaining(outcome, market.caps, market.pool_of, market.pool_caps)
    more = extra.suggest(market.pairs(), outcome, market.rank, left, market.pool_of, room)
    # Student 1 goes first and gets vacancy 1; then student 0 vacancy 2; then student 1 vacancy 2 as well.
    assert list(zip(more.student.tolist(), more.vacancy.tolist(), strict=True)) == [(1, 1), (0, 2), (1, 2)]


def test_no_students_no_vacancies(x):
    nobody = replace(x, students=Students.empty(), exclusions=Exclusions.none(0))
    assert run(nobody).counts["placed"] == 0
    nothing = replace(x, vacancies=Vacancies.empty(), exclusions=Exclusions.none(x.students.n))
    assert run(nothing).counts["unplaced"] == x.students.n
    assert len(run(nothing).suggestions) == 0


def test_unknown_pool_is_refused(x):
    with pytest.raises(EngineInputError, match=r"Vacancies\.pool"):
        run(replace(x, pools=type(x.pools).empty()))


def test_pairs_know_their_students():
    pairs = Pairs.from_lists([[3, 1], [], [2]])
    assert pairs.student().tolist() == [0, 0, 2]
    assert (pairs.lo.tolist(), pairs.hi.tolist()) == ([0, 2, 2], [2, 2, 3])
