"""Tables refuse what they cannot hold, and say where."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaking.engine.instances import generate
from matchmaking.engine.types import EngineInputError, Exclusions, Policy, Pools, Students

from .small import wild_students


def columns(n: int = 3) -> dict[str, np.ndarray]:
    return dict(wild_students(np.random.default_rng(1), n).columns())


def test_columns_are_converted_and_read_only():
    students = Students.of(**columns())
    assert students.leerjaar.dtype == np.uint8
    assert students.uid.dtype == np.uint64
    with pytest.raises(ValueError, match="read-only"):
        students.turns[0] = 4


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("leerjaar", [1, 9, 1], "Students.leerjaar: row 1 has"),
        ("crebo", [0, 1, 64], "Students.crebo: row 2 has"),
        ("turns", [0, -1, 0], "Students.turns: row 1 has"),
        ("uid", [-1, 2, 3], "Students.uid: row 0 has"),
        ("uid", [7, 2, 7], "the same value twice"),
        ("days", [1, 2], "2 rows where 3 were expected"),
        ("days", [1.5, 2, 3], "expected whole numbers"),
        ("lat", [float("nan"), 2, 3], "Students.lat: row 0 has"),
        ("lat", [91, 2, 3], "allowed -90 to 90"),
        ("needs", [1 << 32, 0, 0], "Students.needs: row 0 has"),
        ("start", [4_000_000] * 3, "start after end"),
        ("max_metres", [[1, 2, 3]], "expected one dimension"),
    ],
)
def test_wrong_column_names_the_column_and_row(name, value, message):
    with pytest.raises(EngineInputError, match=message):
        Students.of(**(columns() | {name: value}))


def test_take_keeps_rows_together():
    students = Students.of(**columns())
    assert students.take([2, 0]).uid.tolist() == students.uid[[2, 0]].tolist()
    assert students.take([]).n == 0


def test_lists_from_pairs_are_sorted_and_unique():
    lists = Exclusions.from_pairs(3, [(2, 5), (0, 1), (2, 3), (2, 5)])
    assert [lists.row(i).tolist() for i in range(3)] == [[1], [], [3, 5]]
    assert lists.student().tolist() == [0, 2, 2]
    with pytest.raises(EngineInputError, match="out of range"):
        Exclusions.from_pairs(2, [(2, 0)])
    with pytest.raises(EngineInputError, match="offsets"):
        Exclusions([0, 2], [1])


@pytest.mark.parametrize(
    "wrong",
    [{"distance": 500}, {"werkveld": 300}, {"near_metres": 50_000}, {"order": "luck"}, {"nonsense": 1}, {"days": -1}],
)
def test_policy_refuses_what_makes_no_sense(wrong):
    with pytest.raises(EngineInputError):
        Policy.from_dict(wrong)


def test_policy_survives_storage():
    policy = Policy(version="2", order="equity")
    assert Policy.from_dict(policy.as_dict()) == policy


def test_instances_are_the_same_for_a_seed():
    one, two, other = generate(50, 20, 3), generate(50, 20, 3), generate(50, 20, 4)
    assert all((a == b).all() for (_, a), (_, b) in zip(one.students.columns(), two.students.columns(), strict=True))
    assert (one.students.uid != other.students.uid).any()
    assert Pools.empty().n == 0
