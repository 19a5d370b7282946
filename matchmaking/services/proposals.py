"""The life of a proposal after the night: seen, accepted, declined, expired, withdrawn (R5: a proposal, never an assignment)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from matchmaking.enums import PROPOSAL_TRANSITIONS, DeclineReason, ProposalKind, ProposalStatus
from matchmaking.models import Proposal
from placements.enums import ApplicationOrigin
from placements.models import Application, Vacancy
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import Document, PlacementSearch, Student

if TYPE_CHECKING:
    from stagematch.accounts.models import User


@transaction.atomic
def accept_proposal(
    *,
    proposal: Proposal,
    actor: User,
    motivation: str,
    learning_goals: list[str] | None = None,
    cv: Document | None = None,
) -> Application:
    """Turn an open proposal into an application that is marked as proposed; return the application.

    `learning_goals` are those of the search when left out. Raises `Conflict` when the proposal is no longer open,
    and whatever rule `placements` names when applying is not possible (limit reached, place full, …).
    """
    from placements.services import submit_application
    from placements.services.locks import lock_student, lock_vacancy

    # Always student, vacancy, proposal: the same order as an application that comes in by its own page.
    lock_student(proposal.search.student_id)
    lock_vacancy(proposal.vacancy_id)
    locked = _lock_open(proposal, actor)
    if learning_goals is None:
        learning_goals = list(locked.search.learning_goals.values_list("text", flat=True))
    application = submit_application(
        student=locked.search.student,
        search=locked.search,
        vacancy=locked.vacancy,
        actor=actor,
        motivation=motivation,
        learning_goals=learning_goals,
        cv=cv,
        origin=ApplicationOrigin.PROPOSAL,
    )
    link_application(application)
    return application


@transaction.atomic
def link_application(application: Application) -> Proposal | None:
    """Answer an open proposal for the pair of a new application with yes, however the student applied.

    Marks the application as proposed and returns the proposal; None when there was none.
    """
    proposal = (
        Proposal.objects.open()
        .select_for_update()
        .filter(search=application.search_id, vacancy=application.vacancy_id)
        .first()
    )
    if proposal is None:
        return None
    proposal.application = application
    _move(proposal, ProposalStatus.ACCEPTED)
    application.origin, application.match_score = ApplicationOrigin.PROPOSAL, proposal.score
    Application.objects.filter(pk=application.pk).update(origin=application.origin, match_score=application.match_score)
    return proposal


@transaction.atomic
def decline_proposal(*, proposal: Proposal, actor: User, reason: str = "") -> Proposal:
    """Say no to an open proposal; the place is not proposed to this student again. Never counts as a rejection.

    `reason` is one of `DeclineReason` or empty. Raises `Conflict` when the proposal is no longer open.
    """
    if reason and reason not in DeclineReason.values:
        raise RuleError("unknown_reason", _("Kies een van de redenen, of geen."), field="reason")
    locked = _lock_open(proposal, actor)
    locked.decline_reason = reason
    return _move(locked, ProposalStatus.DECLINED)


def mark_seen(*, search: PlacementSearch, actor: User) -> int:
    """Note that the student looked at the open proposals; return for how many this was the first time."""
    if actor.pk != search.student.user_id:
        return 0
    unseen = Proposal.objects.filter(search=search, status=ProposalStatus.PROPOSED)
    return unseen.update(status=ProposalStatus.SEEN, seen_at=now())


def expire_proposals(day: dt.date) -> int:
    """Close the open proposals whose last day is before `day`; return how many. Safe to run twice."""
    late = Proposal.objects.open().filter(expires_on__lt=day)
    return late.update(status=ProposalStatus.EXPIRED, answered_at=now())


def withdraw_stale_proposals() -> int:
    """Withdraw open proposals that can no longer become an application: place gone, or student no longer searching."""
    fresh = Proposal.objects.open().filter(
        vacancy__in=Vacancy.objects.accepting().order_by().values("pk"), search__status=SearchStatus.OPEN
    )
    return withdraw_proposals(Proposal.objects.open().exclude(pk__in=fresh.order_by().values("pk")))


@transaction.atomic
def withdraw_proposals(proposals: QuerySet[Proposal]) -> int:
    """Withdraw these open proposals; students get the turn back that a proposal from the division had cost them."""
    found = list(proposals.order_by("pk").values_list("pk", "search__student_id"))
    # Students before proposals, each in the order of their keys, as everywhere: so no two of us wait for each other.
    students = Student.objects.filter(pk__in={student for _pk, student in found}).order_by("pk")
    list(students.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    rows = list(
        Proposal.objects.open()
        .filter(pk__in=[pk for pk, _student in found])
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "kind", "search__student_id")
    )
    Proposal.objects.filter(pk__in=[pk for pk, _kind, _student in rows]).update(
        status=ProposalStatus.WITHDRAWN, answered_at=now()
    )
    cost_a_turn = [student for _pk, kind, student in rows if kind == ProposalKind.DIVISION]
    Student.objects.filter(pk__in=cost_a_turn).update(turns=Greatest(F("turns") - 1, Value(0)))
    return len(rows)


def _lock_open(proposal: Proposal, actor: User) -> Proposal:
    locked = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("search__student", "vacancy")
        .get(pk=proposal.pk)
    )
    if locked.search.student.user_id != actor.pk:
        raise RuleError("not_yours", _("Dit voorstel is niet voor jou."))
    if locked.status not in ProposalStatus.open_statuses():
        raise Conflict("answered", _("Je hebt dit voorstel al beantwoord, of de plek is vergeven."))
    if locked.expires_on < today():
        raise Conflict(
            "expired", _("Je kon op dit voorstel reageren tot en met gisteren of eerder. Het geldt niet meer.")
        )
    return locked


def _move(proposal: Proposal, to: ProposalStatus) -> Proposal:
    """The one setter of a proposal's status. The caller holds the row's lock."""
    if to not in PROPOSAL_TRANSITIONS[ProposalStatus(proposal.status)]:
        raise Conflict("answered", _("Je hebt dit voorstel al beantwoord, of de plek is vergeven."))
    proposal.status, proposal.answered_at = to, now()
    proposal.save(update_fields=["status", "answered_at", "decline_reason", "application"])
    return proposal
