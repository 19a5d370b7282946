"""Entry points for the worker: they take ids and call a service."""

import datetime as dt

from celery import shared_task

from matchmaking.enums import RunTrigger
from matchmaking.models import Policy
from matchmaking.services import daytime, run_matching, sharded
from stagematch.accounts.models import User
from stagematch.clock import today


@shared_task
def nightly_matching(night: str | None = None, dry_run: bool = False) -> int:
    """Match tonight, or the `night` given as an ISO date; return the run's key. Safe to run twice."""
    day = dt.date.fromisoformat(night) if night else today()
    return run_matching(night=day, trigger=RunTrigger.NIGHTLY, dry_run=dry_run).pk


@shared_task
def run_matching_by_hand(actor_id: int | None = None, night: str | None = None, dry_run: bool = False) -> int:
    """Match once more because a person asked for it; return the run's key."""
    actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
    day = dt.date.fromisoformat(night) if night else today()
    return run_matching(night=day, trigger=RunTrigger.BY_HAND, actor=actor, dry_run=dry_run).pk


@shared_task
def simulate_policy(policy_id: int, actor_id: int | None = None) -> int:
    """Divide today's market by other rules and keep the comparison; nothing is published. Return the run's key."""
    actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
    policy = Policy.objects.get(pk=policy_id)
    return run_matching(night=today(), trigger=RunTrigger.SIMULATION, actor=actor, policy=policy).pk


@shared_task
def solve_shard(run_id: int) -> bool:
    """Take one part of a night that is being divided, if there is one left."""
    return sharded.solve_next(run_id)


@shared_task
def suggest_today(day: str | None = None) -> int | None:
    """Suggest places for what is new today; return the run's key, or None when nothing was new."""
    run = daytime.suggest_today(dt.date.fromisoformat(day) if day else today())
    return None if run is None else run.pk
