"""Invented data for the mails of this room itself."""

from stagematch.mail import samples
from stagematch.mail.addresses import WARNING_TEMPLATE
from stagematch.mail.digests import Item, Part
from stagematch.mail.topics import DIGEST_TEMPLATE

LINK = "https://stagematch.example/voorbeeld/"


def register() -> None:
    """Give digest and warning a sample."""
    samples.register(
        DIGEST_TEMPLATE,
        lambda: {
            "number": 2,
            "items": [
                Item(
                    "Kandidaat Linde wacht nog op antwoord: Samen koken met ouderen",
                    [Part("De student hoort uiterlijk vrijdag 8 januari iets van jou."), Part("Geef antwoord", LINK)],
                ),
                Item(
                    "Morgen: kennismaking met Samira",
                    [
                        Part("Jullie spreken elkaar om 10.00 uur, Lindelaan 4 in Leiden."),
                        Part("Bekijk de afspraak", LINK),
                    ],
                ),
            ],
        },
    )
    samples.register(WARNING_TEMPLATE, lambda: {"person": "Samira Verzonnen", "link": LINK})
