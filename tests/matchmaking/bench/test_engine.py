"""The benchmark refuses to measure other answers, judges every goal, and runs without the peers."""

from __future__ import annotations

import numpy as np
import pytest

from matchmaking.bench import engine, peers
from matchmaking.bench.engine import Goal


def test_small_size_is_measured_and_shown(monkeypatch):
    monkeypatch.setattr(peers, "installed", lambda name: name == "scipy")
    sheet = engine.run(("p500",), repeats=1)
    reached = engine.goals(sheet, memory=False)
    text = engine.table(sheet, reached)
    assert "division, vacancies + teams: **ours**" in text
    assert "most that can be placed: scipy maximum_flow" in text
    assert "HospitalResident |" not in text.split("### Goals")[0]
    assert "not measured" in text
    assert sheet.ratio("candidates: numpy + cKDTree", "candidates: **ours**", "p500") > 1


def test_another_answer_stops_everything(monkeypatch):
    monkeypatch.setattr(peers, "installed", lambda name: name == "scipy")
    monkeypatch.setattr(peers, "scipy_max_flow", lambda work: 1)
    with pytest.raises(RuntimeError, match="another answer"):
        engine.run(("p500",), repeats=1)


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal("", 5, 2, 4, "x"), "bold"),
        (Goal("", 3, 2, 4, "x"), "holds"),
        (Goal("", 1, 2, 4, "x"), "**missed**"),
        (Goal("", 1, 4, 2, "s", least=False), "bold"),
        (Goal("", 3, 4, 2, "s", least=False), "holds"),
        (Goal("", 5, 4, 2, "s", least=False), "**missed**"),
        (Goal("", float("nan"), 4, 2, "s"), "not measured"),
    ],
)
def test_goals_are_judged_both_ways(goal, verdict):
    assert goal.verdict == verdict


def test_measure_counts_cpu_and_memory():
    took = engine.measure(lambda: np.ones(30_000_000), 1)
    assert took.cpu > 0
    assert took.mib > 100
    assert engine.measure(lambda: 1, 1).cpu < 0.001
