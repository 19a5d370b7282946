"""The night started by several at once, and by a worker in another process."""

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from matchmaking import snapshot as snapshots
from matchmaking.engine.types import Policy
from matchmaking.enums import ProposalKind, RunStatus, RunTrigger
from matchmaking.models import MatchingRun, Proposal
from matchmaking.services import accept_proposal, run_matching, withdraw_proposals
from stagematch.celery import app
from stagematch.clock import today
from stagematch.ui.errors import RuleError
from tests.matchmaking.conftest import make_search, make_vacancy

pytestmark = pytest.mark.django_db(transaction=True)

MOTIVATION = "Ik wil graag leren hoe je een groep begeleidt en ik woon in de buurt."


def in_threads(number, work):
    """Run `work(n)` in so many threads at once, each with a database connection of its own."""

    def one(n):
        try:
            return work(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


@pytest.mark.parametrize("trigger", [RunTrigger.NIGHTLY, RunTrigger.BY_HAND])
def test_started_four_times_at_once_is_one_result(town, trigger):
    runs = in_threads(4, lambda _n: run_matching(night=today(), trigger=trigger).pk)
    assert len(set(runs)) == 1
    assert MatchingRun.objects.filter(status=RunStatus.PUBLISHED).count() == 1
    assert Proposal.objects.filter(kind=ProposalKind.DIVISION).count() == 5


def test_the_snapshot_is_of_one_moment(town):
    """A vacancy that closes while the snapshot is read is in it whole: the transaction repeats what it read first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
    seen = []
    original = snapshots._read

    def spy(*args):
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            seen.append(cursor.fetchone()[0])
        return original(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(snapshots, "_read", spy)
        snapshots.take(night=today(), seed=1, policy=Policy())
    assert seen == ["repeatable read"]


def test_accepting_closing_and_a_night_at_once_never_wait_in_a_ring():
    """Many answers, a vacancy that closes and a run by hand together: no deadlock, and at most one application each."""
    vacancies = [make_vacancy(places=2) for _ in range(4)]
    searches = [make_search() for _ in range(8)]
    run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    proposals = list(Proposal.objects.select_related("search__student__user", "vacancy"))

    def work(n):
        if n == 0:
            run_matching(night=today(), trigger=RunTrigger.BY_HAND)
            return
        if n == 1:
            withdraw_proposals(Proposal.objects.open().filter(vacancy=vacancies[0]))
            return
        proposal = proposals[(n - 2) % len(proposals)]
        with contextlib.suppress(RuleError):
            accept_proposal(proposal=proposal, actor=proposal.search.student.user, motivation=MOTIVATION)

    in_threads(12, work)
    for search in searches:
        assert search.applications.count() <= 1


@pytest.mark.crossprocess
def test_the_night_runs_in_a_real_worker(town):
    worker = _start_worker()
    try:
        from matchmaking.tasks import nightly_matching

        pk = nightly_matching.delay(night=today().isoformat()).get(timeout=180)
        again = nightly_matching.delay(night=today().isoformat()).get(timeout=180)
    finally:
        worker.terminate()
        worker.wait(timeout=90)
    run = MatchingRun.objects.get(pk=pk)
    assert again == pk
    assert run.status == RunStatus.PUBLISHED
    assert run.proposals.filter(kind=ProposalKind.DIVISION).count() == 5


@pytest.mark.crossprocess
def test_a_killed_run_leaves_nothing_and_the_next_gives_the_same(town):
    """The process is killed with SIGKILL while it publishes; nothing of it stays, and the lock is free at once."""
    expected = run_matching(night=today(), trigger=RunTrigger.NIGHTLY, dry_run=True).outcome_hash
    script = [sys.executable, "-c", _DIES_WHILE_PUBLISHING]
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and text
        script, env=_environment(), stdout=subprocess.PIPE
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"publishing\n"
        victim.kill()
    assert not Proposal.objects.exists()
    run = run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    assert run.status == RunStatus.PUBLISHED
    assert run.outcome_hash == expected
    assert list(MatchingRun.objects.filter(status=RunStatus.FAILED).values_list("error", flat=True)) == [
        "Afgebroken voordat de run klaar was."
    ]


_DIES_WHILE_PUBLISHING = """
import os, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "stagematch.settings")
django.setup()
from matchmaking import emails
from matchmaking.enums import RunTrigger
from matchmaking.services import run_matching
from stagematch.clock import today

def stop(run):
    print("publishing", flush=True)
    time.sleep(60)

emails.queue_night_mails = stop
run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
"""


def _environment() -> dict[str, str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "STAGEMATCH_ENV": "test",
    }


def _start_worker() -> subprocess.Popen[bytes]:
    app.control.purge()  # what tests before this one left in the queue
    command = [sys.executable, "-m", "celery", "-A", "stagematch", "worker", "--pool", "solo", "--without-mingle"]
    worker = subprocess.Popen(  # noqa: S603 -- our own interpreter
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=settings.BASE_DIR
    )
    time.sleep(0.5)
    assert worker.poll() is None
    return worker
