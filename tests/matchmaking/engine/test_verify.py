"""What is wrong is found: every division that is not stable, and every pair that breaks a rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings

from matchmaking.engine import night, oracle, verify
from matchmaking.engine.instances import generate
from matchmaking.engine.types import Exclusions, Outcome, Pairs, Students
from matchmaking.engine.verify import VerificationError

from .small import Market, markets


def outcome_of(market: Market, match: tuple[int, ...]) -> Outcome:
    """A division with the cut-offs that belong to it."""
    offsets = market.pairs().offsets
    pair = np.array([offsets[i] + market.choice(i, j) if j >= 0 else -1 for i, j in enumerate(match)], np.int64)
    worst: dict[tuple[str, int], list[int]] = {}
    for i, j in enumerate(match):
        if j >= 0:
            worst.setdefault(("v", j), []).append(market.key(i, j))
            worst.setdefault(("p", market.pool_of[j]), []).append(market.key(i, j))
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    cutoff = []
    for j, cap in enumerate(market.caps):
        own, pool = worst.get(("v", j), []), market.pool_of[j]
        shared = worst.get(("p", pool), [])
        if len(own) >= cap:
            cutoff.append(max(own, default=low))
        elif pool >= 0 and len(shared) >= market.pool_caps[pool]:
            cutoff.append(max(shared, default=low))
        else:
            cutoff.append(high)
    return Outcome(np.array(match, np.int32), pair, np.array(cutoff, np.int64))


@settings(deadline=None, max_examples=40)
@given(markets(students=4, vacancies=3))
@example(Market(((0, 1), (0, 1)), ((1, 0), (1, 0)), (1, 1), (0, 0), (2,), (0, 1)))
@example(Market(((0, 1, 2),), ((1, 0, 0),), (1, 0, 1), (0, 0, 0), (2,), (0,)))
def test_accepts_the_stable_divisions_and_no_others(market: Market):
    pairs = market.pairs()
    for match in market.everything():
        outcome = outcome_of(market, match)
        found = verify.division(pairs, outcome, market.rank, None, market.caps, market.pool_of, market.pool_caps)
        sound = market.stable(match) and not market.envied(match) and not market.wasted(match)
        assert (found == []) == sound, found


@pytest.fixture(scope="module")
def made():
    x = generate(600, 220, 4)
    result = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s", engine="numpy")
    return x, result


def check(x, pairs, outcome, rank):
    return verify.violations(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, pairs, outcome, rank)


def test_a_made_night_is_clean(made):
    x, result = made
    assert check(x, result.pairs, result.outcome, result.rank) == []


def test_every_swap_and_every_theft_is_caught(made):
    x, result = made
    rng = np.random.default_rng(1)
    placed = np.flatnonzero(result.outcome.match >= 0)
    caught = 0
    for _ in range(60):
        a, b = rng.choice(placed, 2, replace=False)
        pair = result.outcome.pair.copy()
        rows = [result.pairs.vacancy[result.pairs.row(i)].tolist() for i in (a, b)]
        wanted = [int(result.outcome.match[b]), int(result.outcome.match[a])]
        if wanted[0] == wanted[1] or wanted[0] not in rows[0] or wanted[1] not in rows[1]:
            # They cannot swap: take the place of the first away instead.
            pair[a] = -1
        else:
            for i, row, j in zip((a, b), rows, wanted, strict=True):
                pair[i] = result.pairs.offsets[i] + row.index(j)
        match = np.where(pair >= 0, result.pairs.vacancy[pair], -1).astype(np.int32)
        assert check(x, result.pairs, Outcome(match, pair, result.outcome.cutoff), result.rank)
        caught += 1
    assert caught == 60


def test_wrong_shapes_are_caught(made):
    _, result = made
    good = result.outcome
    x = made[0]
    i = int(np.flatnonzero(good.match >= 0)[0])
    foreign, other = good.pair.copy(), good.match.copy()
    foreign[i] = result.pairs.offsets[i + 1]
    other[i] += 1
    for bad in (
        Outcome(good.match[1:], good.pair, good.cutoff),
        Outcome(good.match, foreign, good.cutoff),
        Outcome(other, good.pair, good.cutoff),
        Outcome(np.full_like(good.match, -1), good.pair, good.cutoff),
    ):
        assert check(x, result.pairs, bad, result.rank)[0].startswith("shape")
    assert check(x, result.pairs, good, np.zeros_like(result.rank))[0].startswith("order")


def test_a_rank_against_the_policy_is_caught(made):
    x, result = made
    turned = x.students.n - 1 - result.rank
    assert verify._order(x.students, x.policy, turned)
    assert verify._order(x.students, x.policy, result.rank) == []


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("crebo", 63, "crebo"), ("leerjaar", 8, "leerjaar"), ("route", 7, "route"), ("days", 64, "days"),
        ("max_metres", 0, "distance"), ("needs", 1 << 31, "needs"), ("wps", (1 << 64) - 1, "werkprocessen"),
        ("hours_min", 168, "hours"), ("end", 3_000_000, "period"),
    ],
)  # fmt: skip
def test_every_rule_is_tested_again(made, column, value, rule):
    x, result = made
    columns = dict(x.students.columns()) | {column: np.full(x.students.n, value, np.uint64)}
    if column == "hours_min":
        columns["hours_max"] = columns["hours_min"]
    changed = Students.of(**columns)
    rows = np.flatnonzero(result.outcome.match >= 0)
    where = result.outcome.match[rows].astype(np.int64)
    found = verify.eligibility(changed, x.vacancies, x.exclusions, x.policy, x.today, rows, where)
    assert any(sentence.startswith(rule) for sentence in found)


def test_deadline_and_refusal_are_tested_again(made):
    x, result = made
    rows = np.flatnonzero(result.outcome.match >= 0)
    where = result.outcome.match[rows].astype(np.int64)
    late = verify.eligibility(x.students, x.vacancies, None, x.policy, x.today + 500, rows, where)
    assert late[0].startswith("deadline")
    out = Exclusions.from_pairs(x.students.n, [(int(rows[0]), int(where[0]))])
    refused = verify.eligibility(x.students, x.vacancies, out, x.policy, x.today, rows, where)
    assert refused == [f"refused: student {rows[0]} got vacancy {where[0]}, which was excluded"]


def test_night_publishes_nothing_when_the_scan_is_wrong(monkeypatch, made):
    x, _ = made
    honest = oracle.find

    def blind(*arguments):
        pairs = honest(*arguments)
        wrong = ((pairs.vacancy + 7) % x.vacancies.n).astype(np.int32)
        return Pairs(pairs.offsets, wrong, pairs.band, pairs.score)

    monkeypatch.setattr(oracle, "find", blind)
    with pytest.raises(VerificationError) as caught:
        night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s", engine="numpy")
    assert caught.value.violations


def test_night_publishes_nothing_when_the_division_is_wrong(monkeypatch, made):
    x, _ = made

    def greedy(pairs, *_):
        """Everybody gets his first choice."""
        return np.where(np.diff(pairs.offsets) > 0, pairs.lo, -1)

    monkeypatch.setattr(oracle, "divide", greedy)
    with pytest.raises(VerificationError, match="capacity"):
        night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "s", engine="numpy")
