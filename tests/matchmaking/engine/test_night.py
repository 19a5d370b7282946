"""A whole night: the same for the same input, whatever computes it; suggestions cost nobody anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matchmaking.engine import extra, night, verify
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


def rows_free_to_lock(x: Instance, made: night.NightResult) -> tuple[int, int]:
    """A student and a vacancy, full for him, at the end of his list."""
    for i in np.flatnonzero(made.outcome.match < 0).tolist():
        part = made.pairs.row(i)
        if part.stop - part.start > 2:
            j = int(made.pairs.vacancy[part.stop - 1])
            if x.vacancies.cap[j] > 0 and x.pools.cap[x.vacancies.pool[j]] > 0:
                return i, j
    raise AssertionError("nobody to lock")


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_locked_pair_is_given_and_the_night_stays_verified(x, engine):
    made = run(x)
    i, j = rows_free_to_lock(x, made)
    locks = np.full(x.students.n, -1)
    locks[i] = j
    locked = run(x, locks=locks, engine=engine)
    assert locked.outcome.match[i] == j
    assert locked.choice()[i] == 1
    assert locked.unmet_locks == ()
    assert (locked.counts["locks"], locked.counts["locks_unmet"]) == (1, 0)
    assert locked.outcome.placed >= made.outcome.placed
    assert locked.input_hash != made.input_hash


def test_lock_goes_before_a_concept_and_a_concept_before_everybody(x):
    made = run(x)
    i, j = rows_free_to_lock(x, made)
    others = [k for k in np.unique(made.pairs.student()[made.pairs.vacancy == j]).tolist() if k != i]
    locks, holder = np.full(x.students.n, -1), np.full(x.students.n, -1)
    locks[i] = j
    holder[others] = j
    result = run(x, locks=locks, holder=holder)
    assert result.outcome.match[i] == j


def test_lock_against_a_rule_or_beyond_the_places_is_reported_and_nothing_else(x):
    made = run(x)
    locks = np.full(x.students.n, -1)
    i = int(np.flatnonzero(np.diff(made.pairs.offsets) > 0)[0])
    locks[i] = int(np.setdiff1d(np.arange(x.vacancies.n), made.pairs.vacancy[made.pairs.row(i)])[0])
    result = run(x, locks=locks)
    assert result.unmet_locks == (i,)
    assert result.outcome.match.tolist() == made.outcome.match.tolist()
    # Everybody eligible is locked to one vacancy: as many as there is room for get it.
    j = int(made.outcome.match[made.outcome.match >= 0][0])
    all_of_them = np.unique(made.pairs.student()[made.pairs.vacancy == j])
    locks = np.full(x.students.n, -1)
    locks[all_of_them] = j
    result = run(x, locks=locks)
    room = min(int(x.vacancies.cap[j]), int(x.pools.cap[x.vacancies.pool[j]]))
    assert (result.outcome.match[all_of_them] == j).sum() == room
    assert len(result.unmet_locks) == len(all_of_them) - room


def test_excluded_pair_is_never_given(x):
    made = run(x)
    i = int(np.flatnonzero(made.outcome.match >= 0)[0])
    j = int(made.outcome.match[i])
    rows = x.exclusions.student().tolist()
    pairs = [*zip(rows, x.exclusions.vacancy.tolist(), strict=True), (i, j)]
    result = run(replace(x, exclusions=Exclusions.from_pairs(x.students.n, pairs)))
    assert j not in result.pairs.vacancy[result.pairs.row(i)]
    locks = np.full(x.students.n, -1)
    locks[i] = j
    excluded = run(replace(x, exclusions=Exclusions.from_pairs(x.students.n, pairs)), locks=locks)
    assert excluded.unmet_locks == (i,)


@pytest.mark.parametrize("name", ["holder", "locks"])
def test_rows_beyond_the_tables_are_refused(x, name):
    with pytest.raises(EngineInputError, match=name):
        run(x, **{name: [0]})
    with pytest.raises(EngineInputError, match=name):
        run(x, **{name: np.full(x.students.n, x.vacancies.n)})


def test_concept_holder_only_moves_up_from_night_to_night(x):
    """Whoever holds a concept keeps it or gets what he ranks higher, whatever came in between."""
    first = run(x)
    rng = np.random.default_rng(1)
    newcomers = rng.random(x.students.n) < 0.3
    holder = np.where(newcomers, -1, first.outcome.match)
    columns = dict(x.students.columns()) | {"rejections": np.where(newcomers, 12, x.students.rejections)}
    second = run(replace(x, students=Students.of(**columns)), holder=holder)
    held = np.flatnonzero(holder >= 0)
    assert (second.outcome.match[held] >= 0).all()
    # The lists did not change: their pairs can be compared by place.
    assert (second.outcome.pair[held] <= first.outcome.pair[held]).all()


def test_other_seed_changes_only_who_wins_a_tie(x):
    same = np.zeros(x.students.n, np.int64)
    ties = replace(x, students=Students.of(**(dict(x.students.columns()) | {"weeks": same, "turns": same})))
    one, two = run(ties, "a"), run(ties, "b")
    assert one.outcome_hash != two.outcome_hash
    tier = -np.minimum(x.students.rejections.astype(np.int64) // 2, 5)
    for made in (one, two):
        in_order = np.argsort(made.rank)
        assert (np.diff(tier[in_order]) >= 0).all()
    # Without ties the seed changes nothing.
    weeks = dict(x.students.columns()) | {"weeks": np.arange(x.students.n)}
    distinct = replace(x, students=Students.of(**weeks))
    assert run(distinct, "a").outcome_hash == run(distinct, "b").outcome_hash


def test_who_was_refused_too_often_is_left_to_a_person(x):
    policy = Policy(hand_over=3)
    made = run(replace(x, policy=policy))
    often = x.students.rejections >= 3
    assert (made.outcome.match[often] < 0).all()
    assert made.counts["handed_over"] == often.sum() > 0
    assert not np.isin(made.suggestions.student, np.flatnonzero(often)).any()
    assert "handed_over" not in run(x).counts
    # And the check notices when they were not left out.
    found = verify.violations(
        x.students, x.vacancies, x.pools, x.exclusions, policy, x.today, run(x).pairs, run(x).outcome, run(x).rank
    )
    assert any(sentence.startswith("handed over") for sentence in found)
