"""What helping students tells the rest of the house (`placements.hooks.register` calls it)."""

from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.roles import has_role
from placements import panels
from placements.guidance import emails
from placements.guidance.retention import forget_help
from placements.services.retention import register_forgetter
from stagematch.mail.topics import Frequency, register_topic
from students.models import Student


def register() -> None:
    """Register the mails, their topics, the block on the student's overview and what is forgotten."""
    emails.register_samples()
    panels.register("help-hint", hint_panel, needs="hint")
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


def hint_panel(student: Student) -> list[panels.Panel]:
    """The kind word; asked for only when there is one (`student_page.Has.hint`)."""
    return [("placements/guidance/_hint_panel.html", {})]
