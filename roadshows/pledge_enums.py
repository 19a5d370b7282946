"""The fixed choices of pledges. States are data: the table of transitions stands beside its enum."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PledgeKind(models.TextChoices):
    """What an organisation can promise at a roadshow (features W4)."""

    PLACES = "places", _("stageplekken")
    INVENTORY = "inventory", _("al onze teams vragen naar plekken")
    GUEST_LESSON = "guest_lesson", _("een gastles")
    COMMUNITY = "community", _("een leergemeenschap")
    MBO_JOB = "mbo_job", _("een functie voor mbo'ers")
    EXPLORE = "explore", _("we onderzoeken het")


class PledgeStatus(models.TextChoices):
    """How far a promise is. For what is no place, `published` does not exist and `filled` means that it was done."""

    PROMISED = "promised", _("toegezegd")
    STARTED = "started", _("begonnen")
    PUBLISHED = "published", _("online")
    FILLED = "filled", _("gevuld")
    LAPSED = "lapsed", _("vervallen")
    WITHDRAWN = "withdrawn", _("ingetrokken")

    @classmethod
    def open_statuses(cls) -> frozenset["PledgeStatus"]:
        """Promises that somebody still works on, or should; these are asked after."""
        return frozenset({cls.PROMISED, cls.STARTED, cls.PUBLISHED})

    @classmethod
    def over(cls) -> frozenset["PledgeStatus"]:
        """Promises with nothing left to do."""
        return frozenset({cls.FILLED, cls.LAPSED, cls.WITHDRAWN})

    @classmethod
    def standing(cls) -> frozenset["PledgeStatus"]:
        """Promises that hold: what the counter in the room adds up."""
        return frozenset({cls.PROMISED, cls.STARTED, cls.PUBLISHED, cls.FILLED})

    @property
    def badge(self) -> str:
        """The colour of the status badge; the word always stands in it."""
        return _BADGES[self]


_BADGES = {
    PledgeStatus.PROMISED: "warning",
    PledgeStatus.STARTED: "active",
    PledgeStatus.PUBLISHED: "active",
    PledgeStatus.FILLED: "safe",
    PledgeStatus.LAPSED: "neutral",
    PledgeStatus.WITHDRAWN: "neutral",
}

# Which status may follow which. Only `roadshows.services.pledge_status.move_pledge` moves a pledge. Back goes as well: a
# vacancy that is taken down makes it 'started' again, a student who stops early 'published', and who comes to life again
# after a year starts anew.
PLEDGE_TRANSITIONS: dict[PledgeStatus, frozenset[PledgeStatus]] = {
    PledgeStatus.PROMISED: frozenset(
        {
            PledgeStatus.STARTED,
            PledgeStatus.PUBLISHED,
            PledgeStatus.FILLED,
            PledgeStatus.LAPSED,
            PledgeStatus.WITHDRAWN,
        }
    ),
    PledgeStatus.STARTED: frozenset(
        {PledgeStatus.PUBLISHED, PledgeStatus.FILLED, PledgeStatus.LAPSED, PledgeStatus.WITHDRAWN}
    ),
    PledgeStatus.PUBLISHED: frozenset({PledgeStatus.STARTED, PledgeStatus.FILLED, PledgeStatus.WITHDRAWN}),
    PledgeStatus.FILLED: frozenset({PledgeStatus.STARTED, PledgeStatus.PUBLISHED}),
    PledgeStatus.LAPSED: frozenset(
        {PledgeStatus.STARTED, PledgeStatus.PUBLISHED, PledgeStatus.FILLED, PledgeStatus.WITHDRAWN}
    ),
    PledgeStatus.WITHDRAWN: frozenset({PledgeStatus.PROMISED}),
}


class PledgeRoute(models.TextChoices):
    """How a pledge came in; a public page proves nothing about who typed it."""

    PUBLIC = "public", _("zelf ingevuld")
    ACCOUNT = "account", _("zelf ingevuld, ingelogd")
    HELPER = "helper", _("opgenomen door een helper")
    ORGANISER = "organiser", _("opgenomen door de organisatie van de roadshow")


class PledgeAnswer(models.TextChoices):
    """What one says when asked how it goes."""

    VACANCY = "vacancy", _("er staat een vacature")
    BUSY = "busy", _("we zijn bezig")
    DONE = "done", _("het is gelukt")
    NUMBER = "number", _("het wordt meer of minder")
    NOT = "not", _("het lukt niet")
    LATER = "later", _("vraag later")
    OFFER = "offer", _("we willen nu een plek aanbieden")


class PledgeStepKind(models.TextChoices):
    """What a line of the log is about."""

    RECORDED = "recorded", _("toegezegd")
    CONFIRMED = "confirmed", _("bevestigd")
    STATUS = "status", _("nieuwe stand")
    NUMBER = "number", _("ander aantal")
    ANSWER = "answer", _("antwoord")
    ASKED = "asked", _("gevraagd hoe het gaat")
    LINKED = "linked", _("gekoppeld")
    UNLINKED = "unlinked", _("losgemaakt")
    CHANGED = "changed", _("gewijzigd")
    STOPPED = "stopped", _("geen vragen meer")


class LinkStatus(models.TextChoices):
    """Whether a vacancy belongs to a pledge: the platform guesses, a person decides."""

    SUGGESTED = "suggested", _("voorgesteld")
    CONFIRMED = "confirmed", _("hoort erbij")
    REJECTED = "rejected", _("hoort er niet bij")
