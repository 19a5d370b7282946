"""Choosing a time for a talk, moving or cancelling it, and writing down how it went."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from placements import emails
from placements.enums import InterviewStatus
from placements.models import Application, Interview, InterviewSlot
from placements.services.locks import lock_application
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError


def _lock_interview(interview: Interview) -> Interview:
    """Lock the application and then read the interview as it is now."""
    application = lock_application(interview.application_id)
    locked = Interview.objects.select_related("host").select_for_update(of=("self",), no_key=True).get(pk=interview.pk)
    locked.application = application
    return locked


def choose_slot(*, interview: Interview, slot: InterviewSlot, actor: User) -> Interview:
    """Plan the talk at one of the proposed times; choosing another one later moves it.

    Raises RuleError slot_unknown or slot_past; Conflict slot_taken when the host got another talk at that time,
    or interview_closed when it was cancelled or held.
    """
    with transaction.atomic():
        locked = _lock_interview(interview)
        if locked.status not in {InterviewStatus.PROPOSED, InterviewStatus.PLANNED} or not locked.application.is_open:
            raise Conflict(
                "interview_closed", _("Dit gesprek gaat niet meer door of is al geweest. Kijk bij 'Mijn stage'.")
            )
        if slot.interview_id != locked.pk:
            raise RuleError("slot_unknown", _("Deze tijd hoort niet bij dit gesprek. Kies een tijd uit de lijst."))
        if slot.starts_at <= now():
            raise RuleError("slot_past", _("Deze tijd is al voorbij. Kies een andere tijd."))
        if locked.status == InterviewStatus.PLANNED and locked.starts_at == slot.starts_at:
            return locked
        if locked.status == InterviewStatus.PLANNED:
            locked.sequence += 1
        locked.status = InterviewStatus.PLANNED
        locked.starts_at, locked.ends_at = slot.starts_at, slot.ends_at
        try:
            with transaction.atomic():
                locked.save(update_fields=["status", "starts_at", "ends_at", "sequence"])
        except IntegrityError as error:  # the exclusion constraint: nobody is in two talks at once
            raise Conflict(
                "slot_taken", _("Deze tijd is net door iemand anders gekozen. Kies een andere tijd.")
            ) from error
        emails.slot_chosen(locked)
    return locked


def cancel_interview(*, interview: Interview, actor: User, reason: str) -> Interview:
    """Call the talk off; the other side gets a mail. The application stays as it is, a new time can be proposed."""
    with transaction.atomic():
        locked = _lock_interview(interview)
        if locked.status == InterviewStatus.CANCELLED:
            return locked
        if locked.status == InterviewStatus.HELD:
            raise Conflict("interview_closed", _("Dit gesprek is al geweest. Afzeggen kan niet meer."))
        locked.status = InterviewStatus.CANCELLED
        locked.sequence += 1
        locked.save(update_fields=["status", "sequence"])
        emails.interview_cancelled(locked, actor=actor, reason=reason.strip())
    return locked


def record_interview(*, interview: Interview, actor: User, is_positive: bool, record: str) -> Interview:
    """Write down how a planned talk went. What follows (offer, second talk, rejection) is a step of its own."""
    if not record.strip():
        raise RuleError("record_empty", _("Schrijf kort op wat jullie hebben besproken."), field="record")
    with transaction.atomic():
        locked = _lock_interview(interview)
        if locked.status not in {InterviewStatus.PLANNED, InterviewStatus.HELD}:
            raise Conflict("interview_not_planned", _("Dit gesprek is niet gepland. Plan het eerst."))
        if not Application.objects.open().filter(pk=locked.application_id).exists():
            raise Conflict("interview_closed", _("Deze reactie is al afgesloten. Het verslag kan niet meer anders."))
        locked.status = InterviewStatus.HELD
        locked.is_positive = is_positive
        locked.record = record.strip()
        locked.save(update_fields=["status", "is_positive", "record"])
    return locked
