"""Reminders of an offer: to the student, half-way the term and on the working day before its last day (features O8)."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from organisations.models import ClosingDay
from organisations.workdays import add_working_days, working_days_between
from placements import emails
from placements.enums import ApplicationStatus
from placements.models import Application, ApplicationEvent


def remind_of_offers(day: dt.date, *, dry_run: bool = False) -> int:
    """Queue the reminders of offers that belong to `day`; return how many were due. Twice, or a day late, mails once."""
    made = ApplicationEvent.objects.filter(application=OuterRef("pk"), to_status=ApplicationStatus.OFFERED)
    offers = (
        Application.objects.filter(status=ApplicationStatus.OFFERED, offer_until__gte=day)
        .annotate(offered_at=Subquery(made.order_by("-at").values("at")[:1]))
        .select_related(
            "vacancy__organisation", "vacancy__team", "student__user", "offered_supervisor__supervisor__user"
        )
        .order_by("offer_until", "pk")
    )
    closed: dict[int, set[dt.date]] = defaultdict(set)
    for organisation, free in ClosingDay.objects.values_list("organisation_id", "day"):
        closed[organisation].add(free)
    number = 0
    for application in offers.iterator(chunk_size=200):
        kind = due_reminder(
            application, getattr(application, "offered_at", None), day, closed[application.vacancy.organisation_id]
        )
        if kind is None:
            continue
        number += 1
        if not dry_run:
            with transaction.atomic():
                emails.offer_reminder(application, kind)
    return number


def due_reminder(
    application: Application, offered_at: dt.datetime | None, day: dt.date, closed: set[dt.date]
) -> str | None:
    """Which reminder belongs to `day`: 'tomorrow' from the working day before the last day, 'half', or None."""
    until = application.offer_until
    if until is None or offered_at is None:
        return None
    offered = timezone.localtime(offered_at).date()
    if day <= offered:
        return None
    if until <= add_working_days(day, 1, closed=closed):
        return "tomorrow"
    term = working_days_between(offered, until, closed=closed)
    half = add_working_days(offered, (term + 1) // 2, closed=closed)
    return "half" if half <= day else None
