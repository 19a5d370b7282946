"""Compiled code is found again, also where it cannot be written; and never when it is out of date."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import numba.core.caching
import numpy as np
import pytest

from matchmaking.engine import cache, formula, kernels


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "kernels.scan.nbi").write_bytes(b"x")
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def test_writable_cache_is_used_as_it_is(shipped):
    cache.use_shipped_cache()
    assert str(shipped) == cache.config.CACHE_DIR


def test_read_only_cache_is_copied(shipped, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    shipped.joinpath("engine").chmod(0o500)
    cache.use_shipped_cache()
    copy = Path(cache.config.CACHE_DIR)
    assert copy != shipped
    assert (copy / "engine" / "kernels.scan.nbi").read_bytes() == b"x"
    assert (copy / "engine").stat().st_mode & 0o700 == 0o700
    assert copy.stat().st_mode & 0o077 == 0


def test_runs_where_nothing_can_be_cached(monkeypatch):
    monkeypatch.setattr(numba.core.caching.CacheImpl, "_locator_classes", [])

    def twice(x: int) -> int:
        return 2 * x

    assert cache.kernel(twice)(21) == 42


def test_what_was_compiled_before_the_formula_changed_is_dropped(tmp_path):
    class Compiled:
        class stats:  # noqa: N801 - numba's name
            cache_path = str(tmp_path)

    old, new, other = (tmp_path / name for name in ("kernels.a.nbi", "kernels.b.nbi", "loops.a.nbi"))
    changed = Path(formula.__file__).stat().st_mtime
    for path, age in ((old, -5), (new, 5), (other, -5)):
        path.write_bytes(b"")
        os.utime(path, (changed + age, changed + age))
    cache.drop_stale((Compiled,), formula.__file__)
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


def test_second_process_does_not_compile_again(tmp_path):
    count = (
        "import numpy as np; from matchmaking.engine import kernels; kernels.popcounts(np.array([7], np.uint64));"
        "s = kernels.popcounts.stats; print(sum(s.cache_hits.values()), sum(s.cache_misses.values()))"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    answers = [
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", count], capture_output=True, check=True, text=True, env=environment
        ).stdout
        for _ in range(2)
    ]
    assert answers == ["0 1\n", "1 0\n"]
    assert kernels.popcounts(np.zeros(1, np.uint64)).tolist() == [0]
