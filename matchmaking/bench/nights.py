"""`bin/bench night`: a trial night on the data there is, as if no proposal were out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time

from django.core.management.base import CommandError
from django.db import transaction

from matchmaking.demo.world import SIZES
from matchmaking.engine import bench
from matchmaking.enums import ProposalStatus, RunStatus, RunTrigger
from matchmaking.models import MatchingRun, Proposal
from matchmaking.services import run_matching
from stagematch.clock import today
from students.models import Student


def size_of_data() -> str:
    """Which size of demo the data there is comes nearest to."""
    students = Student.objects.count()
    return min(SIZES, key=lambda name: abs(SIZES[name].students - students))


@contextmanager
def proposals_set_aside() -> Iterator[int]:
    """The market of the evening before: open proposals are out of the way, and back afterwards. Yields how many.

    On a day whose night was published nobody can be placed any more: who fitted a free place has a proposal for it.
    """
    with transaction.atomic():
        out = Proposal.objects.filter(status__in=ProposalStatus.open_statuses())
        count = out.count()
        out._raw_delete(out.db)
        yield count
        transaction.set_rollback(True)


def table() -> str:
    """A trial night, twice: compiled code is warm the second time. Nothing of it stays."""
    with proposals_set_aside() as aside:
        _trial()
        wall, cpu = perf_counter(), process_time()
        run = _trial()
        wall, cpu = perf_counter() - wall, process_time() - cpu
    counts, steps = run.counts, run.timings
    told = "No proposal was out."
    if aside:
        told = f"The {aside:,} proposals that were out were set aside for it and put back: with them out, who fits a free place has one already."
    return (
        "| students | vacancies | pairs | placed | read s | engine s | night s (wall) | night s (CPU) | peak MiB |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        f"| {counts['students']:,} | {counts['vacancies']:,} | {counts['pairs']:,} | {counts['placed']:,} "
        f"| {steps['read']:.2f} | {steps['engine']:.2f} | {wall:.2f} | {cpu:.2f} | {bench.peak_mib():.0f} |\n\n"
        f"A dry run of tonight: everything but the writing of proposals and mails. {told}\n"
    )


def _trial() -> MatchingRun:
    run = run_matching(night=today(), trigger=RunTrigger.BY_HAND, dry_run=True)
    if run.status != RunStatus.DRY:
        raise CommandError(f"De proef is niet goed gegaan: {run.get_status_display()}")
    if not run.counts["placed"] and run.counts["pairs"]:
        raise CommandError("De proef verdeelde niets, terwijl er plekken passen: er klopt iets niet aan deze gegevens.")
    return run
