"""The fixed choices of students, and the named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchStatus(models.TextChoices):
    DRAFT = "draft", _("nog niet compleet")
    OPEN = "open", _("zoekt een plek")
    PLACED = "placed", _("heeft een plek")
    STOPPED = "stopped", _("gestopt met zoeken")

    @classmethod
    def matchable(cls) -> frozenset[str]:
        """Searches that take part in the nightly matching."""
        return frozenset({cls.OPEN})


class TravelMode(models.TextChoices):
    BIKE = "bike", _("fiets")
    TRANSIT = "transit", _("bus, tram, metro of trein")
    CAR = "car", _("auto of scooter")


class DocumentKind(models.TextChoices):
    CV = "cv", _("cv")
