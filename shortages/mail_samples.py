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
    samples.register(
        "shortages/forecast_warning",
        lambda: {
            "school": "ROC De Brug",
            "period": "februari tot juli 2027",
            "starts_on": dt.date(2027, 2, 1),
            "low": 18,
            "high": 31,
            "level": 15,
            "weeks": 12,
            "last_year": 25,
            "link": f"{settings.BASE_URL}/school/tekort/vooruitblik/",
        },
    )
    samples.register(
        "shortages/month",
        lambda: {
            "school": "Roc De Brug",
            "period": "februari tot juli 2027",
            "day": dt.date(2027, 1, 4),
            "open": 42,
            "lines": [
                "42 studenten hebben nog geen plek. Bij de telling daarvoor waren het er 71. Vorig jaar om deze tijd 77.",
                "Voor 27 van hen is er geen plek die past, of zijn er te weinig. Daar zijn extra plekken nodig.",
                "Dit helpt het meest: een extra plek in Leiden op maandag en dinsdag, leerjaar 2 (10 studenten geplaatst).",
            ],
            "link": f"{settings.BASE_URL}/school/tekort/?school=roc-de-brug",
        },
    )
