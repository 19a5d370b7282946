"""The fixed choices of organisations, and the named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    EMPLOYER = "employer", _("organisatie met stageplekken")
    SCHOOL = "school", _("school")
    MUNICIPALITY = "municipality", _("gemeente")
    PARTNER = "partner", _("partner")

    @classmethod
    def hosting(cls) -> frozenset[str]:
        """Kinds that can offer places: a gemeente hosts students too (domain A1-09)."""
        return frozenset({cls.EMPLOYER, cls.MUNICIPALITY, cls.PARTNER})


class Role(models.TextChoices):
    """What a person does at an organisation. A student is no member: see `students.Student`."""

    BROKER = "broker", _("stagemakelaar")
    TEAM_LEAD = "team_lead", _("teamcoach")
    SUPERVISOR = "supervisor", _("praktijkbegeleider")
    COORDINATOR = "coordinator", _("BPV-coördinator")
    ORGANISER = "organiser", _("roadshow-organisator")
    OBSERVER = "observer", _("meekijker")

    @classmethod
    def sees_personal_data(cls) -> frozenset[str]:
        """Roles that see other people's data and so need a second factor (features P5)."""
        return frozenset({cls.BROKER, cls.TEAM_LEAD, cls.SUPERVISOR, cls.COORDINATOR, cls.ORGANISER})


class Route(models.TextChoices):
    BOL = "bol", _("BOL")
    BBL = "bbl", _("BBL")
    CERTIFICATE = "certificate", _("mbo-certificaat")

    @property
    def position(self) -> int:
        """Its place in a set of leerwegen kept as bits, such as `Vacancy.routes`."""
        return list(Route).index(self)

    @property
    def bit(self) -> int:
        """The bit that stands for it in such a set."""
        return 1 << self.position


class AccreditationStatus(models.TextChoices):
    UNKNOWN = "unknown", _("niet nagekeken")
    REQUESTED = "requested", _("erkenning in aanvraag")
    RECOGNISED = "recognised", _("erkend")
    EXPIRED = "expired", _("verlopen")


class Weekday(models.IntegerChoices):
    """A day as one bit, so that a set of days is one small number that Postgres and numpy can test at once."""

    MONDAY = 1, _("maandag")
    TUESDAY = 2, _("dinsdag")
    WEDNESDAY = 4, _("woensdag")
    THURSDAY = 8, _("donderdag")
    FRIDAY = 16, _("vrijdag")
    SATURDAY = 32, _("zaterdag")
    SUNDAY = 64, _("zondag")


class Need(models.IntegerChoices):
    """A practical need of a student that a place must offer, as one bit. Never a medical reason, only what it takes."""

    STEP_FREE = 1, _("zonder trap of drempel bereikbaar")
    NO_EVENINGS = 2, _("niet in de avond")
    NO_WEEKENDS = 4, _("niet in het weekend")
    QUIET_START = 8, _("rustig inwerken")
    NOT_ALONE = 16, _("niet alleen bij mensen thuis")


class InventoryChoice(models.TextChoices):
    """What a team says when it is asked for places (features O2). 'Maybe' is for the people who plan, never for students."""

    YES = "yes", _("ja")
    MAYBE = "maybe", _("misschien")
    NO = "no", _("nee")
    ARRANGED = "arranged", _("al geregeld")

    @property
    def badge(self) -> str:
        """The colour of its badge; the word always stands in it."""
        return {"yes": "safe", "maybe": "warning", "no": "neutral", "arranged": "active"}[self.value]


class NoReason(models.IntegerChoices):
    """Why a team has no place, as one bit each, so that reasons can be counted (pain points of the field)."""

    NO_GUIDE = 1, _("geen begeleider")
    NO_HOURS = 2, _("geen uren voor begeleiding")
    WORKLOAD = 4, _("te druk in het team")
    CHANGE = 8, _("het team verandert of verhuist")
    NO_ROOM = 16, _("geen werkplek")
    NO_BUDGET = 32, _("geen geld voor een vergoeding")
    NO_TASKS = 64, _("het werk past niet bij mbo-studenten")
    NO_TRAINING = 128, _("niemand is getraind in begeleiden")
    OTHER = 256, _("iets anders")
