"""The answer to an offer: yes, no, or none in time. Here R7 is kept: a place is never given twice."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dossier.files import file_of
from placements.enums import ApplicationStatus
from placements.models import Application, Placement, Vacancy
from placements.services.locks import lock_application, lock_room, lock_student
from placements.services.reserves import offer_waiting_reserves, tell_next_reserve
from placements.services.room import require_room, take_room
from placements.services.status import move
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch


def accept_offer(*, application: Application, actor: User) -> Placement:
    """Accept: the place is taken at vacancy, team and praktijkbegeleider at once, or not at all (R7).

    The student's other open applications for the same period are withdrawn with a friendly mail, and the search is
    done. Raises RuleError offer_expired, Conflict status_changed, already_accepted, vacancy_full, pool_full,
    supervisor_full, supervisor_hours_full.
    """
    with transaction.atomic():
        student = lock_student(application.student_id)
        supervisor_pk = Application.objects.values_list("offered_supervisor", flat=True).get(pk=application.pk)
        room = lock_room(application.vacancy_id, supervisor_pk)
        locked = lock_application(application.pk)
        if locked.status == ApplicationStatus.ACCEPTED:
            raise Conflict(
                "already_accepted", _("Je hebt ja gezegd tegen deze plek. Gefeliciteerd, er is niets meer te doen.")
            )
        if locked.status != ApplicationStatus.OFFERED:
            raise Conflict(
                "status_changed", _("Dit aanbod staat niet meer open. Kijk bij 'Mijn stage' hoe het er nu voor staat.")
            )
        if locked.offer_until is not None and locked.offer_until < today():
            raise RuleError(
                "offer_expired",
                _("Je kon tot en met gisteren of eerder ja zeggen. Bel de stagemakelaar: misschien kan het nog."),
            )
        require_room(room, offers_count=False)
        hours = take_room(room)
        assert room.supervisor is not None  # noqa: S101 -- require_room saw to it; narrows the type
        first, last = _days(room.vacancy, locked.search)
        placement = Placement.objects.create(
            application=locked,
            student=student,
            search=locked.search,
            vacancy=room.vacancy,
            supervisor=room.supervisor,
            starts_on=first,
            ends_on=last,
            agreed_at=now(),
            guidance_hours=hours,
        )
        move(locked, to=ApplicationStatus.ACCEPTED, actor=actor)
        locked.search.status = SearchStatus.PLACED
        locked.search.save(update_fields=["status"])  # not update(): higher rooms listen to what happens to a search
        _withdraw_others(locked, actor)
        file_of(placement)
    return placement


def _days(vacancy: Vacancy, search: PlacementSearch) -> tuple[dt.date, dt.date]:
    """First and last day of the stage: what place and student share; the place's own when they changed meanwhile."""
    first, last = max(vacancy.starts_on, search.starts_on), min(vacancy.ends_on, search.ends_on)
    return (first, last) if first < last else (vacancy.starts_on, vacancy.ends_on)


def _withdraw_others(accepted: Application, actor: User) -> None:
    others = Application.objects.filter(search=accepted.search_id).open().exclude(pk=accepted.pk).order_by("pk")
    for pk in others.values_list("pk", flat=True):
        other = lock_application(pk)
        if not other.is_open:
            continue
        was_offer = other.status == ApplicationStatus.OFFERED
        move(other, to=ApplicationStatus.WITHDRAWN, actor=actor, reason=_("De student heeft een andere plek gevonden."))
        if was_offer:
            tell_next_reserve(other)


def decline_offer(*, application: Application, actor: User, reason: str = "") -> Application:
    """Say no to an offer. It costs the student nothing; the stagemakelaar hears who is next on the reserve list."""
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        if locked.status == ApplicationStatus.DECLINED:
            return locked
        move(locked, to=ApplicationStatus.DECLINED, actor=actor, reason=reason.strip())
        tell_next_reserve(locked)
    return locked


def expire_offers(*, day: dt.date, dry_run: bool = False) -> int:
    """Let offers whose last day is before `day` expire; return how many. Safe to run twice, catches up missed nights.

    Also offers what came free to the next in line, where that was to happen by itself and did not (a stopped process).
    """
    due = Application.objects.filter(status=ApplicationStatus.OFFERED, offer_until__lt=day).order_by("pk")
    if dry_run:
        return due.count()
    expired = 0
    for pk, student_pk in due.values_list("pk", "student_id"):
        with transaction.atomic():
            lock_student(student_pk)
            locked = lock_application(pk)
            if locked.status != ApplicationStatus.OFFERED or locked.offer_until is None or locked.offer_until >= day:
                continue  # answered, or given more time, since the list was read
            move(locked, to=ApplicationStatus.EXPIRED, actor=None, reason=_("De termijn van het aanbod is voorbij."))
            tell_next_reserve(locked)
            expired += 1
    offer_waiting_reserves()
    return expired
