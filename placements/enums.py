"""The fixed choices of placements. States are data: the table of transitions stands beside its enum."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VacancyStatus(models.TextChoices):
    DRAFT = "draft", _("concept")
    PUBLISHED = "published", _("gepubliceerd")
    CLOSED = "closed", _("gesloten")


VACANCY_TRANSITIONS: dict[VacancyStatus, frozenset[VacancyStatus]] = {
    VacancyStatus.DRAFT: frozenset({VacancyStatus.PUBLISHED, VacancyStatus.CLOSED}),
    VacancyStatus.PUBLISHED: frozenset({VacancyStatus.DRAFT, VacancyStatus.CLOSED}),
    VacancyStatus.CLOSED: frozenset({VacancyStatus.DRAFT}),
}


class VacancyKind(models.TextChoices):
    INDIVIDUAL = "individual", _("stage in een team")
    TEAM = "team", _("teamstage")
    PROJECT = "project", _("projectstage")
    WIJKLAB = "wijklab", _("wijklab of leerwerkplaats")
    CLASS = "class", _("klasopdracht")
    INFORMAL_CARE = "informal_care", _("informele zorg thuis")

    @property
    def help(self) -> str:
        """What this kind is and what to think of when one writes the vacancy."""
        return str(_KIND_HELP[self])


_KIND_HELP = {
    VacancyKind.INDIVIDUAL: _(
        "Eén student werkt mee in één team. Noem de vaste praktijkbegeleider en wat de student in de eerste weken doet."
    ),
    VacancyKind.TEAM: _(
        "Een paar studenten leren samen in één team. Schrijf hoe ze samenwerken en wie wie begeleidt. "
        "Tel bij 'plekken' alle studenten."
    ),
    VacancyKind.PROJECT: _(
        "Studenten werken aan één opdracht met een begin en een eind. Schrijf wat er aan het eind klaar is, en voor wie."
    ),
    VacancyKind.WIJKLAB: _(
        "Studenten van meer scholen leren op één plek in de wijk. Schrijf wie de dag leidt en op welke dagen die er is."
    ),
    VacancyKind.CLASS: _(
        "Een hele klas doet een opdracht met de docent erbij. Tel bij 'plekken' alle studenten. "
        "De docent begeleidt mee: de uren per student kunnen laag zijn."
    ),
    VacancyKind.INFORMAL_CARE: _(
        "De student helpt bij mensen thuis, naast mantelzorgers en vrijwilligers. Schrijf wie er meegaat bij het eerste "
        "bezoek, en kies bij 'Kan hier' of de student ook samen kan gaan."
    ),
}


class AgreementStatus(models.TextChoices):
    """Where the teamcoach's agreement with the text of a vacancy stands."""

    REQUESTED = "requested", _("akkoord gevraagd")
    AGREED = "agreed", _("akkoord")
    CHANGES = "changes", _("pas aan")
    SKIPPED = "skipped", _("overgeslagen")
    REPLACED = "replaced", _("vervallen")


class OwnPlaceStatus(models.TextChoices):
    """Where a place that a student found stands."""

    ASKED = "asked", _("wacht op antwoord")
    TAKEN_UP = "taken_up", _("wordt een stageplek")
    ACCEPTED = "accepted", _("je reactie is verstuurd")
    DECLINED = "declined", _("gaat niet door")
    WITHDRAWN = "withdrawn", _("ingetrokken")

    @classmethod
    def open_statuses(cls) -> frozenset["OwnPlaceStatus"]:
        """Those that still wait for somebody."""
        return frozenset({cls.ASKED, cls.TAKEN_UP})

    @property
    def badge(self) -> str:
        """The colour of the status badge."""
        return {"asked": "active", "taken_up": "active", "accepted": "safe"}.get(self.value, "neutral")


class Allowance(models.TextChoices):
    MONTHLY = "monthly", _("stagevergoeding")
    EXPENSES = "expenses", _("onkosten of reiskosten")
    NONE = "none", _("geen vergoeding")


class ApplicationStatus(models.TextChoices):
    SUBMITTED = "submitted", _("ontvangen")
    IN_REVIEW = "in_review", _("gelezen")
    INVITED = "invited", _("kennismaking")
    SECOND_ROUND = "second_round", _("2e gesprek")
    RESERVE = "reserve", _("reservelijst")
    OFFERED = "offered", _("aanbod")
    ACCEPTED = "accepted", _("geplaatst")
    DECLINED = "declined", _("aanbod niet aangenomen")
    EXPIRED = "expired", _("aanbod verlopen")
    REJECTED = "rejected", _("niet gelukt")
    WITHDRAWN = "withdrawn", _("ingetrokken")

    @classmethod
    def open_statuses(cls) -> frozenset["ApplicationStatus"]:
        """Applications that count towards the student's and the vacancy's limit (R3)."""
        return frozenset({cls.SUBMITTED, cls.IN_REVIEW, cls.INVITED, cls.SECOND_ROUND, cls.RESERVE, cls.OFFERED})

    @classmethod
    def unanswered(cls) -> frozenset["ApplicationStatus"]:
        """Applications whose answer clock runs (R1)."""
        return frozenset({cls.SUBMITTED, cls.IN_REVIEW})

    @classmethod
    def name_visible(cls) -> frozenset["ApplicationStatus"]:
        """From the invitation on the organisation knows who the student is (R4)."""
        return frozenset({cls.INVITED, cls.SECOND_ROUND, cls.RESERVE, cls.OFFERED, cls.ACCEPTED})

    @classmethod
    def forgotten(cls) -> frozenset["ApplicationStatus"]:
        """Closed applications that are deleted after the retention term (R8)."""
        return frozenset({cls.REJECTED, cls.WITHDRAWN, cls.DECLINED, cls.EXPIRED})

    @property
    def badge(self) -> str:
        """The colour of the status badge (NL Design System word)."""
        return _BADGES[self]


_BADGES = {
    ApplicationStatus.SUBMITTED: "neutral",
    ApplicationStatus.IN_REVIEW: "active",
    ApplicationStatus.INVITED: "warning",
    ApplicationStatus.SECOND_ROUND: "warning",
    ApplicationStatus.RESERVE: "active",
    ApplicationStatus.OFFERED: "warning",
    ApplicationStatus.ACCEPTED: "safe",
    ApplicationStatus.DECLINED: "neutral",
    ApplicationStatus.EXPIRED: "neutral",
    ApplicationStatus.REJECTED: "neutral",
    ApplicationStatus.WITHDRAWN: "neutral",
}

# Which status may follow which. Only `placements.services.applications.change_status` moves an application.
TRANSITIONS: dict[ApplicationStatus, frozenset[ApplicationStatus]] = {
    ApplicationStatus.SUBMITTED: frozenset(
        {
            ApplicationStatus.IN_REVIEW,
            ApplicationStatus.INVITED,
            ApplicationStatus.REJECTED,
            ApplicationStatus.WITHDRAWN,
        }
    ),
    ApplicationStatus.IN_REVIEW: frozenset(
        {ApplicationStatus.INVITED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN}
    ),
    ApplicationStatus.INVITED: frozenset(
        {
            ApplicationStatus.SECOND_ROUND,
            ApplicationStatus.RESERVE,
            ApplicationStatus.OFFERED,
            ApplicationStatus.REJECTED,
            ApplicationStatus.WITHDRAWN,
        }
    ),
    ApplicationStatus.SECOND_ROUND: frozenset(
        {
            ApplicationStatus.RESERVE,
            ApplicationStatus.OFFERED,
            ApplicationStatus.REJECTED,
            ApplicationStatus.WITHDRAWN,
        }
    ),
    ApplicationStatus.RESERVE: frozenset(
        {ApplicationStatus.OFFERED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN}
    ),
    ApplicationStatus.OFFERED: frozenset(
        {
            ApplicationStatus.ACCEPTED,
            ApplicationStatus.DECLINED,
            ApplicationStatus.EXPIRED,
            ApplicationStatus.WITHDRAWN,
        }
    ),
    ApplicationStatus.ACCEPTED: frozenset(),
    ApplicationStatus.DECLINED: frozenset(),
    ApplicationStatus.EXPIRED: frozenset(),
    ApplicationStatus.REJECTED: frozenset(),
    ApplicationStatus.WITHDRAWN: frozenset(),
}


class ApplicationOrigin(models.TextChoices):
    SELF = "self", _("zelf gereageerd")
    PROPOSAL = "proposal", _("voorgesteld")
    SCHOOL = "school", _("door school")
    MAIL = "mail", _("binnengekomen per mail")
    FORWARDED = "forwarded", _("doorgestuurd door een ander team")
    OWN = "own", _("zelf gevonden")


class SearchMailFrequency(models.TextChoices):
    """How often a student hears about new places of a saved search."""

    DAILY = "daily", _("elke dag")
    WEEKLY = "weekly", _("elke week")
    NEVER = "never", _("geen mail")


class RejectionReason(models.TextChoices):
    """About the situation, never about the person (ui.md, writing guide)."""

    DAYS = "days", _("De dagen of uren passen niet")
    PERIOD = "period", _("De periode past niet")
    YEAR = "year", _("Het leerjaar past niet bij de taken")
    OTHER_CANDIDATE = "other_candidate", _("Een andere kandidaat sluit beter aan bij de doelgroep")
    NO_SUPERVISOR = "no_supervisor", _("Er is geen begeleider vrij")
    LEARNING_GOALS = "learning_goals", _("De leerdoelen kunnen hier niet")
    MANY = "many", _("Er waren meer reacties dan plekken")
    TRAVEL = "travel", _("De plek is te ver reizen voor deze tijden")
    SAFETY = "safety", _("De doelgroep of situatie vraagt meer ervaring dan een stage nu kan geven")
    CHANGED = "changed", _("De plek is veranderd of vervallen")
    FILLED = "filled", _("De plek is al vergeven")
    NO_SHOW = "no_show", _("Er kwam geen gesprek tot stand")


class ForwardStatus(models.TextChoices):
    """Where the question to a student, whether another team may read the application, stands."""

    ASKED = "asked", _("gevraagd")
    ACCEPTED = "accepted", _("ja")
    DECLINED = "declined", _("nee")
    LAPSED = "lapsed", _("vervallen")


class ViewPage(models.TextChoices):
    """Which list a saved view belongs to."""

    QUEUE = "queue", _("de rij van de stagemakelaar")
    STUDENTS = "students", _("de studenten van een school")


class AnswerKind(models.TextChoices):
    """The two answers to an application (R1)."""

    INVITATION = "invitation", _("uitnodiging")
    REJECTION = "rejection", _("afwijzing")


class BulkOutcome(models.TextChoices):
    DONE = "done", _("verstuurd")
    SKIPPED = "skipped", _("overgeslagen")


class InterviewStatus(models.TextChoices):
    PROPOSED = "proposed", _("tijden voorgesteld")
    PLANNED = "planned", _("gepland")
    HELD = "held", _("gehouden")
    CANCELLED = "cancelled", _("afgezegd")
    MISSED = "missed", _("niet doorgegaan")

    @classmethod
    def off(cls) -> frozenset["InterviewStatus"]:
        """Talks that did not take place; the same round can be planned again."""
        return frozenset({cls.CANCELLED, cls.MISSED})

    @classmethod
    def ahead(cls) -> frozenset["InterviewStatus"]:
        """Talks that still have to take place."""
        return frozenset({cls.PROPOSED, cls.PLANNED})


class PlaceKind(models.TextChoices):
    """How people meet for a talk."""

    LOCATION = "location", _("op een locatie")
    VIDEO = "video", _("met een videogesprek")
    PHONE = "phone", _("per telefoon")


class Advice(models.TextChoices):
    """What somebody who was at the talk thinks; a decider's 'negative' stops the round."""

    POSITIVE = "positive", _("positief")
    DOUBT = "doubt", _("twijfel")
    NEGATIVE = "negative", _("negatief")

    @property
    def badge(self) -> str:
        """The colour of the badge; the word always stands in it."""
        return {"positive": "safe", "doubt": "warning", "negative": "danger"}[self.value]


class GoalVerdict(models.TextChoices):
    """Whether a student can work on a leerdoel at this place."""

    POSSIBLE = "possible", _("kan hier")
    PARTLY = "partly", _("kan hier deels")
    NOT = "not", _("kan hier niet")

    @property
    def badge(self) -> str:
        """The colour of the badge; the word always stands in it."""
        return {"possible": "safe", "partly": "warning", "not": "neutral"}[self.value]


class PlacementStatus(models.TextChoices):
    AGREED = "agreed", _("afgesproken")
    RUNNING = "running", _("bezig")
    FINISHED = "finished", _("afgerond")
    ENDED_EARLY = "ended_early", _("eerder gestopt")

    @classmethod
    def holding(cls) -> frozenset["PlacementStatus"]:
        """Placements that hold a place of the vacancy, the team and the praktijkbegeleider (R7)."""
        return frozenset({cls.AGREED, cls.RUNNING, cls.FINISHED})

    @classmethod
    def active(cls) -> frozenset["PlacementStatus"]:
        """Placements with work still to do: agreed or running."""
        return frozenset({cls.AGREED, cls.RUNNING})

    @property
    def badge(self) -> str:
        """The colour of the badge; the word always stands in it."""
        return _PLACEMENT_BADGES[self]


_PLACEMENT_BADGES = {
    PlacementStatus.AGREED: "warning",
    PlacementStatus.RUNNING: "safe",
    PlacementStatus.FINISHED: "neutral",
    PlacementStatus.ENDED_EARLY: "neutral",
}

# Which status may follow which. Only `placements.dossier.services.status.move_placement` moves a placement.
PLACEMENT_TRANSITIONS: dict[PlacementStatus, frozenset[PlacementStatus]] = {
    PlacementStatus.AGREED: frozenset({PlacementStatus.RUNNING, PlacementStatus.ENDED_EARLY}),
    PlacementStatus.RUNNING: frozenset({PlacementStatus.FINISHED, PlacementStatus.ENDED_EARLY}),
    PlacementStatus.FINISHED: frozenset(),
    PlacementStatus.ENDED_EARLY: frozenset(),
}


class AssistedKind(models.TextChoices):
    APPLY = "apply", _("reageren namens de student")
    INTRODUCE = "introduce", _("voorstellen")


class AssistedStatus(models.TextChoices):
    WAITING = "waiting", _("wacht op de student")
    AGREED = "agreed", _("de student zei ja")
    DECLINED = "declined", _("de student zei nee")
    EXPIRED = "expired", _("verlopen")
    WITHDRAWN = "withdrawn", _("de student trok het in")


class IntroductionReply(models.TextChoices):
    """What the stagemakelaar says to an introduction; a meeting begins with a reaction, like everybody's."""

    INTERESTED = "interested", _("wil graag kennismaken")
    NOT_NOW = "not_now", _("nu niet")


class ReportKind(models.TextChoices):
    """Words a student recognises; the contact decides what it is called later."""

    DISCRIMINATION = "discrimination", _("Ik word anders behandeld om wie ik ben")
    UNSAFE = "unsafe", _("Ik voel me niet veilig")
    AGREEMENTS = "agreements", _("Afspraken worden niet nagekomen")
    OTHER = "other", _("Iets anders")
