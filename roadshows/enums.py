"""The fixed choices of roadshows. States are data: the table of transitions stands beside its enum."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoadshowStatus(models.TextChoices):
    """Plans change (domain A7-07), so a roadshow can be moved and called off, and after it comes a report."""

    PLANNED = "planned", _("gepland")
    CONFIRMED = "confirmed", _("gaat door")
    MOVED = "moved", _("verplaatst")
    CANCELLED = "cancelled", _("gaat niet door")
    HELD = "held", _("geweest")
    REPORTED = "reported", _("opbrengst bekend")

    @classmethod
    def coming(cls) -> frozenset["RoadshowStatus"]:
        """Roadshows one can still go to, or that were called off before they could be held."""
        return frozenset({cls.PLANNED, cls.CONFIRMED, cls.MOVED, cls.CANCELLED})

    @classmethod
    def over(cls) -> frozenset["RoadshowStatus"]:
        """Roadshows that took place."""
        return frozenset({cls.HELD, cls.REPORTED})

    @property
    def badge(self) -> str:
        """The colour of the status badge (NL Design System word)."""
        return _BADGES[self]


_BADGES = {
    RoadshowStatus.PLANNED: "neutral",
    RoadshowStatus.CONFIRMED: "safe",
    RoadshowStatus.MOVED: "warning",
    RoadshowStatus.CANCELLED: "warning",
    RoadshowStatus.HELD: "active",
    RoadshowStatus.REPORTED: "active",
}

# Which status may follow which. Only `roadshows.services.change_status` moves a roadshow.
TRANSITIONS: dict[RoadshowStatus, frozenset[RoadshowStatus]] = {
    RoadshowStatus.PLANNED: frozenset({RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED, RoadshowStatus.CANCELLED}),
    RoadshowStatus.CONFIRMED: frozenset({RoadshowStatus.MOVED, RoadshowStatus.CANCELLED, RoadshowStatus.HELD}),
    RoadshowStatus.MOVED: frozenset(
        {RoadshowStatus.CONFIRMED, RoadshowStatus.MOVED, RoadshowStatus.CANCELLED, RoadshowStatus.HELD}
    ),
    RoadshowStatus.CANCELLED: frozenset({RoadshowStatus.PLANNED}),
    RoadshowStatus.HELD: frozenset({RoadshowStatus.REPORTED}),
    RoadshowStatus.REPORTED: frozenset(),
}


class PartKind(models.TextChoices):
    """Parts of a programme that roadshows had so far (domain A7)."""

    ARRIVAL = "arrival", _("inloop")
    TALK = "talk", _("verhaal of lezing")
    PANEL = "panel", _("panel")
    TABLES = "tables", _("werktafels")
    SIGNING = "signing", _("toezeggen en tekenen")
    CLOSING = "closing", _("afsluiting")


class OutcomeKind(models.TextChoices):
    """What a roadshow can lead to (domain A7)."""

    PLACES = "places", _("extra plekken")
    INVENTORY = "inventory", _("plekken in kaart")
    NEW_HOST = "new_host", _("nieuwe stagebieder")
    COMMUNITY = "community", _("leergemeenschap of samenwerking")
    DECLARATION = "declaration", _("erkenningsverklaring")
    POLICY = "policy", _("contact met de politiek")
    ATTENTION = "attention", _("aandacht")


class OutcomeStatus(models.TextChoices):
    PROMISED = "promised", _("afgesproken")
    STARTED = "started", _("bezig")
    DONE = "done", _("gelukt")
    LAPSED = "lapsed", _("niet gelukt")


class NoteKind(models.TextChoices):
    """What people write down at a werktafel (domain A7)."""

    ATTENTION = "attention", _("aandachtspunt")
    DREAM = "dream", _("droom")
    NEED = "need", _("nodig")
    QUESTION = "question", _("vraag van studenten")

    @property
    def icon(self) -> str:
        """The icon beside the word."""
        return {"attention": "alert-triangle", "dream": "star", "need": "flag", "question": "message-circle"}[self]
