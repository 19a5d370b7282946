"""The benchmark runs, and says when engines disagree."""

from __future__ import annotations

import pytest

from matchmaking.engine import bench, candidates
from matchmaking.engine.types import Pairs


def test_measure_gives_every_step_and_a_table(capsys):
    assert bench.main(["small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("| small | numba | 400 | 120 |")
    assert bench.main(["huge"]) == 2


@pytest.mark.parametrize("engine", ["numba", "numpy"])
def test_both_engines_can_be_measured(engine):
    row = bench.measure("small", repeats=1, engine=engine)
    assert {"candidates", "order", "allocate", "verify", "total", "max_placement"} <= set(row.cpu)
    assert row.notes["at_most"] >= row.counts["placed"]


def test_compiled_division_is_much_faster_than_numpy():
    ratios = {r.step: r.times for r in bench.compare("sector", repeats=1)}
    assert ratios["candidates"] > 2
    assert ratios["division"] > 5


def test_disagreement_is_not_measured(monkeypatch):
    honest = candidates.find

    def odd(*arguments, engine=None, **rest):
        pairs = honest(*arguments, engine=engine, **rest)
        shift = int(engine == "numpy")
        return Pairs(pairs.offsets, (pairs.vacancy + shift).astype("int32"), pairs.band, pairs.score)

    monkeypatch.setattr(candidates, "find", odd)
    with pytest.raises(RuntimeError, match="disagree"):
        bench.compare("small", repeats=1)
