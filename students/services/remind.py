"""A reminder for students who began and did not finish what they look for (features C2)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from stagematch.mail.services import queue_mail
from students.enums import SearchStatus
from students.models import PlacementSearch, Student
from students.services.search import missing_parts

AFTER_DAYS = (7, 21)
"""Days after the last time somebody signed in; after the second reminder we leave it at that."""
TEMPLATE = "profile_incomplete"


def remind_incomplete(*, day: dt.date, dry_run: bool = False) -> int:
    """Remind students who signed in once, seek nothing yet and stayed away; return how many reminders were due.

    At most two for each student ever, by their keys, however often this runs; a missed day is made up for.
    """
    active = PlacementSearch.objects.filter(student=OuterRef("pk")).exclude(status=SearchStatus.DRAFT)
    waiting = (
        Student.objects.filter(is_active=True, user__is_active=True, user__last_login__isnull=False)
        .filter(~Exists(active))
        .select_related("user")
        .order_by("pk")
    )
    due = 0
    for student in waiting.iterator(chunk_size=500):
        number = _due(student, day)
        if number is None:
            continue
        due += 1
        if not dry_run:
            _remind(student, number)
    return due


def _due(student: Student, day: dt.date) -> int | None:
    seen = student.user.last_login
    if seen is None:
        return None
    away = (day - timezone.localtime(seen).date()).days
    passed = [number for number, days in enumerate(AFTER_DAYS, start=1) if away >= days]
    return passed[-1] if passed else None


def _remind(student: Student, number: int) -> None:
    draft = PlacementSearch.objects.filter(student=student, status=SearchStatus.DRAFT).order_by("-pk").first()
    queue_mail(
        key=f"profile-incomplete:{student.public_id}:{number}",
        template=TEMPLATE,
        to=student.user,
        context={
            "missing": missing_parts(draft) if draft else [],
            "has_begun": draft is not None,
            "link": settings.BASE_URL + reverse("my-search"),
        },
    )
