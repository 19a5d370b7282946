"""Ten thousand students are read within 20 seconds, and memory does not grow with the file."""

import pytest

from students.bench.imports import GOAL_SECONDS, as_csv, as_xlsx, peak, rows_of, timed
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(school):
    f.PostcodeFactory()
    f.PeriodFactory()
    f.ProgrammeFactory(school=school)
    return school


def test_ten_thousand_rows_are_read_in_time_and_again_changes_nothing(ready):
    data = as_csv(rows_of(ready, 10_000))
    # Seconds of this process: the tests share their machine, and the clock would measure the others.
    _wall, cpu, report = timed(ready, data)
    assert (report.created, report.problems) == (10_000, [])
    assert cpu < GOAL_SECONDS
    _wall, cpu, report = timed(ready, data)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 10_000)
    assert cpu < GOAL_SECONDS


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_memory_does_not_grow_with_the_file(ready, make):
    """Four times the rows may need a little more: the numbers and addresses seen so far, and the word per row."""
    few, many = make(rows_of(ready, 500)), make(rows_of(ready, 2_000))
    timed(ready, few, dry_run=True)  # what Python keeps after a first time is not counted
    small = peak(lambda: timed(ready, few, dry_run=True))
    large = peak(lambda: timed(ready, many, dry_run=True))
    assert large < small + 6
    assert large < 25


def test_a_list_of_ten_thousand_asks_for_batches_not_for_rows(ready, django_assert_max_num_queries):
    data = as_csv(rows_of(ready, 2_000))
    with django_assert_max_num_queries(75):
        timed(ready, data)
