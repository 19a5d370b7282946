"""Reminders of talks: everybody in a talk hears about it on the working day before."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from organisations.workdays import add_working_days
from placements import talk_emails
from placements.enums import InterviewStatus
from placements.models import Interview


def remind_of_talks(day: dt.date, *, dry_run: bool = False) -> int:
    """Remind of the talks after `day` up to and including the next working day; return how many talks that are.

    On a Friday those are the talks of the weekend and of Monday. Running twice mails once: a key has the talk and its
    SEQUENCE, so a talk that moved is reminded of again.
    """
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    end = dt.datetime.combine(add_working_days(day, 1) + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    talks = (
        Interview.objects.filter(status=InterviewStatus.PLANNED, starts_at__gte=start, starts_at__lt=end)
        .select_related(
            "application__vacancy__organisation", "application__student__user", "application__assigned_to", "host"
        )
        .prefetch_related("participants__user")
        .order_by("starts_at", "pk")
    )
    if dry_run:
        return talks.count()
    number = 0
    for interview in talks:
        number += 1
        with transaction.atomic():
            talk_emails.reminder(interview)
    return number
