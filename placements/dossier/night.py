"""What happens to stages by itself, each night: missing files, start and finish, and reminders with one key each."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from organisations.workdays import add_working_days
from placements.dossier import emails
from placements.dossier.access import whole_files
from placements.dossier.checklist import Item, checklist_of
from placements.dossier.enums import Side
from placements.dossier.files import file_of
from placements.dossier.services.status import NightCounts, start_and_finish
from placements.enums import PlacementStatus
from placements.models import Placement

REMIND_BEFORE = dt.timedelta(days=3)
AHEAD = dt.timedelta(days=120)
LOOK_BACK = dt.timedelta(days=90)
OUTCOME_AFTER = dt.timedelta(days=28)
FIRST_DAY_WORKING_DAYS = 2
AFTERWARDS = frozenset({"evaluation_student", "evaluation_organisation", "outcome"})


def placement_night(*, day: dt.date, dry_run: bool = False) -> NightCounts:
    """Do the work of `day` for all stages. Safe to run twice; a missed night is made up for by the next."""
    counts = NightCounts()
    _make_files(counts, dry_run=dry_run)
    start_and_finish(day=day, counts=counts, dry_run=dry_run)
    if not dry_run:
        counts.reminders = remind(day=day)
    return counts


def _make_files(counts: NightCounts, *, dry_run: bool) -> None:
    without = Placement.objects.active().filter(file__isnull=True).order_by("pk")
    counts.files = without.count()
    if not dry_run:
        for placement in without.iterator(chunk_size=200):
            file_of(placement)


def remind(*, day: dt.date) -> int:
    """Queue the reminders that belong to `day` and were not sent yet; return how many mails are new.

    Per item at most two: three days before it is due, and once when it is late. A person who wants fewer mails gets
    them in the digest; nothing here depends on when they are read.
    """
    found = (
        whole_files()
        .filter(file__isnull=False)
        .filter(
            Q(status__in=PlacementStatus.active(), starts_on__lte=day + AHEAD)
            | Q(status__in=[PlacementStatus.FINISHED, PlacementStatus.ENDED_EARLY], ends_on__gte=day - LOOK_BACK)
        )
        .order_by("pk")
    )
    new = 0
    for placement in found.iterator(chunk_size=200):
        with transaction.atomic():
            new += _remind_of(placement, day)
    return new


def _remind_of(placement: Placement, day: dt.date) -> int:
    new = 0
    checklist = checklist_of(placement, placement.file)
    for item in checklist.open:
        if item.key in AFTERWARDS:
            new += _ask_afterwards(placement, item, day)
        elif item.action and item.due - REMIND_BEFORE <= day:
            for side in item.owners:
                new += emails.todo(placement, side, item=item, late=item.due < day)
    if _first_day_is_near(placement, day):
        new += emails.first_day(placement, placement.file)
    return new


def _ask_afterwards(placement: Placement, item: Item, day: dt.date) -> int:
    last = placement.ended_on or placement.ends_on
    if item.key == "outcome":
        return emails.outcome(placement) if day >= last + OUTCOME_AFTER else 0
    if day <= last:
        return 0
    side = Side.STUDENT if item.key == "evaluation_student" else Side.SUPERVISOR
    return emails.evaluate(placement, side)


def _first_day_is_near(placement: Placement, day: dt.date) -> bool:
    """Whether the first day is at most two working days away, and somebody filled in the card."""
    if not placement.is_active or placement.file.first_day_time is None or placement.starts_on < day:
        return False
    return placement.starts_on <= add_working_days(day, FIRST_DAY_WORKING_DAYS, placement.vacancy.organisation)
