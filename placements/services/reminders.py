"""The mails that go out on a clock. Each has one cause and one key: running twice, or late, mails nobody twice."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from organisations.workdays import add_working_days, working_days_between
from placements import emails
from placements.enums import InterviewStatus
from placements.models import Application, Interview


@dataclass
class ReminderCounts:
    """How many reminders were due (each at most once, whatever the number of people it goes to)."""

    half: int = 0
    tomorrow: int = 0
    overdue: int = 0
    interviews: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"answer term half over: {self.half}",
            f"answer due next working day: {self.tomorrow}",
            f"answer overdue: {self.overdue}",
            f"interviews tomorrow: {self.interviews}",
        ]


def send_reminders(*, day: dt.date, dry_run: bool = False) -> ReminderCounts:
    """Queue the reminders of `day`: the answer clock (R1) and the talks of the next day.

    A night that was missed is made up for: what was due earlier and not mailed yet is mailed now. Only the strongest
    of the three answer reminders goes out on one day.
    """
    counts = ReminderCounts()
    _answer_clock(day, counts, dry_run=dry_run)
    _interviews(day, counts, dry_run=dry_run)
    return counts


def _answer_clock(day: dt.date, counts: ReminderCounts, *, dry_run: bool) -> None:
    waiting = (
        Application.objects.unanswered()
        .select_related("vacancy__organisation", "vacancy__team", "assigned_to", "student__user")
        .order_by("answer_by", "pk")
    )
    for application in waiting.iterator(chunk_size=500):
        kind = due_reminder(application, day)
        if kind is None:
            continue
        setattr(counts, kind, getattr(counts, kind) + 1)
        if not dry_run:
            with transaction.atomic():
                emails.answer_due(application, kind)


def due_reminder(application: Application, day: dt.date) -> str | None:
    """Which reminder about this unanswered application belongs to `day`: 'overdue', 'tomorrow', 'half' or None."""
    if application.answer_by < day:
        return "overdue"
    organisation = application.vacancy.organisation
    if application.answer_by <= add_working_days(day, 1, organisation):
        return "tomorrow"
    sent = timezone.localtime(application.submitted_at).date()
    term = working_days_between(sent, application.answer_by, organisation)
    half = add_working_days(sent, (term + 1) // 2, organisation)
    return "half" if half <= day else None


def _interviews(day: dt.date, counts: ReminderCounts, *, dry_run: bool) -> None:
    tomorrow = day + dt.timedelta(days=1)
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(tomorrow, dt.time.min, tzinfo=zone)
    end = dt.datetime.combine(tomorrow + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    talks = (
        Interview.objects.filter(status=InterviewStatus.PLANNED, starts_at__gte=start, starts_at__lt=end)
        .select_related("application__vacancy__organisation", "application__student__user", "host")
        .order_by("starts_at", "pk")
    )
    for interview in talks:
        counts.interviews += 1
        if not dry_run:
            with transaction.atomic():
                emails.interview_reminder(interview)
