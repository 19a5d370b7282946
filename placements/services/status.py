"""The one setter of an application's status. Every verb (invite, reject, offer, …) goes through `change_status`."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.workdays import working_days_between
from placements import emails, talk_emails
from placements.enums import TRANSITIONS, ApplicationStatus, ForwardStatus, InterviewStatus
from placements.models import AnswerStatistic, Application, ApplicationEvent
from placements.services.bookings import free
from placements.services.locks import lock_application, lock_student
from placements.services.waiting import tell_waiting_later
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

_ANSWERS = {ApplicationStatus.INVITED, ApplicationStatus.REJECTED}


def change_status(*, application: Application, to: str, actor: User | None, reason: str = "") -> Application:
    """Move an application to status `to`: lock, check the table, save, record who, when and why, queue the mail.

    `actor` is None for what happens by itself (a term that passes). The facts that a status stands for must be there
    already: a rejection has its explanation, an offer its term, an accepted application its placement.
    Raises Conflict `status_changed` when the table does not allow the step from where the application is now,
    and RuleError `incomplete` when its facts are missing.
    """
    with transaction.atomic():
        lock_student(application.student_id)
        return move(lock_application(application.pk), to=ApplicationStatus(to), actor=actor, reason=reason)


def move(
    application: Application, *, to: ApplicationStatus, actor: User | None, reason: str = "", **fields: Any
) -> Application:
    """Do what `change_status` says with an application (and its student) that the caller has locked.

    `fields` are saved in the same statement, such as the term of an offer.
    """
    source = ApplicationStatus(application.status)
    if to not in TRANSITIONS[source]:
        raise Conflict(
            "status_changed",
            _(
                "Deze reactie staat nu op '%(status)s'. Wat je wilde doen, kan daarom niet meer. Kijk hoe het er nu voor staat."
            )
            % {"status": source.label},
        )
    moment = now()
    fields |= {"status": to}
    if source in ApplicationStatus.unanswered() and to in _ANSWERS:
        fields["answered_at"] = moment
    if application.read_at is None and to in _ANSWERS | {ApplicationStatus.IN_REVIEW}:
        fields["read_at"] = moment
    if to not in ApplicationStatus.open_statuses():
        fields["closed_at"] = moment
        fields["reserve_rank"] = None
    for name, value in fields.items():
        setattr(application, name, value)
    _require_facts(application, to)
    application.save(update_fields=list(fields))
    ApplicationEvent.objects.create(
        application=application, from_status=source, to_status=to, actor=actor, reason=reason[:300], at=moment
    )
    if to not in ApplicationStatus.open_statuses():
        drop_open_interviews(application, reason=reason if to == ApplicationStatus.WITHDRAWN else "")
    if source in ApplicationStatus.unanswered() and to not in ApplicationStatus.unanswered():
        lapse_forwards(application)
    emails.status_changed(application, source=source, actor=actor, reason=reason)
    if to not in ApplicationStatus.open_statuses():
        tell_waiting_later(application.vacancy_id)
    if "answered_at" in fields:
        _count_answer(application)
    return application


def drop_open_interviews(application: Application, *, reason: str = "") -> None:
    """Talks that will not be held any more leave the agendas; who counted on one that is still to come hears it."""
    ahead = application.interviews.filter(status__in=InterviewStatus.ahead()).select_related("host")
    for interview in ahead.order_by("pk"):
        interview.application = application
        was_planned = interview.status == InterviewStatus.PLANNED
        free(interview)
        interview.status = InterviewStatus.CANCELLED
        interview.sequence += 1
        interview.save(update_fields=["status", "sequence"])
        if was_planned and interview.starts_at is not None and interview.starts_at > now():
            talk_emails.called_off(interview, reason=reason)


def lapse_forwards(application: Application) -> None:
    """An application that got its answer, or was withdrawn, is not passed on any more."""
    application.forwards.filter(status=ForwardStatus.ASKED).update(status=ForwardStatus.LAPSED, answered_at=now())


def _require_facts(application: Application, to: ApplicationStatus) -> None:
    check = _FACTS.get(to)
    if check is not None and not check(application):
        raise RuleError("incomplete", _("Deze stap kan nog niet: er ontbreekt nog iets. Doe de stap op de werkplek."))


def has_positive_interview(application: Application, round: int) -> bool:
    """Whether the talk of this round was held and went well."""
    return application.interviews.filter(round=round, status=InterviewStatus.HELD, is_positive=True).exists()


def last_round(application: Application) -> int:
    """The round after which an offer may follow: 2, or 1 where the organisation skips the second talk."""
    return 2 if application.vacancy.organisation.second_interview else 1


def _has_rejection(application: Application) -> bool:
    return hasattr(application, "rejection")


def _has_interview(application: Application) -> bool:
    return application.interviews.filter(round=1).exclude(status__in=InterviewStatus.off()).exists()


def _has_offer(application: Application) -> bool:
    return (
        application.offer_until is not None
        and application.offered_supervisor_id is not None
        and has_positive_interview(application, last_round(application))
    )


_FACTS: dict[ApplicationStatus, Callable[[Application], bool]] = {
    ApplicationStatus.INVITED: _has_interview,
    ApplicationStatus.SECOND_ROUND: lambda application: has_positive_interview(application, 1),
    ApplicationStatus.OFFERED: _has_offer,
    ApplicationStatus.ACCEPTED: lambda application: hasattr(application, "placement"),
    ApplicationStatus.REJECTED: _has_rejection,
}
"""What must be there before a status is true. Also true for a colleague with a shell: there is no other setter."""


def _count_answer(application: Application) -> None:
    """Keep, without names, how long the first answer took (features O10)."""
    answered = application.answered_at
    assert answered is not None  # noqa: S101 -- set by the caller; narrows the type
    organisation = application.vacancy.organisation
    day, sent = timezone.localtime(answered).date(), timezone.localtime(application.submitted_at).date()
    row, _created = AnswerStatistic.objects.get_or_create(
        organisation=organisation,
        month=day.replace(day=1),
        working_days=max(0, working_days_between(sent, day, organisation)),
        in_time=day <= application.answer_by,
    )
    AnswerStatistic.objects.filter(pk=row.pk).update(answers=F("answers") + 1)
