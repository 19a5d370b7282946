"""Invented examples for the page with every mail (`/beheer/mail/voorbeelden/`)."""

import datetime as dt

from django.conf import settings

from stagematch.mail import samples


def register() -> None:
    """Give each mail of shortages a sample."""
    samples.register(
        "shortages/count_failed",
        lambda: {
            "day": dt.date(2027, 1, 11),
            "error": "CertificateError: 2 + 40 - 30 is not 11",
            "link": f"{settings.BASE_URL}/beheer/shortages/shortagesnapshot/1/change/",
        },
    )
