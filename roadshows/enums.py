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

    @property
    def badge(self) -> str:
        """The colour of the status badge."""
        return {"done": "safe", "started": "warning"}.get(self, "neutral")


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


class ParticipantRole(models.TextChoices):
    """Who comes to a roadshow (domain A7)."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("docent")
    GUIDE = "guide", _("stagebegeleider")
    EMPLOYER = "employer", _("werkgever")
    MUNICIPALITY = "municipality", _("gemeente")
    NATIONAL = "national", _("landelijke partner")


class RegistrationStatus(models.TextChoices):
    """How a registration stands. A place that came free is offered first: whoever waited may have other plans by now."""

    CONFIRMED = "confirmed", _("aangemeld")
    WAITING = "waiting", _("op de wachtlijst")
    OFFERED = "offered", _("plek aangeboden")
    CANCELLED = "cancelled", _("afgemeld")
    LAPSED = "lapsed", _("niet op tijd geantwoord")

    @classmethod
    def seated(cls) -> frozenset["RegistrationStatus"]:
        """States that keep a seat."""
        return frozenset({cls.CONFIRMED, cls.OFFERED})

    @classmethod
    def open(cls) -> frozenset["RegistrationStatus"]:
        """States of people who still want to come."""
        return frozenset({cls.CONFIRMED, cls.OFFERED, cls.WAITING})

    @property
    def badge(self) -> str:
        """The colour of the status badge."""
        return _REGISTRATION_BADGES[self]


_REGISTRATION_BADGES = {
    RegistrationStatus.CONFIRMED: "safe",
    RegistrationStatus.WAITING: "neutral",
    RegistrationStatus.OFFERED: "warning",
    RegistrationStatus.CANCELLED: "neutral",
    RegistrationStatus.LAPSED: "neutral",
}

# Which status may follow which. Whoever called off, or let the term pass, may register again and joins at the end.
REGISTRATION_TRANSITIONS: dict[RegistrationStatus, frozenset[RegistrationStatus]] = {
    RegistrationStatus.CONFIRMED: frozenset({RegistrationStatus.CANCELLED}),
    RegistrationStatus.WAITING: frozenset({RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED}),
    RegistrationStatus.OFFERED: frozenset(
        {RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED, RegistrationStatus.LAPSED}
    ),
    RegistrationStatus.CANCELLED: frozenset({RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING}),
    RegistrationStatus.LAPSED: frozenset({RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING}),
}


class CheckInKind(models.TextChoices):
    """What somebody at the door did."""

    IN = "in", _("binnen")
    UNDO = "undo", _("toch niet binnen")


class Commitment(models.TextChoices):
    """What who signs the erkenningsverklaring promises (domain A7: four things)."""

    RECOGNISE = "recognise", _("mbo'ers erkennen als volwaardige vakmensen")
    INVEST = "invest", _("investeren in begeleiding en ontwikkeling")
    POSITION = "position", _("hun positie in de organisatie versterken")
    IMPACT = "impact", _("zichtbaar maken wat hun werk oplevert")


class SignatureStatus(models.TextChoices):
    """Asked of somebody who may sign, and what that person answered. Only a signed one is in the public register."""

    ASKED = "asked", _("gevraagd")
    SIGNED = "signed", _("getekend")
    DECLINED = "declined", _("niet getekend")
    WITHDRAWN = "withdrawn", _("ingetrokken")

    @property
    def badge(self) -> str:
        """The colour of the status badge."""
        return {"asked": "warning", "signed": "safe"}.get(self, "neutral")


# Only `roadshows.services.declaration` moves a signature. A withdrawn one stays: signing again is a new row.
SIGNATURE_TRANSITIONS: dict[SignatureStatus, frozenset[SignatureStatus]] = {
    SignatureStatus.ASKED: frozenset({SignatureStatus.SIGNED, SignatureStatus.DECLINED, SignatureStatus.WITHDRAWN}),
    SignatureStatus.SIGNED: frozenset({SignatureStatus.WITHDRAWN}),
    SignatureStatus.DECLINED: frozenset(),
    SignatureStatus.WITHDRAWN: frozenset(),
}


# An opbrengst can be picked up again after it failed; done is done.
OUTCOME_TRANSITIONS: dict[OutcomeStatus, frozenset[OutcomeStatus]] = {
    OutcomeStatus.PROMISED: frozenset({OutcomeStatus.STARTED, OutcomeStatus.DONE, OutcomeStatus.LAPSED}),
    OutcomeStatus.STARTED: frozenset({OutcomeStatus.DONE, OutcomeStatus.LAPSED}),
    OutcomeStatus.DONE: frozenset(),
    OutcomeStatus.LAPSED: frozenset({OutcomeStatus.STARTED}),
}
