"""Sending, reading, withdrawing and passing on an application."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organisations.models import Membership
from organisations.workdays import add_working_days
from placements import emails, fit, rules, validators
from placements.enums import ApplicationOrigin, ApplicationStatus
from placements.models import Application, ApplicationEvent, ApplicationNote, Vacancy, WaitingListEntry
from placements.services.aliases import pick_alias
from placements.services.drafts import drop_draft
from placements.services.locks import lock_application, lock_student, lock_vacancy
from placements.services.requests import pending_request, settle_request
from placements.services.reserves import tell_next_reserve
from placements.services.status import move
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.models import Document, PlacementSearch, Student

MAX_GOALS = 10


def submit_application(
    *,
    student: Student,
    search: PlacementSearch,
    vacancy: Vacancy,
    actor: User | None,
    motivation: str,
    learning_goals: list[str],
    cv: Document | None,
    origin: str = ApplicationOrigin.SELF,
) -> Application:
    """Send an application. The limits (R3) are checked while student and vacancy are locked, so they hold under a rush.

    Raises RuleError with the codes of `validate_can_apply`; a limit that was still free on the screen is told the
    same way. The student gets a confirmation and the stagemakelaar a notice.
    """
    score = _score(search, vacancy)  # before the locks: nobody waits for arithmetic
    with transaction.atomic():
        locked_student = lock_student(student.pk)
        locked_vacancy = lock_vacancy(vacancy.pk)
        search = PlacementSearch.objects.select_related("period").get(pk=search.pk)
        validators.validate_can_apply(locked_student, search, locked_vacancy)
        if cv is not None and cv.student_id != student.pk:
            raise RuleError("wrong_cv", _("Dit cv is niet van jou. Kies je eigen cv."), field="cv")
        asked = pending_request(locked_student, locked_vacancy)
        if asked is not None and origin == ApplicationOrigin.SELF and asked.origin == ApplicationOrigin.MAIL:
            origin = ApplicationOrigin.MAIL
        application = Application(
            vacancy=locked_vacancy,
            student=locked_student,
            search=search,
            origin=origin,
            motivation=motivation.strip(),
            learning_goals=[goal.strip() for goal in learning_goals if goal.strip()][:MAX_GOALS],
            cv=cv,
            match_score=score,
            submitted_at=now(),
            answer_by=answer_date(locked_vacancy),
        )
        taken = set(Application.objects.filter(vacancy=locked_vacancy).values_list("alias", flat=True))
        application.alias = pick_alias(str(application.public_id), taken)
        try:
            with transaction.atomic():
                application.save(force_insert=True)
        except IntegrityError as error:  # the constraint is the last line, for what does not come through here
            raise Conflict("already_applied", _("Je reactie op deze plek is al verstuurd.")) from error
        ApplicationEvent.objects.create(
            application=application, to_status=application.status, actor=actor, at=application.submitted_at
        )
        WaitingListEntry.objects.filter(student=locked_student, vacancy=locked_vacancy).delete()
        drop_draft(student=locked_student, vacancy=locked_vacancy)
        if asked is not None:
            settle_request(asked, application)
        emails.application_received(application)
        emails.application_new(application)
    return application


def answer_date(vacancy: Vacancy, start: dt.date | None = None) -> dt.date:
    """The last day on which an application of `start` (default today) must be answered (R1)."""
    return add_working_days(start or today(), vacancy.response_term_days, vacancy.organisation)


def _score(search: PlacementSearch, vacancy: Vacancy) -> int | None:
    found = fit.fit(search, vacancy)
    return found.score if found else None


def mark_read(*, application: Application, actor: User) -> Application:
    """Note that the organisation opened the application; the student sees 'gelezen'. Reading twice changes nothing."""
    with transaction.atomic():
        locked = lock_application(application.pk)
        if locked.status != ApplicationStatus.SUBMITTED:
            return locked
        return move(locked, to=ApplicationStatus.IN_REVIEW, actor=actor)


def withdraw_application(*, application: Application, actor: User, reason: str = "") -> Application:
    """Withdraw, by the student, at any moment before it is closed. The organisation gets a friendly mail."""
    with transaction.atomic():
        lock_student(application.student_id)
        locked = lock_application(application.pk)
        if locked.status == ApplicationStatus.WITHDRAWN:
            return locked
        was_offer = locked.status == ApplicationStatus.OFFERED
        move(locked, to=ApplicationStatus.WITHDRAWN, actor=actor, reason=reason.strip())
        if was_offer:
            tell_next_reserve(locked)
    return locked


def add_note(*, application: Application, actor: User, text: str) -> ApplicationNote:
    """Keep a note for colleagues. The student can ask for it, so an empty one is refused."""
    if not text.strip():
        raise RuleError("note_empty", _("De notitie is nog leeg."), field="text")
    return ApplicationNote.objects.create(application=application, author=actor, text=text.strip()[:2000], at=now())


def assign(*, application: Application, actor: User, to: User | None) -> Application:
    """Say which stagemakelaar takes this application up; `to` None gives it back to everybody.

    Raises RuleError `not_a_broker` for somebody who does not screen for this organisation.
    """
    if to is not None and not rules.may_screen(to, application):
        raise RuleError(
            "not_a_broker", _("Deze collega is geen stagemakelaar van jullie organisatie. Kies iemand anders.")
        )
    with transaction.atomic():
        locked = lock_application(application.pk)
        locked.assigned_to = to
        locked.save(update_fields=["assigned_to"])
    return locked


def colleagues_of(application: Application) -> list[Membership]:
    """The stagemakelaars an application can be given to."""
    return list(
        Membership.objects.active()
        .filter(organisation=application.vacancy.organisation_id, role="broker")
        .select_related("user")
        .order_by("user__first_name", "user__last_name")
    )
