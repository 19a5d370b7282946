"""The reserve list of a vacancy: its order, and what happens when a place comes free (features O8)."""

from functools import partial

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from organisations.models import SupervisorCapacity
from placements import emails
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, ApplicationEvent, ApplicationNote, Vacancy
from placements.services.locks import lock_application, lock_student, lock_vacancy
from placements.services.offering import make_offer
from placements.services.status import has_positive_interview, last_round, move
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

UP, DOWN = "up", "down"
_OFF = [ApplicationStatus.DECLINED, ApplicationStatus.EXPIRED, ApplicationStatus.WITHDRAWN]


def reserves_of(vacancy_pk: int) -> QuerySet[Application]:
    """The reserve list of a vacancy, first in line first."""
    return Application.objects.filter(vacancy=vacancy_pk, status=ApplicationStatus.RESERVE).order_by(
        "reserve_rank", "submitted_at", "pk"
    )


def put_on_reserve(*, application: Application, actor: User, rank: int | None = None) -> Application:
    """Put a candidate on the reserve list, at `rank` or behind who is on it already.

    Raises RuleError not_talked_yet before the last talk went well: a reserve can get an offer the same day.
    """
    with transaction.atomic():
        lock_student(application.student_id)
        lock_vacancy(application.vacancy_id)  # so that two at once get two ranks
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


def move_reserve(*, application: Application, actor: User, direction: str, reason: str) -> int:
    """Move a candidate one place up or down the reserve list; return the new rank. The reason stays as a note.

    Raises RuleError reason_empty; Conflict not_on_list. First and last stay where they are.
    """
    if not reason.strip():
        raise RuleError("reason_empty", _("Schrijf kort op waarom de volgorde verandert."), field="reason")
    with transaction.atomic():
        lock_vacancy(application.vacancy_id)
        rows = list(
            Application.objects.filter(vacancy=application.vacancy_id, status=ApplicationStatus.RESERVE)
            .select_for_update(no_key=True)
            .order_by("pk")
        )
        rows.sort(key=lambda row: (row.reserve_rank or 0, row.submitted_at, row.pk))
        place = next((n for n, row in enumerate(rows) if row.pk == application.pk), None)
        if place is None:
            raise Conflict("not_on_list", _("Deze kandidaat staat niet meer op de reservelijst."))
        other = place - 1 if direction == UP else place + 1
        if not 0 <= other < len(rows):
            return place + 1
        rows[place], rows[other] = rows[other], rows[place]
        for rank, row in enumerate(rows, start=1):
            row.reserve_rank = rank
        Application.objects.bulk_update(rows, ["reserve_rank"])
        text = _("Reservelijst: van plaats %(old)d naar %(new)d. %(reason)s") % {
            "old": place + 1,
            "new": other + 1,
            "reason": reason.strip()[:500],
        }
        ApplicationNote.objects.create(application=application, author=actor, text=text, at=now())
    return other + 1


def tell_next_reserve(application: Application) -> None:
    """See to the next in line now that the offer or place of this application is free again.

    Who that is gets the offer by itself where the organisation chose that, once this transaction is final: an offer
    locks another student, and locks go in one order. Otherwise the stagemakelaar reads who is next.
    """
    first = reserves_of(application.vacancy_id).select_related("student__user", "vacancy__organisation").first()
    if first is None:
        return
    if first.vacancy.organisation.offers_reserve_itself:
        transaction.on_commit(partial(offer_next_reserve, closed=application), robust=True)
    else:
        emails.reserve_next(closed=application, first=first)


def offer_next_reserve(*, closed: Application) -> Application | None:
    """Offer the free place to the first on the reserve list, with the same praktijkbegeleider or one who has room.

    Returns None when the list is empty or there is no room after all. Without anybody to guide the student, or when the
    rules of an offer are not met, the stagemakelaar hears who is next instead.
    """
    for candidate in reserves_of(closed.vacancy_id).select_related("student__user", "vacancy__organisation"):
        for capacity in _guides(closed):
            try:
                offered = make_offer(application=candidate, actor=None, supervisor=capacity)
            except RuleError as error:
                if error.code in {"vacancy_full", "pool_full"}:
                    return None
                if error.code == "status_changed":
                    break  # withdrawn or rejected since the list was read: the next candidate
                continue
            emails.reserve_offered(closed=closed, offered=offered)
            return offered
        else:
            emails.reserve_next(closed=closed, first=candidate)
            return None
    return None


def _guides(closed: Application) -> list[SupervisorCapacity]:
    """Who could guide the next student: first who was to guide the one before, then who has most room."""
    rows = list(
        SupervisorCapacity.objects.filter(pool__vacancies=closed.vacancy_id, taken__lt=F("places"))
        .select_related("supervisor__user")
        .order_by("taken", "pk")
    )
    return sorted(rows, key=lambda row: row.pk != closed.offered_supervisor_id)


def offer_waiting_reserves() -> int:
    """Catch up with places that came free without the next in line being offered them; return how many were offered.

    Only where the organisation lets that happen by itself, and only for the last offer that ended at a vacancy.
    """
    events = ApplicationEvent.objects.filter(application__vacancy=OuterRef("vacancy"))
    later = events.filter(to_status=ApplicationStatus.OFFERED, at__gt=OuterRef("closed_at"))
    after = Application.objects.filter(
        vacancy=OuterRef("vacancy"), closed_at__gt=OuterRef("closed_at"), events__from_status=ApplicationStatus.OFFERED
    )
    waiting = Application.objects.filter(vacancy=OuterRef("vacancy"), status=ApplicationStatus.RESERVE)
    ended = (
        Application.objects.filter(
            Q(status__in=_OFF),
            events__from_status=ApplicationStatus.OFFERED,
            vacancy__status=VacancyStatus.PUBLISHED,
            vacancy__organisation__offers_reserve_itself=True,
        )
        .filter(Exists(waiting), ~Exists(later), ~Exists(after))
        .select_related("vacancy__organisation")
        .order_by("pk")
        .distinct()
    )
    return sum(offer_next_reserve(closed=application) is not None for application in ended)


def reserve_list(vacancy: Vacancy) -> list[Application]:
    """The reserve list for a page, with names."""
    return list(reserves_of(vacancy.pk).select_related("student__user", "student__school"))
