"""The rules of matching that hold now."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.models import Policy

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


def season_seed(night: dt.date) -> int:
    """Return the lottery number of the season: the year in which it began. Public, so that anybody can check a draw.

    Nobody can choose a lot with it: the other half of a lot is the student's public id, which the system makes.
    """
    return night.year if night.month >= SEASON_STARTS else night.year - 1
