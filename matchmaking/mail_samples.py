"""An invented night for the page with every mail (`/beheer/mail/voorbeelden/`)."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stagematch.mail import samples
from stagematch.mail.topics import Frequency, register_topic
from students.models import Student


def register() -> None:
    """Give the mail after the night a sample, and students a say in it."""
    register_topic(
        "proposals",
        label=_("Nieuwe voorstellen"),
        explanation=_("Vannacht vonden we plekken die bij je passen."),
        templates=["matchmaking/new_proposals"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF],
        audience=lambda user: Student.objects.filter(user=user).exists(),
    )
    samples.register(
        "matchmaking/new_proposals",
        lambda: {
            "number": 2,
            "expires_on": dt.date(2027, 1, 15),
            "link": f"{settings.BASE_URL}/mijn/",
        },
    )
