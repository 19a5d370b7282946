"""The block with last night's proposals on the student's overview (features S11)."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.fit import fit_for
from matchmaking.models import Proposal
from matchmaking.selectors import open_proposals
from matchmaking.services.proposals import mark_seen
from placements.browse.cards import Card, card_of
from placements.models import Vacancy
from placements.panels import Panel
from students.models import PlacementSearch, Student

TEMPLATE = "matchmaking/panel.html"


@dataclass(frozen=True)
class Item:
    """A proposal with the card of its place."""

    proposal: Proposal
    card: Card


def proposals(student: Student) -> list[Panel]:
    """The panel with the open proposals, or nothing when there are none. Being shown makes a proposal 'seen'."""
    found = open_proposals(student)
    if not found:
        return []
    vacancies = {proposal.vacancy_id: proposal.vacancy for proposal in found}
    items: list[Item] = []
    for search in {proposal.search_id: proposal.search for proposal in found}.values():
        items += _items(student, search, [p for p in found if p.search_id == search.pk], vacancies)
    return [(TEMPLATE, {"cards": items})]


def _items(
    student: Student, search: PlacementSearch, mine: list[Proposal], vacancies: dict[int, Vacancy]
) -> list[Item]:
    search.student = student
    fits = fit_for(search, [vacancies[proposal.vacancy_id] for proposal in mine])
    if any(proposal.seen_at is None for proposal in mine):
        mark_seen(search=search, actor=student.user)
    return [
        Item(proposal, card_of(vacancies[proposal.vacancy_id], origin=search.home, fit=fits.get(proposal.vacancy_id)))
        for proposal in mine
    ]
