"""How much of what helps in a region may be told: to the public and to a school alike (product R9, docs/disclosure.md)."""

from shortages.areas import COUNTRY
from shortages.models import Lever
from stagematch.few import at_least


def helped_at_least(lever: Lever) -> int | None:
    """Return how many students this kind of change places: a multiple of five not above it, or None for few.

    The same for who reads it as open data and for every school. Reads `region`, `qualification` and `team`.
    """
    names = [
        lever.kind,
        lever.region.code if lever.region else COUNTRY,
        lever.qualification.crebo if lever.qualification else "",
        str(lever.year or ""),
        str(lever.days or ""),
    ]
    if lever.team is not None:
        names.append(str(lever.team.pk))
    return at_least(lever.gain * max(1, lever.steps), *names)
