"""What the last night did for one student or at one place, and why: for a platform admin who has to explain it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from matchmaking.columns import rows_of
from matchmaking.engine import explain, order
from matchmaking.engine.types import CUTOFF_OPEN, Outcome
from matchmaking.models import MatchingRun, PairDecision, Proposal, VacancyCutoff
from matchmaking.refusal import cutoffs_of, last_run, night_of, sentence
from matchmaking.snapshot import Snapshot
from placements.models import Vacancy
from students.models import PlacementSearch

SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One place of a student's own list, with what the night decided there."""

    position: int
    vacancy: Vacancy
    points: int
    parts: tuple[int, int, int, int]
    verdict: str


@dataclass(frozen=True)
class StudentView:
    """One search as the last night saw it."""

    search: PlacementSearch
    run: MatchingRun | None
    takes_part: bool
    facts: list[tuple[str, str]] = field(default_factory=list)
    candidates: int = 0
    lines: list[Line] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    decisions: list[PairDecision] = field(default_factory=list)


@dataclass(frozen=True)
class VacancyView:
    """One place as the last night saw it; no student is named."""

    vacancy: Vacancy
    run: MatchingRun | None
    takes_part: bool
    facts: list[tuple[str, str]] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)


def student_view(search: PlacementSearch) -> StudentView:
    """Everything the last night knew about this search: the facts that decide who goes first, and the own list."""
    proposals = list(search.proposals.select_related("vacancy__organisation", "run").order_by("-pk")[:SHOWN])
    decisions = list(search.pair_decisions.select_related("vacancy__organisation", "decided_by")[:SHOWN])
    run = last_run()
    if run is None:
        return StudentView(search, None, takes_part=False, proposals=proposals, decisions=decisions)
    snapshot, rank = night_of(run.pk)
    row, found = rows_of(snapshot.search_pk, np.array([search.pk]))
    if not found[0]:
        return StudentView(search, run, takes_part=False, proposals=proposals, decisions=decisions)
    i = int(row[0])
    own = explain.own_list(
        snapshot.students,
        i,
        snapshot.vacancies,
        policy=snapshot.policy,
        today=snapshot.day,
        exclusions=snapshot.exclusions,
        favourites=snapshot.favourites,
    )
    top = own.vacancy[:SHOWN]
    pks = [int(pk) for pk in snapshot.vacancy_pk[top]]
    vacancies = {v.pk: v for v in Vacancy.objects.filter(pk__in=pks).select_related("organisation")}
    cutoff = np.full(snapshot.vacancies.n, CUTOFF_OPEN, np.int64)
    cutoff[top] = cutoffs_of(run, snapshot, top)
    nobody = np.full(snapshot.students.n, -1)
    outcome = Outcome(nobody.astype(np.int32), nobody.astype(np.int64), cutoff)
    proposed = {p.vacancy_id for p in proposals if p.run_id == run.pk}
    lines = []
    for n, (j, pk) in enumerate(zip(top.tolist(), pks, strict=True)):
        if pk not in vacancies:  # deleted since
            continue
        points = own.points
        verdict = explain.cutoff(snapshot.students, i, j, int(points.band[n]), outcome, rank, snapshot.policy)
        lines.append(
            Line(
                position=n + 1,
                vacancy=vacancies[pk],
                points=int(points.score[n]),
                parts=(
                    int(points.distance[n]),
                    int(points.doelgroep[n]),
                    int(points.werkprocessen[n]),
                    int(points.days[n]),
                ),
                verdict=_verdict(verdict, run, is_proposed=pk in proposed),
            )
        )
    return StudentView(
        search,
        run,
        takes_part=True,
        facts=_priority(snapshot, i),
        candidates=len(own),
        lines=lines,
        proposals=proposals,
        decisions=decisions,
    )


def _verdict(verdict: explain.Cutoff, run: MatchingRun, *, is_proposed: bool) -> str:
    if is_proposed:
        return _("Voorgesteld.")
    if verdict.refused:
        return sentence(verdict.decided, run.night)
    return _("Hier was ruimte. De student kreeg iets dat hoger op de lijst staat.")


def _priority(snapshot: Snapshot, i: int) -> list[tuple[str, str]]:
    students, policy = snapshot.students, snapshot.policy
    often = bool(order.hard_cases(students, policy)[i])
    return [
        (_("voorstellen die meetellen"), str(int(order.turn(students, policy)[i]))),
        (_("keer nee van een organisatie"), str(int(students.rejections[i]))),
        (_("weken gezocht"), str(int(students.weeks[i]))),
        (_("gaat overal voor, door vaak nee"), _("ja") if often else _("nee")),
        (_("al een voorstel dat de school nog bekijkt"), _("ja") if int(snapshot.holder[i]) >= 0 else _("nee")),
    ]


def vacancy_view(vacancy: Vacancy) -> VacancyView:
    """What the last night did at this place: room, how many students it suits, and where the line was."""
    proposals = list(vacancy.proposals.select_related("run").order_by("-pk")[:SHOWN])
    run = last_run()
    if run is None:
        return VacancyView(vacancy, None, takes_part=False, proposals=proposals)
    snapshot, _rank = night_of(run.pk)
    row, found = rows_of(snapshot.vacancy_pk, np.array([vacancy.pk]))
    if not found[0]:
        return VacancyView(vacancy, run, takes_part=False, proposals=proposals)
    j = int(row[0])
    pool = int(snapshot.vacancies.pool[j])
    cut = VacancyCutoff.objects.filter(run=run, vacancy=vacancy).first()
    bands = (_("past goed"), _("past redelijk"), _("past"))
    facts = [
        (_("vrije plekken die nacht"), str(int(snapshot.vacancies.cap[j]))),
        (_("ruimte in het team die nacht"), str(int(snapshot.pools.cap[pool])) if pool >= 0 else "-"),
        (
            _("laatste die nog een plek kreeg"),
            _("er was ruimte over") if cut is None else bands[min(max(cut.band, 0), 2)],
        ),
    ]
    return VacancyView(vacancy, run, takes_part=True, facts=facts, proposals=proposals)
