"""What a stagemakelaar answers besides an invitation: not this time, or wait on the reserve list."""

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from placements import validators
from placements.enums import ApplicationStatus
from placements.explanation import validate_rejection
from placements.models import Application, Rejection
from placements.services.locks import lock_application, lock_student
from placements.services.status import has_positive_interview, last_round, move
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict, RuleError
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


def put_on_reserve(*, application: Application, actor: User, rank: int | None = None) -> Application:
    """Put a candidate on the reserve list, at `rank` or behind who is on it already.

    Raises RuleError not_talked_yet before the last talk went well: a reserve can get an offer the same day.
    """
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        if not has_positive_interview(locked, last_round(locked)):
            raise RuleError(
                "not_talked_yet",
                _(
                    "Op de reservelijst komt wie na het laatste gesprek past. Schrijf eerst het verslag van dat gesprek."
                ),
            )
        last = reserves_of(locked.vacancy_id).aggregate(last=Max("reserve_rank"))["last"] or 0
        return move(locked, to=ApplicationStatus.RESERVE, actor=actor, reserve_rank=rank or last + 1)


def reserves_of(vacancy_pk: int) -> QuerySet[Application]:
    """The reserve list of a vacancy, first in line first."""
    return Application.objects.filter(vacancy=vacancy_pk, status=ApplicationStatus.RESERVE).order_by(
        "reserve_rank", "submitted_at", "pk"
    )
