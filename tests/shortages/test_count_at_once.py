"""Two counts of a day at the same time make one, whoever started them."""

# mypy: disable-error-code="no-untyped-def"

import threading

import pytest
from django.db import connection, connections

from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot
from shortages.services import take_count
from stagematch.clock import today
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = """
    select exists(
        select from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and not granted and datname = current_database()
    )
"""


def test_two_counts_at_once_make_one():
    f.SearchFactory()
    gate, found = threading.Barrier(2), []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '30s'")
            gate.wait(30)
            found.append(take_count(day=today()).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    assert len(set(found)) == 1
    assert ShortageSnapshot.objects.filter(status=SnapshotStatus.DONE).count() == 1
    assert DemandCell.objects.count() == 1


def test_a_count_by_hand_that_waited_for_another_takes_that_one():
    """Pressing twice counts again once: the second stands in line until the first is done."""
    f.SearchFactory()
    take_count(day=today())
    found: list[int] = []
    pressed: list[threading.Thread] = []

    def second() -> None:
        try:
            found.append(take_count(day=today(), again=True).pk)
        finally:
            connections.close_all()

    def meanwhile(_text: str) -> None:
        if pressed:
            return
        pressed.append(threading.Thread(target=second))
        pressed[0].start()
        with connection.cursor() as cursor:
            for _turn in range(600):
                cursor.execute(WAITS)
                if cursor.fetchone()[0]:
                    return
                threading.Event().wait(0.05)

    first = take_count(day=today(), again=True, progress=meanwhile)
    pressed[0].join(60)
    assert found == [first.pk]
    assert ShortageSnapshot.objects.get() == first
