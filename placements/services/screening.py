"""What a stagemakelaar answers: come and talk, not this time, or wait on the reserve list."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from placements import emails, validators
from placements.enums import ApplicationStatus, InterviewStatus
from placements.explanation import validate_rejection
from placements.models import Application, Interview, InterviewSlot, Rejection
from placements.services.locks import lock_application, lock_student
from placements.services.status import has_positive_interview, last_round, move
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student

MAX_SLOTS = 12


def invite(
    *,
    application: Application,
    actor: User,
    slots: Sequence[tuple[dt.datetime, dt.datetime]],
    where: str,
    message: str = "",
    round: int = 1,
) -> Interview:
    """Invite for a talk and propose times. Round 1 answers the application (R1); round 2 needs a positive round 1.

    After a cancelled talk the same round can be proposed again. Raises RuleError: slots_missing, slot_past,
    slot_order, slot_taken, where_missing, round_1_first, already_invited; Conflict status_changed.
    """
    times = _validate_slots(slots, actor)
    if not where.strip():
        raise RuleError("where_missing", _("Vul in waar het gesprek is."), field="where")
    with transaction.atomic():
        locked = lock_application(application.pk)
        target = ApplicationStatus.INVITED if round == 1 else ApplicationStatus.SECOND_ROUND
        _validate_round(locked, round, target)
        interview = Interview.objects.create(
            application=locked, round=round, where=where.strip(), message=message.strip(), host=actor, created_at=now()
        )
        InterviewSlot.objects.bulk_create(InterviewSlot(interview=interview, starts_at=a, ends_at=b) for a, b in times)
        if locked.status == target:
            emails.invitation(interview)
        else:
            move(locked, to=target, actor=actor)
    return interview


def _validate_slots(
    slots: Sequence[tuple[dt.datetime, dt.datetime]], host: User
) -> list[tuple[dt.datetime, dt.datetime]]:
    times = sorted(set(slots))
    if not times:
        raise RuleError("slots_missing", _("Kies minstens 1 tijd. De student kiest daaruit."), field="slots")
    if len(times) > MAX_SLOTS:
        raise RuleError("slots_missing", _("Kies hoogstens %(n)d tijden.") % {"n": MAX_SLOTS}, field="slots")
    if times[0][0] <= now():
        raise RuleError("slot_past", _("Een van de tijden is al voorbij. Kies een latere tijd."), field="slots")
    if any(end <= start for start, end in times):
        raise RuleError("slot_order", _("Een gesprek eindigt later dan het begint. Pas de tijden aan."), field="slots")
    planned = Interview.objects.filter(host=host, status=InterviewStatus.PLANNED)
    for start, end in times:
        if planned.filter(starts_at__lt=end, ends_at__gt=start).exists():
            raise RuleError(
                "slot_taken", _("Je hebt op een van deze tijden al een gesprek. Kies een andere tijd."), field="slots"
            )
    return times


def _validate_round(application: Application, round: int, target: ApplicationStatus) -> None:
    if round == 2 and not has_positive_interview(application, 1):
        raise RuleError(
            "round_1_first", _("Een 2e gesprek kan na een goede kennismaking. Schrijf daar eerst het verslag van.")
        )
    running = application.interviews.filter(round=round).exclude(status=InterviewStatus.CANCELLED)
    if application.status == target and running.exists():
        raise Conflict(
            "already_invited", _("Deze student is al uitgenodigd. Je ziet de voorgestelde tijden in het dossier.")
        )


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
