"""Published instances from the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from itertools import product

import pytest

from matchmaking.engine import __main__ as command
from matchmaking.engine.solve import InstanceError, parse, solve

EXAMPLE = {
    "students": {"s1": ["v1", "v2"], "s2": ["v1"], "s3": ["v2", "v1"], "s4": []},
    "vacancies": {
        "v1": {"capacity": 1, "preferences": ["s2", "s1", "s3"], "team": "t1"},
        "v2": {"capacity": 2, "team": "t1"},
    },
    "teams": {"t1": {"capacity": 2, "preferences": ["s2", "s3", "s1"]}},
}


def without_teams(students, vacancies):
    return {"students": students, "vacancies": vacancies}


def test_hospital_residents_with_opposite_lists():
    answer = solve(
        without_teams(
            {"a": ["x", "y"], "b": ["y", "x"]},
            {"x": {"capacity": 1, "preferences": ["b", "a"]}, "y": {"capacity": 1, "preferences": ["a", "b"]}},
        )
    )
    assert answer == {
        "matching": {"a": "x", "b": "y"},
        "verified": True,
        "max_placement": 2,
        "shortage": 0,
        "certificate": {"students": [], "capacity": 0},
        "extra_place": {"x": 0, "y": 0},
    }


def test_student_not_in_the_preferences_is_not_acceptable():
    answer = solve(without_teams({"a": ["x"], "b": ["x"]}, {"x": {"capacity": 2, "preferences": ["b"]}}))
    assert answer["matching"] == {"a": None, "b": "x"}
    assert (answer["max_placement"], answer["shortage"]) == (1, 1)
    assert answer["certificate"] == {"students": ["a"], "capacity": 0}


def test_without_preferences_the_order_of_students_counts():
    answer = solve(without_teams({"b": ["x"], "a": ["x"]}, {"x": {"capacity": 1}}))
    assert answer["matching"] == {"b": "x", "a": None}
    assert answer["certificate"] == {"students": ["b", "a"], "capacity": 1}
    assert answer["extra_place"] == {"x": 1}


def test_vacancy_takes_the_list_of_its_team():
    answer = solve(
        {
            "students": {"a": ["x"], "b": ["y"], "c": ["x"]},
            "vacancies": {"x": {"capacity": 1, "team": "t"}, "y": {"capacity": 1, "team": "t"}},
            "teams": {"t": {"capacity": 1, "preferences": ["b", "a"]}},
        }
    )
    assert answer["matching"] == {"a": None, "b": "y", "c": None}


def test_teams_that_rank_differently_are_refused_only_when_the_limit_can_bind():
    with pytest.raises(InstanceError, match=r'teams.t1: "s[13]" and "s[13]" are ranked differently'):
        solve(EXAMPLE)
    roomy = EXAMPLE | {"teams": {"t1": {"capacity": 3, "preferences": ["s2", "s3", "s1"]}}}
    answer = solve(roomy)
    assert answer["matching"] == {"s1": "v2", "s2": "v1", "s3": "v2", "s4": None}
    assert answer["verified"]


def test_sisters_with_lists_that_fit_together_share_one_order():
    x = parse(
        {
            "students": {"a": ["x", "y"], "b": ["x", "y"], "c": ["y", "x"]},
            "vacancies": {
                "x": {"capacity": 1, "team": "t", "preferences": ["c", "a"]},
                "y": {"capacity": 1, "team": "t", "preferences": ["a", "b"]},
            },
            "teams": {"t": {"capacity": 1}},
        }
    )
    assert x.pairs.vacancy.tolist() == [0, 1, 1, 0]
    assert x.keys.tolist() == [1, 1, 2, 0]


def blocking(document, matching) -> bool:
    """Whether some student and vacancy would rather have each other, for instances without teams."""
    held = {v: [s for s, got in matching.items() if got == v] for v in document["vacancies"]}
    for s, wanted in document["students"].items():
        for v in wanted[: wanted.index(matching[s])] if matching[s] else wanted:
            order, cap = document["vacancies"][v]["preferences"], document["vacancies"][v]["capacity"]
            if s in order and (len(held[v]) < cap or any(order.index(s) < order.index(other) for other in held[v])):
                return True
    return False


@pytest.mark.parametrize("seed", range(25))
def test_random_instances_against_all_divisions(seed):
    rng = random.Random(seed)
    students, vacancies = [f"s{k}" for k in range(5)], [f"v{k}" for k in range(3)]
    document = without_teams(
        {s: rng.sample(vacancies, rng.randint(0, 3)) for s in students},
        {v: {"capacity": rng.randint(0, 2), "preferences": rng.sample(students, rng.randint(0, 5))} for v in vacancies},
    )
    answer = solve(document, engine="numba")
    assert answer == solve(document)
    assert answer["verified"]
    assert not blocking(document, answer["matching"])
    options = [
        [*(v for v in row if s in document["vacancies"][v]["preferences"]), None]
        for s, row in document["students"].items()
    ]
    best = 0
    for choice in product(*options):
        if all(choice.count(v) <= row["capacity"] for v, row in document["vacancies"].items()):
            best = max(best, sum(v is not None for v in choice))
            matching = dict(zip(students, choice, strict=True))
            if not blocking(document, matching):
                for s, row in document["students"].items():
                    ours, other = answer["matching"][s], matching[s]
                    assert other is None or (ours is not None and row.index(ours) <= row.index(other))
    assert answer["max_placement"] == best
    assert answer["shortage"] == len(answer["certificate"]["students"]) - answer["certificate"]["capacity"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "the file: expected an object"),
        ({"students": {}}, '"vacancies" is missing'),
        ({"students": {}, "vacancies": {}, "team": {}}, 'unknown "team"'),
        (without_teams({"a": ["x"]}, {}), r'students.a\[0\]: unknown vacancy "x"'),
        (without_teams({"a": "x"}, {"x": {"capacity": 1}}), "students.a: expected a list"),
        (without_teams({"a": ["x", "x"]}, {"x": {"capacity": 1}}), r"students.a\[1\]: .* twice"),
        (without_teams({"a": [1]}, {"x": {"capacity": 1}}), r"students.a\[0\]: expected a name"),
        (without_teams({}, {"x": {"capacity": -1}}), "vacancies.x.capacity"),
        (without_teams({}, {"x": {"capacity": True}}), "vacancies.x.capacity"),
        (without_teams({}, {"x": {"capacity": 1.5}}), "vacancies.x.capacity"),
        (without_teams({}, {"x": {"capacity": 1, "team": "t"}}), "unknown team 't'"),
        (without_teams({}, {"x": {"capacity": 1, "preferences": ["q"]}}), 'unknown student "q"'),
        (without_teams({}, {"x": {}}), '"capacity" is missing'),
    ],
)
def test_wrong_input_says_where(document, message, tmp_path, capsys):
    with pytest.raises(InstanceError, match=message):
        solve(document)
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(document))
    assert command.main(["solve", str(path)]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(str(path))
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"students": {', "line 1, column"),
        ('{"students": {"a": [], "a": []}, "vacancies": {}}', '"a" is defined twice'),
        ("\x00", "line 1"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_files_say_where(text, message, tmp_path, capsys):
    path = tmp_path / "broken.json"
    path.write_text(text)
    assert command.main(["solve", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_command_line(tmp_path):
    path = tmp_path / "small.json"
    path.write_text(json.dumps(without_teams({"é": ["x"]}, {"x": {"capacity": 1}})), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "matchmaking.engine", "solve", str(path)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(done.stdout)["matching"] == {"é": "x"}
    assert command.main(["solve", str(tmp_path / "absent.json")]) == 2
    assert command.main([]) == 2


def test_warm(capsys):
    assert command.main(["warm"]) == 0
    assert "ready" in capsys.readouterr().out
