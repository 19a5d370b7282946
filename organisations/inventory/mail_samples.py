"""What the mails of the inventory look like, with invented data."""

import datetime as dt
from typing import Any

from stagematch.clock import today
from stagematch.mail import samples

_TEAM = {"team": "Team Noord", "organisation": "Buurthuis De Linde", "period": "februari tot juli 2027"}


def _question() -> dict[str, Any]:
    return {
        **_TEAM,
        "owner": "Buurthuis De Linde",
        "message": "Vorig jaar hielpen jullie twee studenten op weg. Dank daarvoor!",
        "closes_on": today() + dt.timedelta(days=21),
        "link": "https://stagematch.example/inventarisatie/voorbeeld/",
    }


def _thanks() -> dict[str, Any]:
    return {
        **_TEAM,
        "summary": "ja, 2 plekken, 4 uur begeleiding per week",
        "closes_on": today() + dt.timedelta(days=21),
    }


def register() -> None:
    """Register a sample of each mail."""
    samples.register("inventory_request", _question)
    samples.register("inventory_reminder", _question)
    samples.register("inventory_thanks", _thanks)
