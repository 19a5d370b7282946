"""One order for everybody: facts first, then a lot that nobody can bend."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaking.engine import order
from matchmaking.engine.types import Policy

from .small import wild_students


@pytest.fixture
def students():
    return wild_students(np.random.default_rng(1), 400)


def by_place(rank: np.ndarray) -> np.ndarray:
    return np.argsort(rank)


@pytest.mark.parametrize("which", ["turn", "equity"])
def test_facts_decide_before_the_lot(students, which):
    policy = Policy(order=which)
    row = by_place(order.rank(students, policy, "2026"))
    turn = np.minimum(students.turns[row].astype(int), 5)
    tier = -np.minimum(students.rejections[row].astype(int) // 2, 5)
    history = (turn, tier) if which == "turn" else (tier, turn)
    standing = list(zip(*(c.tolist() for c in (*history, -students.weeks[row].astype(int))), strict=True))
    assert standing == sorted(standing)


def test_rank_is_a_permutation_that_follows_the_student(students):
    rows = np.random.default_rng(2).permutation(students.n)
    one, two = order.rank(students, Policy(), 7), order.rank(students.take(rows), Policy(), 7)
    assert sorted(one) == list(range(students.n))
    assert (one[rows] == two).all()


def test_another_seed_changes_only_ties(students):
    one, two = (by_place(order.rank(students, Policy(), seed)) for seed in ("a", "b"))
    assert (one != two).any()
    for column in (np.minimum(students.turns, 5), np.minimum(students.rejections // 2, 5), students.weeks):
        assert (column[one] == column[two]).all()


def test_one_student_less_leaves_the_others_in_order(students):
    whole = order.rank(students, Policy(), 7)
    without = order.rank(students.take(np.arange(1, students.n)), Policy(), 7)
    assert (np.argsort(whole[1:]) == np.argsort(without)).all()


def test_lots_are_even():
    lots = order.lottery(np.arange(20_000, dtype=np.uint64), "season")
    halves = (lots >> np.uint64(63)).astype(int)
    assert abs(halves.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(lots[:-1].astype(float), lots[1:].astype(float))[0, 1]) < 0.03
    assert abs(np.corrcoef(lots.astype(float), np.arange(20_000))[0, 1]) < 0.03


def test_hard_cases(students):
    assert (order.hard_cases(students, Policy()) == (students.rejections >= 10)).all()
    assert not order.hard_cases(students, Policy(hard_case=0)).any()
