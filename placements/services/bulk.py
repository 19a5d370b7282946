"""Answering several candidates at once: each in a transaction of its own, and each once, however often it is sent.

An operation has a key that comes with the form. Who was skipped is kept with the reason, for the page at the end.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Location
from placements.enums import AnswerKind, ApplicationStatus, BulkOutcome, PlaceKind
from placements.models import Application, BulkItem, BulkOperation, Interview
from placements.services.invitations import MAX_SLOTS, invite
from placements.services.screening import reject
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import Conflict, RuleError

MAX_TOGETHER = 20
MAX_INVITED = MAX_SLOTS - 1
"""Everybody gets a time of their own to choose, and one more."""


@dataclass(frozen=True)
class Plan:
    """What an operation would do with a selection: whom it applies to, and whom it leaves out and why."""

    takes: list[Application]
    skips: list[tuple[Application, str]]


@dataclass(frozen=True)
class Answer:
    """A rejection as it was typed for one candidate."""

    application: Application
    reason: str
    explanation: str
    positive: str
    tip: str = ""


def why_not(kind: str, application: Application) -> str:
    """Say in words why this candidate is left out; empty when the operation applies."""
    status = ApplicationStatus(application.status)
    if kind == AnswerKind.INVITATION:
        if status in ApplicationStatus.unanswered():
            return ""
    elif status == ApplicationStatus.OFFERED:
        return _("heeft een aanbod en beslist zelf")
    elif status in ApplicationStatus.open_statuses():
        return ""
    return _("staat op '%(status)s'") % {"status": status.label}


def plan(kind: str, applications: Iterable[Application]) -> Plan:
    """Sort a selection, up to the most there can be, into who gets the answer and who does not."""
    most = MAX_INVITED if kind == AnswerKind.INVITATION else MAX_TOGETHER
    takes: list[Application] = []
    skips: list[tuple[Application, str]] = []
    for application in applications:
        reason = why_not(kind, application)
        if not reason and len(takes) >= most:
            reason = _("je kunt hoogstens %(n)d kandidaten tegelijk antwoorden") % {"n": most}
        if reason:
            skips.append((application, reason))
        else:
            takes.append(application)
    return Plan(takes, skips)


def reject_together(
    *, key: UUID, actor: User, answers: Sequence[Answer], skips: Iterable[tuple[Application, str]] = ()
) -> BulkOperation:
    """Send each candidate their own rejection; who cannot get one any more is skipped, with the reason.

    Safe to call again with the same key: nobody gets a second mail. Raises Conflict `other_operation` for a key that
    was used by somebody else or for something else.
    """
    operation = _start(key, AnswerKind.REJECTION, actor)
    for answer in answers:
        _one(operation, answer.application, lambda answer=answer: _reject(answer, actor))  # type: ignore[misc]
    _note_skips(operation, skips)
    return operation


def invite_together(
    *,
    key: UUID,
    actor: User,
    applications: Sequence[Application],
    slots: Sequence[tuple[dt.datetime, dt.datetime]],
    where: str,
    message: str = "",
    place_kind: str = PlaceKind.LOCATION,
    location: Location | None = None,
    skips: Iterable[tuple[Application, str]] = (),
) -> BulkOperation:
    """Invite each candidate to choose from the same times; a time goes to who is first. Otherwise as `reject_together`."""
    operation = _start(key, AnswerKind.INVITATION, actor)

    def ask(application: Application) -> Interview:
        return invite(
            application=application,
            actor=actor,
            slots=slots,
            where=where,
            message=message,
            place_kind=place_kind,
            location=location,
        )

    for application in applications:
        _one(operation, application, lambda a=application: ask(a))  # type: ignore[misc]
    _note_skips(operation, skips)
    return operation


def _reject(answer: Answer, actor: User) -> object:
    return reject(
        application=answer.application,
        actor=actor,
        reason=answer.reason,
        explanation=answer.explanation,
        positive=answer.positive,
        tip=answer.tip,
    )


def _start(key: UUID, kind: AnswerKind, actor: User) -> BulkOperation:
    operation, _created = BulkOperation.objects.get_or_create(
        key=key, defaults={"kind": kind, "actor": actor, "started_at": now()}
    )
    if operation.actor_id != actor.pk or operation.kind != kind:
        raise Conflict("other_operation", _("Deze actie is al gebruikt. Begin opnieuw vanuit de rij."))
    return operation


def _one(operation: BulkOperation, application: Application, answer: Callable[[], object]) -> None:
    """Answer one candidate and note it, in one transaction; a second sender waits and then finds it done."""
    try:
        with transaction.atomic():
            BulkOperation.objects.select_for_update(no_key=True).get(pk=operation.pk)
            if BulkItem.objects.filter(operation=operation, application=application).exists():
                return
            answer()
            BulkItem.objects.create(operation=operation, application=application, outcome=BulkOutcome.DONE)
    except RuleError as error:
        _note_skips(operation, [(application, error.message)])


def _note_skips(operation: BulkOperation, skips: Iterable[tuple[Application, str]]) -> None:
    for application, why in skips:
        BulkItem.objects.get_or_create(
            operation=operation,
            application=application,
            defaults={"outcome": BulkOutcome.SKIPPED, "why": why[:300]},
        )
