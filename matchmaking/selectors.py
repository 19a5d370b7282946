"""Reads of matching: how well a place fits and why, why not, and the proposals of a student."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from matchmaking.fit import fit_for
from matchmaking.models import Proposal
from matchmaking.refusal import WhyNot, why_not
from placements.browse.cards import NOT_IN_LISTS
from placements.models import Favourite, Vacancy
from stagematch.along import along
from stagematch.clock import today
from stagematch.ui.prepared import Prepared
from students.enums import SearchStatus
from students.models import Student

__all__ = ["WhyNot", "fit_for", "open_proposals", "why_not"]


def _open_of(student: int, day: dt.date) -> QuerySet[Proposal]:
    counted: Any = Vacancy.objects.filter(pk=OuterRef("vacancy")).with_open_applications()
    rows = (
        Proposal.objects.open()
        .filter(
            search__student=student,
            search__status=SearchStatus.OPEN,
            expires_on__gte=day,
            vacancy__in=Vacancy.objects.accepting(day).order_by().values("pk"),
        )
        .select_related(
            "search__home", *(f"vacancy__{name}" for name in ("organisation", "team", "location__postcode", "period"))
        )
        .defer(*(f"vacancy__{name}" for name in NOT_IN_LISTS))
        .annotate(
            is_saved=Exists(Favourite.objects.filter(student=student, vacancy=OuterRef("vacancy"))),
            open_applications=Subquery(counted.values("open_applications")),
        )
    )
    return along(rows, "vacancy__target_groups").order_by("search", "slot")


_open = Prepared(_open_of, student=int, day=dt.date)


def open_proposals(student: Student) -> list[Proposal]:
    """The proposals that wait for this student's answer and can still become an application, by slot, each with its place as a card shows it. One query."""
    found = _open.objects(student=student.pk, day=today())
    for proposal in found:
        # What a card reads of its place (`placements.browse.cards.for_cards`).
        vars(proposal.vacancy).update(is_saved=proposal.is_saved, open_applications=proposal.open_applications)
    return found
