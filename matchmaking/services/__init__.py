"""Every write of matching."""

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
    "decline_proposal",
    "expire_proposals",
    "link_application",
    "mark_seen",
    "replay",
    "run_matching",
    "season_seed",
    "withdraw_proposals",
    "withdraw_stale_proposals",
]
