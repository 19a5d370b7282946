"""Two counts of a day at the same time make one, whoever started them."""

# mypy: disable-error-code="no-untyped-def"

import threading

import pytest
from django.db import DatabaseError, connection, connections

from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot
from shortages.services import take_count
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
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
                cursor.execute("set lock_timeout = '120s'")
            gate.wait(120)
            found.append(take_count(day=today()).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
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
            for _turn in range(2400):
                cursor.execute(WAITS)
                if cursor.fetchone()[0]:
                    return
                threading.Event().wait(0.05)

    first = take_count(day=today(), again=True, progress=meanwhile)
    pressed[0].join(300)
    assert found == [first.pk]
    assert ShortageSnapshot.objects.get() == first


@pytest.mark.parametrize("moment", ["lezen", "Tellen", "helpen", "Publiceren"])
def test_a_count_that_loses_the_database_publishes_nothing_and_tells_it_when_that_is_back(moment):
    f.SearchFactory()
    good, boss = take_count(day=today()), f.UserFactory(is_superuser=True, is_staff=True)
    cells = list(DemandCell.objects.values())

    def cut(text: str) -> None:
        if moment not in text:
            return
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            (pid,) = cursor.fetchone()
        thread = threading.Thread(target=end, args=[pid])
        thread.start()
        thread.join(30)

    def end(pid: int) -> None:
        try:
            with connection.cursor() as cursor:
                # With a time to wait it answers when that connection is gone.
                cursor.execute("select pg_terminate_backend(%s, 20000)", [pid])
                assert cursor.fetchone() == (True,)
        finally:
            connections.close_all()

    with pytest.raises(DatabaseError):
        take_count(day=today(), again=True, progress=cut)
    assert ShortageSnapshot.objects.get(status=SnapshotStatus.FAILED).error
    assert ShortageSnapshot.objects.newest() == good
    assert list(DemandCell.objects.values()) == cells
    assert OutgoingMail.objects.filter(to_user=boss, template="shortages/count_failed").count() == 1
    assert take_count(day=today(), again=True).status == SnapshotStatus.DONE  # the lock went with the connection
