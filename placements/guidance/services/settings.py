"""The thresholds of a school."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from placements.guidance.enums import HelpReason
from placements.guidance.services.tasks import require_coordinator
from placements.models import HelpSettings
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError

NUMBERS = (
    "hint_at",
    "task_at",
    "talk_at",
    "long_weeks",
    "silent_days",
    "waiting_days",
    "profile_days",
    "short_km",
    "task_term_days",
)


@transaction.atomic
def change_settings(
    *, school: Organisation, actor: User, sends_hints: bool, task_reasons: Sequence[str], **numbers: int
) -> HelpSettings:
    """Change from when this school wants to know that a student gets stuck; what is left out keeps its value.

    The ladder goes up: hint, task, talk. Raises RuleError not_own_student and `ladder`.
    """
    require_coordinator(actor, school)
    # The row of the school is locked, not that of the settings: the first time there is none.
    Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)
    found = HelpSettings.objects.filter(school=school).first() or HelpSettings(school_id=school.pk)
    for name in NUMBERS:
        if name in numbers:
            setattr(found, name, numbers[name])
    if not found.hint_at < found.task_at < found.talk_at:
        raise RuleError(
            "ladder", _("Laat de getallen oplopen: eerst het bericht, dan de taak, dan het gesprek."), field="task_at"
        )
    found.sends_hints = sends_hints
    found.task_reasons = [
        reason.value for reason in HelpReason if reason in HelpReason.makes_tasks() and reason in task_reasons
    ]
    found.changed_by, found.changed_at = actor, now()
    found.save()
    return found
