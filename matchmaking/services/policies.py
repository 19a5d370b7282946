"""The rules of matching that hold now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaking.engine.types import EngineInputError
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.models import Policy
from stagematch.ui.errors import RuleError

if TYPE_CHECKING:
    from stagematch.accounts.models import User

log = structlog.get_logger(__name__)

FIRST_VERSION_NAME = "Eerste spelregels"
SEASON_STARTS = 8  # the month in which a season (school year) begins


def current_policy() -> Policy:
    """Return the policy that holds now; a database without any gets version 1 (matching.md section 10)."""
    policy = Policy.objects.filter(is_current=True).first()
    return policy if policy is not None else _first_version()


@transaction.atomic
def _first_version() -> Policy:
    return Policy.objects.get_or_create(
        version=1,
        defaults={"name": FIRST_VERSION_NAME, "settings": EnginePolicy().as_dict(), "is_current": True},
    )[0]


@transaction.atomic
def activate_policy(*, policy: Policy, actor: User) -> Policy:
    """Make this version the one that holds from the next run on; the version before it stays as a record.

    Raises `RuleError` when its numbers are not valid rules.
    """
    try:
        EnginePolicy.from_dict(policy.settings)
    except EngineInputError as error:
        raise RuleError("invalid_policy", _("Deze spelregels kloppen niet: %(why)s") % {"why": error}) from error
    Policy.objects.filter(is_current=True).exclude(pk=policy.pk).update(is_current=False)
    Policy.objects.filter(pk=policy.pk).update(is_current=True)
    policy.is_current = True
    log.info("matching.policy_activated", version=policy.version, actor=actor.pk)
    return policy


def season_seed(night: dt.date) -> int:
    """Return the lottery number of the season: the year in which it began. Public, so that anybody can check a draw.

    Nobody can choose a lot with it: the other half of a lot is the student's public id, which the system makes.
    """
    return night.year if night.month >= SEASON_STARTS else night.year - 1
