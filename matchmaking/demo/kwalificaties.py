"""Invented kwalificaties for the national demo: the shipped reference data has those of the sector only.

Real crebo's never begin with two zeros, so these cannot be taken for one, in the data or on a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from organisations.models import Qualification

RESERVED = "00"
"""How the number of every invented kwalificatie begins."""


def is_invented(qualification: Qualification) -> bool:
    """Whether a kwalificatie was made for the demo."""
    return qualification.crebo.startswith(RESERVED)


def add_qualifications(number: int) -> None:
    """Make the invented kwalificaties 'Demo-opleiding 01' and on, that are not there yet.

    They share the werkprocessen of the sector's dossier, so that every page has something to show for them.
    """
    main = Qualification.objects.filter(crebo="25615").order_by("valid_from").first()
    if main is None or not number:
        return
    known = set(Qualification.objects.filter(crebo__startswith=RESERVED).values_list("crebo", flat=True))
    Qualification.objects.bulk_create(
        Qualification(
            crebo=f"{RESERVED}{n:03d}",
            name=f"Demo-opleiding {n:02d}",
            level=2 + n % 3,
            dossier=main.dossier,
            dossier_name=main.dossier_name,
            valid_from=main.valid_from,
            source="Demo: verzonnen",
        )
        for n in range(1, number + 1)
        if f"{RESERVED}{n:03d}" not in known
    )


def popularity(qualifications: Sequence[Qualification]) -> list[float]:
    """How often each is chosen: Sociaal werker most, then the sector's others, then the invented ones in their order."""
    ranked = sorted(qualifications, key=lambda q: (q.crebo != "25615", is_invented(q), q.crebo))
    place = {q.pk: rank for rank, q in enumerate(ranked)}
    return [1 / (place[q.pk] + 1) for q in qualifications]
