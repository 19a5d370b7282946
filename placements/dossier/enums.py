"""The fixed choices of a placement's file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Party(models.TextChoices):
    """Who has a part in a stage. The first three sign the praktijkovereenkomst, a guardian too for a minor (domain B1)."""

    STUDENT = "student", _("student")
    ORGANISATION = "organisation", _("leerbedrijf")
    SCHOOL = "school", _("school")
    GUARDIAN = "guardian", _("ouder of voogd")


class Side(models.TextChoices):
    """Who is looking: a praktijkbegeleider acts for the leerbedrijf but only for the own students."""

    STUDENT = "student", _("student")
    SUPERVISOR = "supervisor", _("praktijkbegeleider")
    ORGANISATION = "organisation", _("organisatie")
    SCHOOL = "school", _("school")

    @property
    def party(self) -> Party:
        """The party this side acts for."""
        return Party.ORGANISATION if self is Side.SUPERVISOR else Party(self.value)


class SignedHow(models.TextChoices):
    PAPER = "paper", _("op papier gezien")
    LINK = "link", _("via de link in de mail")
    ACCOUNT = "account", _("zelf, ingelogd")


class VogStatus(models.TextChoices):
    """Only that a VOG was seen is kept, never the document or what it says (domain B8)."""

    NOT_NEEDED = "not_needed", _("niet nodig")
    NEEDED = "needed", _("nodig, nog niet aangevraagd")
    ASKED = "asked", _("aangevraagd")
    SEEN = "seen", _("gezien")


class MomentKind(models.TextChoices):
    START = "start", _("startgesprek")
    MIDDLE = "middle", _("tussengesprek")
    END = "end", _("eindgesprek")
    EXTRA = "extra", _("extra gesprek")


class EndReason(models.TextChoices):
    """About the situation, never about the person; nothing here asks for health or family (AVG)."""

    NO_GUIDANCE = "no_guidance", _("De begeleiding viel weg")
    NO_FIT = "no_fit", _("De taken of leerdoelen passen niet")
    DAYS = "days", _("De dagen of uren kunnen niet meer")
    ORGANISATION = "organisation", _("De organisatie kan de plek niet meer bieden")
    STOPS = "stops", _("De student stopt met de opleiding")
    TOGETHER = "together", _("In overleg gestopt")
    OTHER = "other", _("Iets anders")


class Outcome(models.TextChoices):
    """Where the student went after the stage (domain A2-14)."""

    JOB = "job", _("werkt nu bij ons")
    NEXT_STAGE = "next_stage", _("volgende stage bij ons")
    STUDY = "study", _("volgt een vervolgopleiding")
    ELSEWHERE = "elsewhere", _("werkt ergens anders")
    UNKNOWN = "unknown", _("weet ik niet")


PACT_QUESTIONS: tuple[tuple[str, object, object], ...] = (
    ("goals", _("Wat wil de student hier leren?"), _("Noem twee of drie dingen.")),
    ("day", _("Hoe ziet een gewone dag eruit?"), _("Tijden, pauze, wat de student zelf doet.")),
    ("help", _("Hoe en wanneer is er begeleiding?"), _("Een vast moment in de week, en wie er is bij vragen.")),
    ("absent", _("Wat doet de student bij ziekte of te laat komen?"), _("Wie bellen of appen, voor hoe laat?")),
    ("worry", _("Wat doen we als het niet lekker loopt?"), _("Met wie praat de student dan het eerst?")),
)
"""The start pact: expectations spoken out before the stage, because they were often not (domain A3-09, A4-06)."""

STUDENT_QUESTIONS: tuple[tuple[str, object], ...] = (
    ("welcome", _("Ik voelde me welkom in het team.")),
    ("clear", _("Ik wist wat er van mij werd verwacht.")),
    ("guidance", _("Ik kreeg genoeg begeleiding.")),
    ("goals", _("Ik kon aan mijn leerdoelen werken.")),
    ("tasks", _("Mijn taken pasten bij mijn opleiding.")),
    ("cycle", _("We bespraken hoe het ging en pasten mijn plan aan.")),
    ("safe", _("Ik voelde me veilig en kon mezelf zijn.")),
    ("again", _("Ik raad deze plek aan andere studenten aan.")),
)
"""The eight questions of S16; 'cycle' asks for the methodical cycle and not only for tasks (domain A3-04)."""

ORGANISATION_QUESTIONS: tuple[tuple[str, object], ...] = (
    ("prepared", _("De student was goed voorbereid op deze stage.")),
    ("grew", _("De student groeide in de afgesproken leerdoelen.")),
    ("school", _("De school was goed bereikbaar.")),
    ("value", _("Het team had zelf ook iets aan deze stage.")),
)

SCORES: tuple[tuple[int, object], ...] = (
    (1, _("helemaal niet")),
    (2, _("niet")),
    (3, _("een beetje")),
    (4, _("wel")),
    (5, _("helemaal")),
)
