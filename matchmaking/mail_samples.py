"""An invented night for the page with every mail (`/beheer/mail/voorbeelden/`)."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stagematch.mail import samples
from stagematch.mail.topics import Frequency, register_topic


def register() -> None:
    """Give the mail after the night a sample, and students a say in it."""
    register_topic(
        "proposals",
        label=_("Nieuwe voorstellen"),
        explanation=_("Vannacht vonden we plekken die bij je passen."),
        templates=["matchmaking/new_proposals"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=lambda user: hasattr(user, "student"),
    )
    samples.register(
        "matchmaking/proposal_last_day",
        lambda: {"number": 1, "expires_on": dt.date(2027, 1, 15), "link": f"{settings.BASE_URL}/mijn/"},
    )
    samples.register(
        "matchmaking/school_proposals", lambda: {"number": 7, "link": f"{settings.BASE_URL}/school/voorstellen/"}
    )
    samples.register(
        "matchmaking/run_refused",
        lambda: {
            "night": dt.date(2027, 1, 11),
            "error": "capaciteit: vacature 12 heeft 3 studenten op 2 plekken",
            "link": f"{settings.BASE_URL}/beheer/matchmaking/matchingrun/1/change/",
        },
    )
    samples.register(
        "matchmaking/new_proposals",
        lambda: {
            "number": 2,
            "expires_on": dt.date(2027, 1, 15),
            "link": f"{settings.BASE_URL}/mijn/",
        },
    )
