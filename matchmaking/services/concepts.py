"""Proposals that a school sees first: let through by the coordinator, or by themselves after a working day (S11)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaking import emails
from matchmaking.enums import PairDecisionKind, ProposalKind, ProposalStatus
from matchmaking.models import PairDecision, Proposal
from matchmaking.services.publish import SLOTS, term_ends
from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.roles import has_role_at
from organisations.workdays import working_days_between
from placements.models import Vacancy
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import Student

if TYPE_CHECKING:
    from stagematch.accounts.models import User

ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def release_proposals(*, proposals: QuerySet[Proposal], actor: User | None) -> int:
    """Show concepts to their students, each with a full term from now; return how many.

    What can no longer become an application is withdrawn instead. `actor` is the coordinator, or None when the
    school's day to look has passed. Raises PermissionDenied when it is not this person's school that looks.
    """
    found = proposals.filter(status=ProposalStatus.CONCEPT)
    if actor is not None and found.exclude(pk__in=Proposal.objects.to_look_at(actor).values("pk")).exists():
        raise PermissionDenied
    students = Student.objects.filter(pk__in=found.values("search__student_id")).order_by("pk")
    list(students.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    rows = list(
        Proposal.objects.filter(pk__in=found.values("pk"))
        .select_for_update(of=("self",))
        .select_related("search__student__user")
        .order_by("search_id", "slot", "pk")
    )
    accepting = set(
        Vacancy.objects.accepting().filter(pk__in={row.vacancy_id for row in rows}).values_list("pk", flat=True)
    )
    shown = 0
    for _search, group in groupby(rows, key=lambda row: row.search_id):
        shown += _show(list(group), accepting)
    return shown


def _show(mine: list[Proposal], accepting: set[int]) -> int:
    """Show the concepts of one search, as far as they still hold and there is a slot for them."""
    search, moment, day = mine[0].search, now(), today()
    others = Proposal.objects.open().filter(search=search)
    free = [slot for slot in SLOTS if slot not in set(others.values_list("slot", flat=True))]
    known = set(others.values_list("vacancy_id", flat=True))
    shown = []
    for row in mine:
        holds = search.status == SearchStatus.OPEN and row.vacancy_id in accepting and row.vacancy_id not in known
        if holds and free:
            row.status, row.slot, row.expires_on = ProposalStatus.PROPOSED, free.pop(0), term_ends(day)
            shown.append(row)
        else:
            row.status, row.answered_at = ProposalStatus.WITHDRAWN, moment
        row.save(update_fields=["status", "slot", "expires_on", "answered_at"])
    turns = sum(row.kind == ProposalKind.DIVISION for row in shown)
    if turns:
        Student.objects.filter(pk=search.student_id).update(turns=F("turns") + turns)
    if shown:
        emails.released(shown, day)
    return len(shown)


def release_due(night: dt.date) -> int:
    """Show the concepts that their school had a whole working day for; return how many. Safe to run twice."""
    waiting = Proposal.objects.filter(status=ProposalStatus.CONCEPT).order_by().values_list("created_at", flat=True)
    days = {timezone.localtime(moment).date() for moment in waiting.distinct()}
    due = [day for day in days if working_days_between(day - ONE_DAY, night - ONE_DAY, None) >= 1]
    if not due:
        return 0
    return release_proposals(proposals=Proposal.objects.filter(created_at__date__in=due), actor=None)


@transaction.atomic
def hold_back(*, proposal: Proposal, reason: str, actor: User) -> Proposal:
    """Keep a concept from the student, and this place from the next nights, with the coordinator's reason.

    Raises PermissionDenied, RuleError `reason` without words, Conflict when the student sees it already.
    """
    locked = Proposal.objects.select_for_update(of=("self",)).select_related("search__student").get(pk=proposal.pk)
    if not has_role_at(actor, locked.search.student.school, Role.COORDINATOR):
        raise PermissionDenied
    if not reason.strip():
        raise RuleError("reason", _("Schrijf kort waarom. De student mag dit later lezen."))
    if locked.status != ProposalStatus.CONCEPT:
        raise Conflict("released", _("Dit voorstel is al bij de student, of het is vervallen."))
    locked.status, locked.answered_at = ProposalStatus.WITHDRAWN, now()
    locked.save(update_fields=["status", "answered_at"])
    PairDecision.objects.get_or_create(
        search=locked.search,
        vacancy_id=locked.vacancy_id,
        ended_at=None,
        defaults={"kind": PairDecisionKind.EXCLUDE, "reason": reason.strip()[:300], "decided_by": actor},
    )
    return locked


def tell_schools(night: dt.date) -> int:
    """Mail the coordinators whose students have concepts; return how many mails. One a day at most."""
    waiting = Counter(
        Proposal.objects.filter(status=ProposalStatus.CONCEPT)
        .order_by()
        .values_list("search__student__school_id", flat=True)
    )
    people = Membership.objects.active().filter(role=Role.COORDINATOR, organisation__in=waiting).select_related("user")
    for member in people:
        emails.school_looks_first(to=member.user, number=waiting[member.organisation_id], day=night)
    return len(people)


def remind_last_day(day: dt.date) -> int:
    """Mail students whose proposals can be answered until `day` and who did not answer yet; return how many mails."""
    ending = (
        Proposal.objects.open()
        .filter(expires_on=day, search__student__user__is_active=True)
        .select_related("search__student__user")
        .order_by("search__student_id", "slot")
    )
    mails = 0
    for _student, group in groupby(ending, key=lambda row: row.search.student_id):
        mine = list(group)
        emails.last_day(mine[0], len(mine))
        mails += 1
    return mails


@transaction.atomic
def switch_looking_first(*, actor: User, on: bool) -> bool:
    """Let the coordinator's school look at proposals first, or no longer; switched off, what waits goes out at once.

    Raises PermissionDenied for who coordinates no school. Returns what holds now.
    """
    schools = list(Organisation.objects.of(actor, Role.COORDINATOR).values_list("pk", flat=True))
    if not schools:
        raise PermissionDenied
    for school in Organisation.objects.select_for_update(of=("self",)).filter(pk__in=schools).order_by("pk"):
        if school.sees_proposals_first != on:
            school.sees_proposals_first = on
            school.save(update_fields=["sees_proposals_first"])
    if not on:
        release_proposals(proposals=Proposal.objects.filter(search__student__school__in=schools), actor=None)
    return on


def looks_first(user: User) -> bool:
    """Whether this coordinator's school sees proposals before its students do."""
    return Organisation.objects.of(user, Role.COORDINATOR).filter(sees_proposals_first=True).exists()
