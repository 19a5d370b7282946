"""Repeats a run from its stored input, to prove that it depended on nothing else (M1)."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from django.utils.translation import gettext as _

from matchmaking import snapshot as snapshots
from matchmaking.engine import night as engine
from matchmaking.enums import ProposalKind, RunStatus
from matchmaking.models import MatchingRun
from matchmaking.services.publish import proposals_of
from stagematch.ui.errors import RuleError


@dataclass(frozen=True)
class ReplayResult:
    """Whether a repeated run gives the same: the input, who got what, and the rows that were published."""

    input_equal: bool
    outcome_equal: bool
    proposals_equal: bool
    proposals: int
    seconds: float

    @property
    def equal(self) -> bool:
        """Everything the same."""
        return self.input_equal and self.outcome_equal and self.proposals_equal


def replay(run: MatchingRun) -> ReplayResult:
    """Run the engine again on the stored input of `run` and compare; changes nothing.

    Rows that were deleted since (a person was erased) do not count as a difference; rows too many or other rows do.
    Raises `RuleError` when the input is no longer kept or the run never finished.
    """
    if run.snapshot is None:
        raise RuleError("no_snapshot", _("De invoer van deze run wordt niet meer bewaard."))
    if run.status not in {RunStatus.PUBLISHED, RunStatus.DRY}:
        raise RuleError("not_finished", _("Deze run heeft geen uitkomst om mee te vergelijken."))
    began = perf_counter()
    stored = snapshots.unpack(run.snapshot)
    result = engine.run(
        stored.students,
        stored.vacancies,
        stored.pools,
        stored.exclusions,
        stored.policy,
        stored.day,
        stored.seed,
        favourites=stored.favourites,
        holder=stored.holder,
    )
    expected = proposals_of(stored, result).as_set()
    # What a person coupled by hand came before the division and is in its input.
    made = run.proposals.exclude(kind=ProposalKind.BY_HAND)
    published = set(made.values_list("search_id", "vacancy_id", "kind", "slot", "score"))
    return ReplayResult(
        input_equal=result.input_hash == run.input_hash,
        outcome_equal=result.outcome_hash == run.outcome_hash,
        proposals_equal=published <= expected,
        proposals=len(expected),
        seconds=perf_counter() - began,
    )
