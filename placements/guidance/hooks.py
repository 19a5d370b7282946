"""What helping students tells the rest of the house (`placements.hooks.register` calls it)."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.roles import has_role
from placements import panels
from placements.enums import AssistedKind, AssistedStatus
from placements.guidance import emails
from placements.guidance.enums import Rung
from placements.guidance.retention import forget_help
from placements.models import AssistedApplication, LadderStep
from placements.services.retention import register_forgetter
from stagematch.clock import today
from stagematch.mail.topics import Frequency, register_topic
from students.models import Student

SHOWN = dt.timedelta(days=30)
"""How long the kind word stays on the student's overview."""


def register() -> None:
    """Register the mails, their topics, the block on the student's overview and what is forgotten."""
    emails.register_samples()
    panels.register("help-hint", hint_panel, needs="rejections")
    panels.register("introduced", introduced_panel, needs="requests")
    register_forgetter("what schools did for students, a year after it", forget_help)
    register_topic(
        "help-hint",
        label=_("Tips bij je zoektocht"),
        explanation=_("Een paar tips als het zoeken niet meteen lukt. Hoogstens één keer per zoektocht."),
        templates=["help_hint"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=lambda user: hasattr(user, "student"),
    )
    register_topic(
        "help-tasks",
        label=_("Nieuwe taken voor studenten"),
        explanation=_("Een student loopt vast en er kwam een taak bij."),
        templates=["help_tasks"],
        default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=lambda user: has_role(user, Role.COORDINATOR),
    )


def introduced_panel(student: Student) -> list[panels.Panel]:
    """Where the own school introduces the student, with the way to take the yes back."""
    rows = AssistedApplication.objects.filter(
        student=student, kind=AssistedKind.INTRODUCE, status=AssistedStatus.AGREED
    ).select_related("vacancy__organisation")
    found = list(rows.order_by("-answered_at", "pk")[:10])
    return [("placements/guidance/_introduced_panel.html", {"introduced": found})] if found else []


def hint_panel(student: Student) -> list[panels.Panel]:
    """The kind word, for a month after the rung was reached, while the search is open."""
    reached = LadderStep.objects.filter(
        student=student, rung=Rung.HINT, on__gt=today() - SHOWN, search__status="open"
    ).exists()
    return [("placements/guidance/_hint_panel.html", {})] if reached else []
