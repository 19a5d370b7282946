"""Keeping what a student typed for a place until it is sent (features S7)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from placements.models import Application, ApplicationDraft, Vacancy
from stagematch.clock import now
from students.models import Student

KEEP_DAYS = 60
"""Days after the last change that a draft is kept."""
MAX_TEXT = 3000
MAX_GOALS = 5
MAX_GOAL = 200


def save_draft(
    *, student: Student, vacancy: Vacancy, motivation: str, learning_goals: Iterable[str] = (), own_goal: str = ""
) -> ApplicationDraft | None:
    """Keep the text as it is now; what is too long is cut, what is empty is not kept.

    Returns None when there is nothing to keep: no text, or the reaction was sent already (an old tab must not bring it back).
    """
    values = {
        "motivation": motivation.replace("\x00", "").strip()[:MAX_TEXT],
        "learning_goals": [goal[:MAX_GOAL] for raw in learning_goals if (goal := raw.replace("\x00", "").strip())][
            :MAX_GOALS
        ],
        "own_goal": own_goal.replace("\x00", "").strip()[:MAX_GOAL],
    }
    with transaction.atomic():
        if Application.objects.filter(student=student, vacancy=vacancy).open().exists():
            return None
        if not values["motivation"] and not values["own_goal"]:
            drop_draft(student=student, vacancy=vacancy)
            return None
        draft, _new = ApplicationDraft.objects.update_or_create(
            student=student, vacancy=vacancy, defaults=values | {"updated_at": now()}
        )
    return draft


def drop_draft(*, student: Student, vacancy: Vacancy) -> bool:
    """Throw the draft away; return whether there was one."""
    return bool(ApplicationDraft.objects.filter(student=student, vacancy=vacancy).delete()[0])


def forget_old_drafts(*, day: dt.date, dry_run: bool = False) -> int:
    """Delete drafts that nobody touched for 60 days; return how many. A draft of a place that is gone goes with it."""
    last = dt.datetime.combine(day - dt.timedelta(days=KEEP_DAYS), dt.time.min, tzinfo=timezone.get_default_timezone())
    old = ApplicationDraft.objects.filter(updated_at__lt=last)
    return old.count() if dry_run else old.delete()[0]
