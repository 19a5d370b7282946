"""What matching must know when something changes in the rooms below: a proposal is answered, or can no longer be."""

from typing import Any

from django.db import transaction

from matchmaking.models import Proposal
from matchmaking.services.proposals import link_application, withdraw_proposals
from placements.enums import VacancyStatus
from placements.models import Application, Vacancy
from students.enums import SearchStatus
from students.models import PlacementSearch


def on_application(sender: type[Application], instance: Application, created: bool, raw: bool, **_: Any) -> None:
    """Whoever applies for a place that was proposed says yes to the proposal, by whatever button."""
    if created and not raw:
        link_application(instance)


def on_vacancy(sender: type[Vacancy], instance: Vacancy, created: bool, raw: bool, **_: Any) -> None:
    """A vacancy that is taken down takes its open proposals along."""
    if not created and not raw and instance.status != VacancyStatus.PUBLISHED:
        _withdraw_after_commit(vacancy=instance)


def on_search(sender: type[PlacementSearch], instance: PlacementSearch, created: bool, raw: bool, **_: Any) -> None:
    """Who has a place, or stops searching, gets no proposals any more."""
    if not created and not raw and instance.status != SearchStatus.OPEN:
        _withdraw_after_commit(search=instance)


def _withdraw_after_commit(**which: Vacancy | PlacementSearch) -> None:
    """Once the change is final and its locks are free; what is missed here, the next night withdraws."""
    proposals = Proposal.objects.open().filter(**which)
    transaction.on_commit(lambda: withdraw_proposals(proposals), robust=True)
