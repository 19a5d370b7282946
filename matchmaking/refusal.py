"""'Why was I not proposed here?' answered with the first rule that failed or the cut-off of the place (features M2, R6).

Nothing here says anything about another person: only which rule of the division decided.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from matchmaking import facts
from matchmaking import snapshot as snapshots
from matchmaking.columns import Column, rows_of
from matchmaking.engine import explain, order, score
from matchmaking.engine.explain import Decided
from matchmaking.engine.types import CUTOFF_CLOSED, CUTOFF_OPEN, Outcome
from matchmaking.enums import ProposalKind, ProposalStatus, RunStatus
from matchmaking.fit import engine_policy, rule_sentence
from matchmaking.models import MatchingRun, Proposal, VacancyCutoff
from placements.models import Application, Vacancy
from stagematch.clock import today
from students.enums import SearchStatus
from students.models import PlacementSearch


@dataclass(frozen=True)
class WhyNot:
    """One answer: `code` for programs, `text` in plain Dutch."""

    code: str
    text: str


def why_not(search: PlacementSearch, vacancy: Vacancy, known: facts.Facts | None = None) -> WhyNot:
    """Say why this vacancy is not among the student's proposals, or that it is; the first reason that counts.

    `known` are the facts of both, for who has read them already.
    """
    return (
        _answered(search, vacancy)
        or _handed_over(search)
        or _rule(search, vacancy, known)
        or _not_in_the_market(search, vacancy)
        or _decided_by_division(search, vacancy)
    )


def _answered(search: PlacementSearch, vacancy: Vacancy) -> WhyNot | None:
    if search.status != SearchStatus.OPEN or search.home_id is None:
        return WhyNot("no_search", _("Je zoektocht staat niet open. Daarom doe je nu niet mee met de verdeling."))
    if Application.objects.filter(student=search.student_id, vacancy=vacancy).exists():
        return WhyNot("applied", _("Je hebt op deze plek al gereageerd. Daarom wordt hij niet voorgesteld."))
    statuses = set(Proposal.objects.filter(search=search, vacancy=vacancy).values_list("status", flat=True))
    if statuses & ProposalStatus.open_statuses():
        return WhyNot("proposed", _("Deze plek is je voorgesteld. Je vindt hem bij 'Mijn stage'."))
    if ProposalStatus.DECLINED in statuses:
        return WhyNot("declined", _("Je zei nee tegen deze plek. Daarom wordt hij niet nog eens voorgesteld."))
    return None


def _handed_over(search: PlacementSearch) -> WhyNot | None:
    policy = engine_policy()
    if policy.hand_over == 0 or search.student.rejections < policy.hand_over:
        return None
    return WhyNot(
        "handed_over",
        _(
            "Je kreeg nu %(n)d keer nee. Daarom zoekt iemand van je school met je mee. De computer stelt niets meer voor."
        )
        % {"n": search.student.rejections},
    )


def _rule(search: PlacementSearch, vacancy: Vacancy, known: facts.Facts | None) -> WhyNot | None:
    known = known or facts.of_one(search.pk, [vacancy.pk], today().toordinal())
    failure = explain.first_failing_rule(
        known.students, 0, known.vacancies, 0, policy=engine_policy(), today=today().toordinal()
    )
    if failure is None:
        return None
    return WhyNot(failure.rule.value, rule_sentence(failure.rule, search, vacancy, known))


def _not_in_the_market(search: PlacementSearch, vacancy: Vacancy) -> WhyNot | None:
    if not Vacancy.objects.accepting().filter(pk=vacancy.pk).exists():
        return WhyNot("closed", _("Deze plek neemt nu geen reacties aan."))
    waiting = Proposal.objects.open().filter(search=search, kind=ProposalKind.DIVISION)
    if waiting.exists():
        return WhyNot(
            "has_proposal",
            _("Er wacht al een voorstel op jouw antwoord. Zeg ja of nee, dan doe je weer mee met de verdeling."),
        )
    return None


def last_run() -> MatchingRun | None:
    """The last published night of which the input is still kept."""
    kept = MatchingRun.objects.filter(status=RunStatus.PUBLISHED, snapshot__isnull=False)
    return kept.order_by("-pk").defer("snapshot").first()


@lru_cache(maxsize=1)
def night_of(run_pk: int) -> tuple[snapshots.Snapshot, Column]:
    """The stored input of a run with the order of that night; big, so only the last one is kept."""
    data = MatchingRun.objects.values_list("snapshot", flat=True).get(pk=run_pk)
    snapshot = snapshots.unpack(data or b"")
    return snapshot, order.rank(snapshot.students, snapshot.policy, snapshot.seed)


def _decided_by_division(search: PlacementSearch, vacancy: Vacancy) -> WhyNot:
    run = last_run()
    later = WhyNot("new", _("Je zoektocht of deze plek is nieuw. Komende nacht doen jullie mee met de verdeling."))
    if run is None:
        return later
    snapshot, rank = night_of(run.pk)
    student, is_student = rows_of(snapshot.search_pk, np.array([search.pk]))
    place, is_place = rows_of(snapshot.vacancy_pk, np.array([vacancy.pk]))
    if not (is_student[0] and is_place[0]):
        return later
    i, j = int(student[0]), int(place[0])
    points = score.parts(snapshot.students, [i], snapshot.vacancies, [j], snapshot.policy)
    cutoff = np.full(snapshot.vacancies.n, CUTOFF_OPEN, np.int64)
    cutoff[j] = cutoffs_of(run, snapshot, np.array([j]))[0]
    outcome = Outcome(np.full(snapshot.students.n, -1, np.int32), np.full(snapshot.students.n, -1, np.int64), cutoff)
    verdict = explain.cutoff(snapshot.students, i, j, int(points.band[0]), outcome, rank, snapshot.policy)
    if not verdict.refused:
        night = date_format(run.night, "j F")
        return WhyNot(
            "higher_on_list",
            _("In de nacht van %(night)s kreeg je een plek die nog beter bij je past.") % {"night": night},
        )
    return WhyNot(str(verdict.decided), sentence(verdict.decided, run.night))


def cutoffs_of(run: MatchingRun, snapshot: snapshots.Snapshot, rows: Column) -> Column:
    """The cut-offs of some vacancy rows of a night, in the engine's own terms, in one query."""
    pks = snapshot.vacancy_pk[rows]
    stored = {
        vacancy: band * snapshot.students.n + rank
        for vacancy, band, rank in VacancyCutoff.objects.filter(run=run, vacancy__in=pks.tolist()).values_list(
            "vacancy_id", "band", "rank"
        )
    }
    pool = snapshot.vacancies.pool[rows]
    team_room = np.where(pool >= 0, np.append(snapshot.pools.cap, 1)[pool], 1)
    # No room in the team is no place either: nobody got in, so no cut-off was written.
    closed = (snapshot.vacancies.cap[rows] == 0) | (team_room == 0)
    found = np.array([stored.get(pk, CUTOFF_OPEN) for pk in pks.tolist()], np.int64)
    return np.where(closed, CUTOFF_CLOSED, found)


def sentence(decided: Decided | None, night: dt.date) -> str:
    """What decided, in words that say nothing about another person."""
    return _words(decided) % {"night": date_format(night, "j F")}


def _words(decided: Decided | None) -> str:
    start = _("In de nacht van %(night)s wilden meer studenten deze plek dan er ruimte was. ")
    match decided:
        case Decided.NO_PLACES:
            return _("In de nacht van %(night)s was hier geen plek vrij.")
        case Decided.FIT:
            return start + _("Wie dichterbij woont en er meer kan leren, ging voor.")
        case Decided.TURN:
            return start + _("Wie minder voorstellen kreeg, ging voor.")
        case Decided.REJECTIONS:
            return start + _("Wie vaker nee kreeg van organisaties, ging voor.")
        case Decided.WEEKS:
            return start + _("Wie langer zoekt, ging voor.")
        case Decided.CONCEPT:
            return start + _("De plek was al voor iemand gevonden. De school keek er nog naar.")
        case Decided.BY_HAND:
            return start + _("De plek is met de hand aan iemand voorgesteld, met een reden die wij bewaren.")
        case _:
            return start + _("Daarom is er geloot.")
