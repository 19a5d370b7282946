"""The mails that go out on a clock. Each has one cause and one key: running twice, or late, mails nobody twice."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from organisations.inventory.services import send_inventory_reminders
from organisations.models import ClosingDay
from organisations.workdays import add_working_days, closing_days, working_days_between
from placements import emails
from placements.models import Application
from placements.services.offer_reminders import remind_of_offers
from placements.services.talk_reminders import remind_of_talks

TELL_STUDENT_AFTER = 2
"""From so many working days after the answer date student and school get a mail; the stagemakelaar had one day first."""


@dataclass
class ReminderCounts:
    """How many reminders were due (each at most once, whatever the number of people it goes to)."""

    half: int = 0
    tomorrow: int = 0
    overdue: int = 0
    told: int = 0
    escalated: int = 0
    interviews: int = 0
    offers: int = 0
    inventory: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"answer term half over: {self.half}",
            f"answer due next working day: {self.tomorrow}",
            f"answer overdue: {self.overdue}",
            f"answer overdue, told to student and school: {self.told}",
            f"answer overdue, told to the second contact: {self.escalated}",
            f"interviews next working day: {self.interviews}",
            f"offers that wait for an answer: {self.offers}",
            f"teams that have not said whether they have places: {self.inventory}",
        ]


def send_reminders(*, day: dt.date, dry_run: bool = False) -> ReminderCounts:
    """Queue the reminders of `day`: the answer clock (R1), the talks of the next working day, and the inventory.

    A night that was missed is made up for: what was due earlier and not mailed yet is mailed now. A stagemakelaar gets
    only the strongest of the three answer reminders, however many nights were missed.
    """
    counts = ReminderCounts()
    _answer_clock(day, counts, dry_run=dry_run)
    counts.interviews = remind_of_talks(day, dry_run=dry_run)
    counts.offers = remind_of_offers(day, dry_run=dry_run)
    counts.inventory = send_inventory_reminders(day=day, dry_run=dry_run)
    return counts


def _answer_clock(day: dt.date, counts: ReminderCounts, *, dry_run: bool) -> None:
    waiting = (
        Application.objects.unanswered()
        .select_related("vacancy__organisation", "vacancy__team", "assigned_to", "student__user", "student__school")
        .order_by("answer_by", "pk")
    )
    closed: dict[int, set[dt.date]] = defaultdict(set)
    for organisation, free in ClosingDay.objects.values_list("organisation_id", "day"):
        closed[organisation].add(free)
    for application in waiting.iterator(chunk_size=500):
        kinds = due_reminders(application, day, closed=closed[application.vacancy.organisation_id])
        for kind in kinds:
            setattr(counts, kind, getattr(counts, kind) + 1)
        if kinds and not dry_run:
            late = (day - application.answer_by).days
            with transaction.atomic():
                for kind in kinds:
                    emails.answer_due(application, kind, days_late=max(0, late))


def due_reminders(
    application: Application, day: dt.date, *, closed: Collection[dt.date] | None = None
) -> tuple[str, ...]:
    """Which reminders about this unanswered application belong to `day`, by field of `ReminderCounts`.

    Before the answer date the stagemakelaar gets the strongest of 'half' and 'tomorrow'. After it 'overdue', and as it
    gets later also 'told' (student and school) and 'escalated' (the second contact). The answer date itself is read,
    never counted again. `closed` saves reading the organisation's closing days.
    """
    organisation = application.vacancy.organisation
    if closed is None:
        closed = closing_days(organisation)
    if application.answer_by < day:
        late = working_days_between(application.answer_by, day, closed=closed)
        told = ("told",) if late >= TELL_STUDENT_AFTER else ()
        escalated = ("escalated",) if late >= organisation.escalate_after_days else ()
        return ("overdue", *told, *escalated)
    if application.answer_by <= add_working_days(day, 1, closed=closed):
        return ("tomorrow",)
    sent = timezone.localtime(application.submitted_at).date()
    term = working_days_between(sent, application.answer_by, closed=closed)
    half = add_working_days(sent, (term + 1) // 2, closed=closed)
    return ("half",) if half <= day else ()
