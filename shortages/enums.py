"""The fixed choices of shortages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SnapshotStatus(models.TextChoices):
    """A count is shown only when it is done; a failed one says why and leaves the last good one on the page."""

    RUNNING = "running", _("bezig")
    DONE = "done", _("klaar")
    FAILED = "failed", _("mislukt")


class Situation(models.TextChoices):
    """What the best possible division could do for a student who has no place and is not in conversation.

    NONE: no free place fits at all. COMPETING: there are fitting places, but too few for everybody who fits only there
    (the certificate of the maximum placement). FITS: every best division has a place for this student.
    """

    NONE = "none", _("er is geen plek die past")
    COMPETING = "competing", _("er zijn te weinig plekken die passen")
    FITS = "fits", _("er is een plek die past")

    @classmethod
    def structural(cls) -> frozenset["Situation"]:
        """Situations in which searching harder does not help: an extra place is needed."""
        return frozenset({cls.NONE, cls.COMPETING})


class LeverKind(models.TextChoices):
    """What somebody could change, from most to least effort a person recognises."""

    PLACE = "place", _("een extra plek")
    SUPERVISION = "supervision", _("meer begeleiding in een team")
    CALL = "call", _("studenten bellen die niet reageren op een passende plek")
    WEEKDAY = "weekday", _("een andere stagedag")
    TRAVEL = "travel", _("verder reizen")
    YEAR = "year", _("een ander leerjaar toelaten")


class AreaLevel(models.TextChoices):
    """The kinds of area that figures are published for, from large to small."""

    COUNTRY = "land", _("heel Nederland")
    PROVINCE = "provincie", _("provincie")
    COROP = "corop", _("COROP-gebied")
    LABOUR_MARKET = "arbeidsmarkt", _("arbeidsmarktregio")
    MUNICIPALITY = "gemeente", _("gemeente")


class PublishedTable(models.TextChoices):
    """The fixed list of tables about students that leave a school; the value stands in addresses and files."""

    AREAS = "gebieden", _("per gebied")
    YEARS = "leerjaren", _("per gebied en leerjaar")
    QUALIFICATIONS = "opleidingen", _("per opleiding, heel Nederland")
    DAYS = "dagen", _("per stagedagen, heel Nederland")
