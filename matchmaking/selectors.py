"""Reads of matching: how well a place fits and why, why not, and the proposals of a student."""

from __future__ import annotations

from matchmaking.fit import fit_for
from matchmaking.models import Proposal
from matchmaking.refusal import WhyNot, why_not
from placements.models import Vacancy
from stagematch.clock import today
from students.enums import SearchStatus
from students.models import Student

__all__ = ["WhyNot", "fit_for", "open_proposals", "why_not"]


def open_proposals(student: Student) -> list[Proposal]:
    """The proposals that wait for this student's answer and can still become an application, by slot."""
    return list(
        Proposal.objects.open()
        .filter(
            search__student=student,
            search__status=SearchStatus.OPEN,
            expires_on__gte=today(),
            vacancy__in=Vacancy.objects.accepting().order_by().values("pk"),
        )
        .select_related("search__home")
        .order_by("search", "slot")
    )
