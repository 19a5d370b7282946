"""The table of page times says honestly what holds and what not, and what is kept can be thrown away alone."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.core.cache import cache
from django.urls import reverse

from matchmaking.bench import pages
from matchmaking.bench.pages import Page, forget_kept, p95, table_of
from stagematch.ui.kept import kept


def test_a_goal_holds_or_is_missed_by_its_worst_figure_beside_the_bare_page():
    base = Page("/gezond/db/", times=[0.002] * 60, cpu=0.001)
    quick = Page("/snel/", goal=4, times=[0.008] * 60, cpu=0.004)
    often = Page("/soms/", goal=6, times=[0.004] * 50 + [0.013] * 10, cpu=0.002)
    lines = table_of(base, [base, quick, often]).splitlines()
    assert "| 4.0 | 4.0 | 4.0 | 4.0 | 4 holds |" in lines[-2]
    assert lines[-1].endswith("| 2.0 | 6.5 | 2.0 | 2.0 | 6 **missed** |")
    assert "/gezond/db/" in lines[-3]


def test_the_p95_is_the_time_that_95_of_100_stay_under():
    assert p95([float(n) for n in range(100)]) == 95.0
    assert p95([1.0]) == 1.0


def test_what_pages_keep_is_forgotten_and_nothing_else():
    cache.set("something-else", 1, 60)
    assert kept("proef", [1], lambda: "first", seconds=60) == "first"
    assert kept("proef", [1], lambda: "second", seconds=60) == "first"
    forget_kept()
    assert kept("proef", [1], lambda: "third", seconds=60) == "third"
    assert cache.get("something-else") == 1


@pytest.mark.parametrize("name", [name for name, _who, _goal in pages.PAGES if name != "vacancy-detail"])
def test_every_page_of_the_table_exists(name):
    assert reverse(name)
