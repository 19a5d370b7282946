"""Passing a candidate on to another team of the same organisation, only after the student says yes.

Until that yes nothing of the student exists at the other place, and the answer clock of the first goes on running.
"""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from placements import emails, fit, rules, validators
from placements.enums import ApplicationOrigin, ApplicationStatus, ForwardStatus
from placements.models import Application, ForwardRequest, Vacancy
from placements.services.applications import submit_application
from placements.services.locks import lock_application, lock_student, lock_vacancy
from placements.services.status import move
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

MAX_CHOICES = 60


def forward_choices(application: Application) -> list[tuple[Vacancy, fit.Fit | None]]:
    """Return the places of other teams of the organisation that fit this student and take applications today, best first."""
    student = application.student
    rows = list(
        Vacancy.objects.accepting()
        .with_open_applications()
        .alias(year_ok=F("years").bitand(1 << (student.year - 1)))
        .filter(
            organisation=application.vacancy.organisation_id,
            period=application.search.period_id,
            qualifications__crebo=student.programme.qualification.crebo,
            year_ok__gt=0,
        )
        .exclude(team=application.vacancy.team_id)
        .exclude(applications__student=student)
        .select_related("organisation", "team", "period", "location__postcode")
        .order_by("team__name", "title", "pk")
        .distinct()[:MAX_CHOICES]
    )
    free = [vacancy for vacancy in rows if vacancy.open_applications < vacancy.application_cap]  # type: ignore[attr-defined]
    fits = fit.fits(application.search, free)
    if not fits:
        return [(vacancy, None) for vacancy in free]
    good = [vacancy for vacancy in free if vacancy.pk in fits and fits[vacancy.pk].fits]
    return [(vacancy, fits[vacancy.pk]) for vacancy in sorted(good, key=lambda v: -fits[v.pk].score)]


def ask_to_forward(*, application: Application, to_vacancy: Vacancy, actor: User, message: str = "") -> ForwardRequest:
    """Ask the student whether another team may read the application. Only while it waits for an answer (R1).

    Raises RuleError: other_organisation, same_team, the codes of `validate_fits`, vacancy_full; Conflict
    status_changed, already_asked.
    """
    if to_vacancy.organisation_id != application.vacancy.organisation_id:
        raise RuleError("other_organisation", _("Doorsturen kan alleen naar een team van jullie eigen organisatie."))
    if to_vacancy.team_id == application.vacancy.team_id:
        raise RuleError("same_team", _("Deze plek is van hetzelfde team. Kies een plek van een ander team."))
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        if locked.status not in ApplicationStatus.unanswered():
            raise Conflict("status_changed", _("Deze student kreeg al antwoord. Doorsturen kan daarom niet meer."))
        if locked.forwards.filter(status=ForwardStatus.ASKED).exists():
            raise Conflict("already_asked", _("Deze vraag staat al open bij de student. Wacht op het antwoord."))
        validators.validate_fits(locked.student, locked.search, to_vacancy)
        if not rules.takes_applications(to_vacancy):
            raise RuleError("vacancy_full", _("Op deze plek reageerden al genoeg studenten. Kies een andere plek."))
        request = ForwardRequest.objects.create(
            application=locked, to_vacancy=to_vacancy, message=message.strip()[:1000], asked_by=actor, asked_at=now()
        )
        emails.forward_asked(request)
    return request


def accept_forward(*, request: ForwardRequest, actor: User) -> Application:
    """The student says yes: the first application is closed with a friendly mail, and a new one begins at the other team.

    Raises Conflict `forward_closed` when the question is no longer open, and the RuleErrors of `submit_application`;
    then nothing has changed.
    """
    with transaction.atomic():
        lock_student(request.application.student_id)
        for pk in sorted({request.application.vacancy_id, request.to_vacancy_id}):
            lock_vacancy(pk)
        first = lock_application(request.application_id)
        mine = _still_open(request, first)
        team = mine.to_vacancy.team.name
        move(
            first,
            to=ApplicationStatus.WITHDRAWN,
            actor=actor,
            reason=_("Doorgestuurd naar %(team)s, met toestemming van de student.") % {"team": team},
        )
        result = submit_application(
            student=first.student,
            search=first.search,
            vacancy=mine.to_vacancy,
            actor=actor,
            motivation=first.motivation,
            learning_goals=[str(goal) for goal in first.learning_goals],
            cv=first.cv,
            origin=ApplicationOrigin.FORWARDED,
        )
        mine.result = result
        _close(mine, ForwardStatus.ACCEPTED)
        emails.forwarded(mine)
    return result


def decline_forward(*, request: ForwardRequest, actor: User) -> ForwardRequest:
    """The student says no: the application stays where it is. Raises Conflict `forward_closed`."""
    with transaction.atomic():
        first = lock_application(request.application_id)
        mine = _still_open(request, first)
        _close(mine, ForwardStatus.DECLINED)
        emails.forward_declined(mine)
    return mine


def _still_open(request: ForwardRequest, first: Application) -> ForwardRequest:
    row = (
        ForwardRequest.objects.select_related("to_vacancy__organisation", "to_vacancy__team", "asked_by")
        .select_for_update(of=("self",))
        .get(pk=request.pk)
    )
    if row.status != ForwardStatus.ASKED or first.status not in ApplicationStatus.unanswered():
        raise Conflict(
            "forward_closed", _("Deze vraag is niet meer open. Kijk bij je reactie hoe het er nu voor staat.")
        )
    row.application = first
    return row


def _close(row: ForwardRequest, status: ForwardStatus) -> None:
    row.status = status
    row.answered_at = now()
    row.save(update_fields=["status", "answered_at", "result"])
