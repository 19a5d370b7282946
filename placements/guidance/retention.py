"""Forgetting what a school did for a student (R8; the terms of docs/personal-data.csv). With the student it goes at once."""

import datetime as dt

from django.db import models
from django.utils import timezone

from placements.models import HelpEvent, HelpNote, HelpTask, LadderStep

KEEP = dt.timedelta(days=365)


def forget_help(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete notes and log lines after a year, tasks a year after they were closed, rungs a year after the period."""
    before = dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone()) - KEEP
    due: list[
        models.QuerySet[HelpNote] | models.QuerySet[HelpTask] | models.QuerySet[HelpEvent] | models.QuerySet[LadderStep]
    ]
    due = [
        HelpNote.objects.filter(at__lt=before),
        HelpTask.objects.filter(closed_at__lt=before),
        HelpEvent.objects.filter(at__lt=before),
        LadderStep.objects.filter(search__ends_on__lt=day - KEEP),
    ]
    return sum(rows.count() if dry_run else rows.delete()[0] for rows in due)
