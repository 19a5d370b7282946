"""What makes a stage begin and go well: VOG, start pact, first day, contact moments."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dossier.enums import PACT_QUESTIONS, MomentKind, Side, VogStatus
from placements.dossier.files import lock_file, require_active
from placements.enums import PlacementStatus
from placements.models import ContactMoment, Placement, PlacementFile
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError

MAX_MOMENTS = 12


def set_vog(
    *, placement: Placement, actor: User, side: Side, status: VogStatus, seen_on: dt.date | None = None
) -> PlacementFile:
    """Keep how far the VOG is. Of a VOG only the day it was seen and by whom is kept, never what it says (domain B8).

    A student can only say that it is asked for. Raises RuleError `not_yours`, `date_needed` or `in_future`.
    """
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if side == Side.STUDENT and (status != VogStatus.ASKED or file.vog_status == VogStatus.SEEN):
            raise RuleError("not_yours", _("De organisatie noteert dat de VOG gezien is."))
        if status == VogStatus.SEEN and seen_on is None:
            raise RuleError("date_needed", _("Vul in wanneer je de VOG zag."), field="seen_on")
        if seen_on is not None and seen_on > today():
            raise RuleError("in_future", _("Kies vandaag of een dag die al geweest is."), field="seen_on")
        is_seen = status == VogStatus.SEEN
        file.vog_status = status
        file.vog_seen_on = seen_on if is_seen else None
        file.vog_seen_by = actor if is_seen else None
        file.save(update_fields=["vog_status", "vog_seen_on", "vog_seen_by"])
    return file


def allow_start(*, placement: Placement, actor: User, reason: str) -> PlacementFile:
    """Let a stage begin while something misses, with a reason and a name. Raises RuleError `reason_needed`, `not_waiting`."""
    reason = reason.strip()
    with transaction.atomic():
        file = lock_file(placement)
        if file.placement.status != PlacementStatus.AGREED:
            raise RuleError("not_waiting", _("Deze stage is al begonnen of voorbij."))
        if len(reason) < 10:
            raise RuleError("reason_needed", _("Schrijf waarom de student toch mag beginnen."), field="reason")
        file.start_exception, file.start_exception_by = reason[:300], actor
        file.save(update_fields=["start_exception", "start_exception_by"])
    return file


def agree_pact(*, placement: Placement, actor: User, side: Side, answers: dict[str, str]) -> PlacementFile:
    """Agree with the start pact as written; whoever changes a word asks the other side to agree again.

    Raises RuleError `incomplete` when a question has no answer, and `not_yours` for others than student and begeleider.
    """
    if side not in {Side.STUDENT, Side.SUPERVISOR}:
        raise RuleError("not_yours", _("De student en de praktijkbegeleider maken deze afspraken samen."))
    clean = {key: answers.get(key, "").strip()[:500] for key, _question, _help in PACT_QUESTIONS}
    if not all(clean.values()):
        raise RuleError("incomplete", _("Beantwoord alle vijf de vragen. Een paar woorden is genoeg."))
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        is_changed = file.pact != clean
        file.pact = clean
        if is_changed:
            file.pact_student_at = file.pact_supervisor_at = None
        if side == Side.STUDENT:
            file.pact_student_at = now()
        else:
            file.pact_supervisor_at = now()
        file.save(update_fields=["pact", "pact_student_at", "pact_supervisor_at"])
    return file


def set_first_day(
    *, placement: Placement, actor: User, time: dt.time, address: str, contact: str, bring: str = ""
) -> PlacementFile:
    """Fill in the card for the first day; the student gets it by mail two working days before. Raises RuleError `not_active`."""
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        file.first_day_time, file.first_day_address = time, address.strip()
        file.first_day_contact, file.first_day_bring = contact.strip(), bring.strip()
        file.save(update_fields=["first_day_time", "first_day_address", "first_day_contact", "first_day_bring"])
    return file


def plan_moment(
    *,
    placement: Placement,
    actor: User,
    planned_on: dt.date,
    kind: MomentKind = MomentKind.EXTRA,
    on_spot: bool = False,
    moment: ContactMoment | None = None,
) -> ContactMoment:
    """Plan a contact moment, or move one that was not held yet.

    Raises RuleError `outside_stage` for a day outside the stage, `too_many`, and Conflict `already_held`.
    """
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if not file.placement.starts_on <= planned_on <= file.placement.ends_on:
            raise RuleError("outside_stage", _("Kies een dag binnen de stage."), field="planned_on")
        if moment is None:
            if file.moments.count() >= MAX_MOMENTS:
                raise RuleError("too_many", _("Er staan al veel gesprekken gepland. Verzet er eerst een."))
            return ContactMoment.objects.create(file=file, kind=kind, planned_on=planned_on, on_spot=on_spot)
        found = file.moments.get(pk=moment.pk)
        if found.held_on is not None:
            raise Conflict("already_held", _("Dit gesprek is al geweest."))
        found.planned_on, found.on_spot = planned_on, on_spot
        found.save(update_fields=["planned_on", "on_spot"])
    return found


def record_moment(
    *, placement: Placement, actor: User | None, moment: ContactMoment, held_on: dt.date, on_spot: bool, record: str
) -> ContactMoment:
    """Note that a contact moment took place, with a few lines that student, organisation and school all can read.

    Raises RuleError `in_future`, `before_stage`, `record_needed`, and Conflict `already_held`.
    """
    record = record.strip()
    with transaction.atomic():
        file = lock_file(placement)
        found = file.moments.get(pk=moment.pk)
        if found.held_on is not None:
            raise Conflict("already_held", _("Dit gesprek is al genoteerd."))
        if held_on > today():
            raise RuleError("in_future", _("Kies vandaag of een dag die al geweest is."), field="held_on")
        if held_on < file.placement.starts_on:
            raise RuleError("before_stage", _("De stage was toen nog niet begonnen."), field="held_on")
        if not record:
            raise RuleError("record_needed", _("Schrijf in een paar woorden wat jullie afspraken."), field="record")
        found.held_on, found.on_spot, found.record, found.recorded_by = held_on, on_spot, record[:1000], actor
        found.save(update_fields=["held_on", "on_spot", "record", "recorded_by"])
    return found
