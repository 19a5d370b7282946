"""What a person decides about one student and one place: propose it, or never propose it. Always with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaking import facts
from matchmaking.engine import explain, score
from matchmaking.enums import PairDecisionKind, ProposalKind, ProposalStatus
from matchmaking.fit import engine_policy, rule_sentence
from matchmaking.models import MatchingRun, PairDecision, Proposal
from matchmaking.services.publish import SLOTS, term_ends
from placements.enums import ApplicationStatus
from placements.models import Application, Vacancy
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import PlacementSearch

if TYPE_CHECKING:
    from stagematch.accounts.models import User


@transaction.atomic
def decide_pair(*, search: PlacementSearch, vacancy: Vacancy, kind: str, reason: str, actor: User) -> PairDecision:
    """Lock or exclude a pair from the next night on.

    Raises PermissionDenied for who is no platform admin, RuleError `reason` without words, `decided` when there is a
    decision about this pair already, and the failing rule's own code when a lock breaks a hard rule.
    """
    if not actor.is_superuser:
        raise PermissionDenied
    if not reason.strip():
        raise RuleError("reason", _("Schrijf waarom. De student en de school mogen dit later lezen."), field="reason")
    if PairDecision.objects.filter(search=search, vacancy=vacancy, ended_at__isnull=True).exists():
        raise RuleError("decided", _("Over deze student en deze plek is al een besluit. Neem dat eerst terug."))
    if kind == PairDecisionKind.LOCK:
        problem = _rule_problem(search, vacancy)
        if problem:
            raise RuleError("rule", problem)
    return PairDecision.objects.create(
        search=search, vacancy=vacancy, kind=PairDecisionKind(kind), reason=reason.strip()[:300], decided_by=actor
    )


@transaction.atomic
def end_decision(*, decision: PairDecision, actor: User) -> PairDecision:
    """Take a decision back. Raises PermissionDenied, and Conflict when it has ended already."""
    if not actor.is_superuser:
        raise PermissionDenied
    locked = PairDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if locked.ended_at is not None:
        raise Conflict("ended", _("Dit besluit is al klaar of teruggenomen."))
    return _end(locked, _("teruggenomen"))


def apply_locks(run: MatchingRun) -> int:
    """Turn the locks that are possible tonight into proposals of `run`; return how many. The rest waits, and says why."""
    waiting = (
        PairDecision.objects.filter(kind=PairDecisionKind.LOCK, ended_at__isnull=True)
        .select_related("search__student", "vacancy__pool")
        .order_by("decided_at", "pk")
    )
    made = 0
    for decision in waiting:
        problem = _problem_tonight(decision)
        if problem:
            decision.result = problem[:200]
            decision.save(update_fields=["result"])
            continue
        _propose(decision, run)
        made += 1
    return made


def _problem_tonight(decision: PairDecision) -> str:
    search, vacancy = decision.search, decision.vacancy
    if search.status != SearchStatus.OPEN or search.home_id is None:
        return _("De student zoekt nu niet.")
    if not Vacancy.objects.accepting().filter(pk=vacancy.pk).exists():
        return _("De plek neemt nu geen reacties aan.")
    if Application.objects.filter(student=search.student_id, vacancy=vacancy).exists():
        return _("De student heeft hier al gereageerd.")
    if Proposal.objects.filter(search=search, vacancy=vacancy, status=ProposalStatus.DECLINED).exists():
        return _("De student zei nee tegen deze plek.")
    if len(_taken_slots(search)) == len(SLOTS):
        return _("De student heeft al drie voorstellen.")
    if vacancy.places_free <= _kept(vacancy=vacancy) or (
        vacancy.pool is not None and vacancy.pool.places - vacancy.pool.taken <= _kept(vacancy__pool=vacancy.pool)
    ):
        return _("Er is nu geen ruimte.")
    return _rule_problem(search, vacancy)


def _rule_problem(search: PlacementSearch, vacancy: Vacancy) -> str:
    if search.home_id is None:
        return _("De student heeft nog geen woonplaats ingevuld.")
    day = today().toordinal()
    known = facts.of_one(search.pk, [vacancy.pk], day)
    failure = explain.first_failing_rule(known.students, 0, known.vacancies, 0, policy=engine_policy(), today=day)
    return "" if failure is None else rule_sentence(failure.rule, search, vacancy, known)


def _kept(**where: object) -> int:
    """Places that are out already: open pinned proposals, and offers."""
    proposals = Proposal.objects.open().filter(kind__in=ProposalKind.pinned(), **where).count()
    return proposals + Application.objects.filter(status=ApplicationStatus.OFFERED, **where).count()


def _taken_slots(search: PlacementSearch) -> set[int]:
    return set(Proposal.objects.open().filter(search=search).values_list("slot", flat=True))


def _propose(decision: PairDecision, run: MatchingRun) -> None:
    search, vacancy = decision.search, decision.vacancy
    known = facts.of_one(search.pk, [vacancy.pk], run.night.toordinal())
    points = score.parts(known.students, [0], known.vacancies, [0], engine_policy())
    Proposal.objects.create(
        run=run,
        search=search,
        vacancy=vacancy,
        kind=ProposalKind.BY_HAND,
        slot=min(set(SLOTS) - _taken_slots(search)),
        score=int(points.score[0]),
        parts=[int(p[0]) for p in (points.distance, points.doelgroep, points.werkprocessen, points.days)],
        expires_on=term_ends(run.night),
    )
    _end(decision, _("voorgesteld"))


def _end(decision: PairDecision, result: str) -> PairDecision:
    decision.ended_at, decision.result = now(), result
    decision.save(update_fields=["ended_at", "result"])
    return decision
