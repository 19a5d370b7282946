"""An invented night for the page with every mail (`/beheer/mail/voorbeelden/`)."""

import datetime as dt

from django.conf import settings

from stagematch.mail import samples


def register() -> None:
    """Give the mail after the night a sample."""
    samples.register(
        "matchmaking/new_proposals",
        lambda: {
            "number": 2,
            "expires_on": dt.date(2027, 1, 15),
            "link": f"{settings.BASE_URL}/mijn/",
        },
    )
