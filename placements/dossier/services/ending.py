"""How a stage ends: later than agreed with both sides' consent, or earlier with a reason and a new search."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dossier import emails
from placements.dossier.enums import EndReason, Party, Side
from placements.dossier.files import GUARDIAN, lock_file, lock_placement, require_active
from placements.dossier.services.signatures import reset_signatures
from placements.dossier.services.status import move_placement
from placements.enums import PlacementStatus
from placements.models import Placement, PlacementFile
from placements.services.locks import lock_room, lock_student
from placements.services.reserves import tell_next_reserve
from placements.services.room import release_room
from placements.services.waiting import tell_waiting_later
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.services import revoke_links
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus

MAX_EXTENSION_DAYS = 366


def end_early(
    *, placement: Placement, actor: User, party: Party, reason: EndReason, ended_on: dt.date, note: str = ""
) -> Placement:
    """Stop a stage before its last day: the place is free again, and the student searches on with the same priority.

    How long somebody searches, how often they were turned down and how many proposals they had all stay: the school
    must find another place when one falls away (WEB article 7.2.9, domain B1), and nobody goes back to the end of the
    row. Raises RuleError `day_outside`, `note_needed` and Conflict `status_changed`.
    """
    note = note.strip()
    with transaction.atomic():
        lock_student(placement.student_id)
        room = lock_room(placement.vacancy_id, placement.supervisor_id)
        locked = lock_placement(placement.pk)
        if not locked.is_active:
            raise RuleError("not_active", _("Deze stage is al voorbij."))
        earliest = locked.agreed_at.date()
        if not earliest <= ended_on <= min(today(), locked.ends_on):
            raise RuleError("day_outside", _("Kies de laatste dag: vandaag of eerder."), field="ended_on")
        if reason == EndReason.OTHER and not note:
            raise RuleError("note_needed", _("Schrijf kort wat er is."), field="note")
        move_placement(
            locked,
            to=PlacementStatus.ENDED_EARLY,
            actor=actor,
            reason=str(reason.label),
            ended_on=ended_on,
            end_reason=reason,
            end_note=note[:500],
            ended_by=party,
        )
        release_room(room, locked)
        revoke_links(subject=locked, purpose=GUARDIAN, actor=actor)
        _search_again(locked, reason)
        emails.ended(locked)
        tell_next_reserve(locked.application)
        tell_waiting_later(locked.vacancy_id)
    return locked


def _search_again(placement: Placement, reason: EndReason) -> None:
    """Open the search for what is left of its period; who leaves the school searches no more."""
    search = placement.search
    left = max(search.starts_on, today() + dt.timedelta(days=1))
    if reason == EndReason.STOPS or left >= search.ends_on:
        search.status = SearchStatus.STOPPED
    else:
        search.starts_on = left
        can_open = search.home_id is not None and search.opened_on is not None
        search.status = SearchStatus.OPEN if can_open else SearchStatus.DRAFT
    search.save(update_fields=["status", "starts_on"])  # not update(): higher rooms listen to what happens to a search


def propose_extension(
    *, placement: Placement, actor: User, side: Side, until: dt.date, reason: str = ""
) -> PlacementFile:
    """Propose a later last day; student and organisation both agree before it counts. A new proposal replaces the old.

    Raises RuleError `not_later`, `too_long` and `not_active`.
    """
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if until <= file.placement.ends_on:
            raise RuleError("not_later", _("Kies een dag na de laatste dag die nu is afgesproken."), field="until")
        if until > file.placement.ends_on + dt.timedelta(days=MAX_EXTENSION_DAYS):
            raise RuleError(
                "too_long", _("Langer dan een jaar verlengen kan niet. Maak dan een nieuwe stage."), field="until"
            )
        file.extend_to, file.extend_reason = until, reason.strip()[:300]
        file.extend_student_at = now() if side == Side.STUDENT else None
        file.extend_organisation_at = now() if side.party == Party.ORGANISATION else None
        file.save(update_fields=["extend_to", "extend_reason", "extend_student_at", "extend_organisation_at"])
        if side != Side.STUDENT:
            emails.extension_asked(file, Side.STUDENT)
        if side.party != Party.ORGANISATION:
            emails.extension_asked(file, Side.SUPERVISOR)
    return file


def answer_extension(*, placement: Placement, actor: User, side: Side, is_agreed: bool) -> PlacementFile:
    """Say yes or no to the proposed last day; with two times yes the stage gets longer and the agreement changes.

    Raises RuleError `nothing_proposed`, `not_yours` and `not_active`.
    """
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if file.extend_to is None:
            raise RuleError("nothing_proposed", _("Er is geen voorstel om te verlengen."))
        if side == Side.SCHOOL:
            raise RuleError("not_yours", _("De student en de organisatie beslissen hierover."))
        if not is_agreed:
            _clear_extension(file)
            return file
        if side == Side.STUDENT:
            file.extend_student_at = now()
        else:
            file.extend_organisation_at = now()
        file.save(update_fields=["extend_student_at", "extend_organisation_at"])
        if file.extend_student_at and file.extend_organisation_at:
            _extend(file, actor)
    return file


def _extend(file: PlacementFile, actor: User) -> None:
    placement, until = file.placement, file.extend_to
    assert until is not None  # noqa: S101 -- checked by the caller; narrows the type
    placement.ends_on = until
    placement.save(update_fields=["ends_on"])
    reset_signatures(file, actor=actor, reason=_("De stage duurt langer."))
    _clear_extension(file)


def _clear_extension(file: PlacementFile) -> None:
    file.extend_to, file.extend_reason, file.extend_student_at, file.extend_organisation_at = None, "", None, None
    file.save(update_fields=["extend_to", "extend_reason", "extend_student_at", "extend_organisation_at"])


__all__ = ["answer_extension", "end_early", "propose_extension"]
