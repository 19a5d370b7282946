"""What a stagemakelaar answers besides an invitation: not this time."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from placements import validators
from placements.enums import ApplicationStatus
from placements.explanation import validate_rejection
from placements.models import Application, Rejection
from placements.services.locks import lock_application, lock_student
from placements.services.status import move
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict
from students.models import Student


def reject(
    *, application: Application, actor: User, reason: str, explanation: str, positive: str, tip: str = ""
) -> Rejection:
    """Answer no, with a reason, an explanation in one's own words and what was good (R2). The student reads it at once.

    Counts one rejection for the student, who so gets earlier turns in the matching (R6). Raises the RuleErrors of
    `validate_rejection`, reason_required, and Conflict status_changed.
    """
    chosen = validators.validate_reason(reason)
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        validate_rejection(application=locked, explanation=explanation, positive=positive, actor=actor)
        if hasattr(locked, "rejection"):
            raise Conflict("status_changed", _("Deze student kreeg al een antwoord. Er is niets dubbel verstuurd."))
        rejection = Rejection.objects.create(
            application=locked,
            reason=chosen,
            explanation=explanation.strip(),
            positive=positive.strip(),
            tip=tip.strip(),
        )
        move(locked, to=ApplicationStatus.REJECTED, actor=actor, reason=str(chosen.label))
        Student.objects.filter(pk=locked.student_id).update(rejections=F("rejections") + 1)
    return rejection
