"""Every write of matching."""

from matchmaking.services.concepts import hold_back, looks_first, release_proposals, switch_looking_first
from matchmaking.services.pairs import decide_pair, end_decision
from matchmaking.services.policies import activate_policy, current_policy, season_seed
from matchmaking.services.proposals import (
    accept_proposal,
    decline_proposal,
    expire_proposals,
    link_application,
    mark_seen,
    withdraw_proposals,
    withdraw_stale_proposals,
)
from matchmaking.services.replay import ReplayResult, replay
from matchmaking.services.runs import run_matching

__all__ = [
    "ReplayResult",
    "accept_proposal",
    "activate_policy",
    "current_policy",
    "decide_pair",
    "decline_proposal",
    "end_decision",
    "expire_proposals",
    "hold_back",
    "link_application",
    "looks_first",
    "mark_seen",
    "release_proposals",
    "replay",
    "run_matching",
    "season_seed",
    "switch_looking_first",
    "withdraw_proposals",
    "withdraw_stale_proposals",
]
