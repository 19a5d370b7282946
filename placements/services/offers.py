"""Offering a place, and the student's answer. Here R7 is kept: a place is never given twice."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import SupervisorCapacity
from organisations.workdays import add_working_days
from placements import emails
from placements.dossier.files import file_of
from placements.enums import ApplicationStatus
from placements.models import Application, Placement, Vacancy
from placements.services.locks import lock_application, lock_room, lock_student
from placements.services.room import require_room, take_room
from placements.services.screening import reserves_of
from placements.services.status import has_positive_interview, last_round, move
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch

MAX_TERM_DAYS = 30


def make_offer(
    *, application: Application, actor: User, supervisor: SupervisorCapacity, until: dt.date | None = None
) -> Application:
    """Offer the place with a named praktijkbegeleider; the student answers up to and including `until`.

    Offers that are out count as taken: nobody gets an offer for a place somebody else may still accept. Raises
    RuleError: interview_first, wrong_supervisor, term, vacancy_full, pool_full, supervisor_full,
    supervisor_hours_full; Conflict status_changed.
    """
    organisation = application.vacancy.organisation
    term = until or add_working_days(today(), settings.OFFER_TERM_DAYS, organisation)
    if not today() < term <= today() + dt.timedelta(days=MAX_TERM_DAYS):
        raise RuleError(
            "term", _("Kies een dag na vandaag en binnen %(n)d dagen.") % {"n": MAX_TERM_DAYS}, field="until"
        )
    with transaction.atomic():
        lock_student(application.student_id)
        room = lock_room(application.vacancy_id, supervisor.pk)
        locked = lock_application(application.pk)
        if not has_positive_interview(locked, last_round(locked)):
            raise RuleError(
                "interview_first",
                _("Een aanbod kan na een goed laatste gesprek. Schrijf eerst het verslag van dat gesprek."),
            )
        if room.supervisor is None or room.supervisor.pool_id != room.vacancy.pool_id:
            raise RuleError(
                "wrong_supervisor",
                _("Deze begeleider hoort niet bij het team van deze plek. Kies een ander."),
                field="supervisor",
            )
        require_room(room, offers_count=True)
        return move(
            locked,
            to=ApplicationStatus.OFFERED,
            actor=actor,
            offer_until=term,
            offered_supervisor=room.supervisor,
            reserve_rank=None,
        )


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
    """Let offers whose last day is before `day` expire; return how many. Safe to run twice, catches up missed nights."""
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
    return expired


def tell_next_reserve(application: Application) -> None:
    """Mail the stagemakelaar who is first on the reserve list now that this offer is off."""
    first = reserves_of(application.vacancy_id).select_related("student__user", "vacancy__organisation").first()
    if first is not None:
        emails.reserve_next(closed=application, first=first)
