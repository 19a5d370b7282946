"""The fixed choices of helping students. States are data: the table of transitions stands beside its enum."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HelpReason(models.TextChoices):
    """Why a student needs somebody now, the most urgent first."""

    FELL_AWAY = "fell_away", _("de stage ging niet door")
    REJECTED = "rejected", _("vaak nee gekregen")
    NO_FIT = "no_fit", _("geen plek die past")
    WAITING = "waiting", _("wacht lang op antwoord")
    SILENT = "silent", _("al een tijd stil")
    PROFILE = "profile", _("profiel niet compleet")
    LONG = "long", _("zoekt al lang")
    TRAVEL = "travel", _("reist niet ver")
    OTHER = "other", _("iets anders")

    @classmethod
    def makes_tasks(cls) -> frozenset["HelpReason"]:
        """Reasons a school may let the night make tasks for; being rejected has its own ladder."""
        return frozenset({cls.FELL_AWAY, cls.WAITING, cls.SILENT, cls.PROFILE, cls.LONG})


class HelpAction(models.TextChoices):
    """The one thing to do first."""

    TALK = "talk", _("Plan een gesprek")
    PLACE = "place", _("Vraag een plek aan")
    CALL = "call", _("Bel de organisatie")
    PROFILE = "profile", _("Help met het profiel")
    TRAVEL = "travel", _("Praat over reistijd")


class Rung(models.TextChoices):
    """The ladder for who hears no often: a kind word, then somebody looks, then a talk (features B3)."""

    HINT = "hint", _("een bericht aan de student")
    TASK = "task", _("een taak voor school")
    TALK = "talk", _("een gesprek")


class TaskStatus(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("gedaan")
    NOT_NEEDED = "not_needed", _("niet meer nodig")

    @property
    def badge(self) -> str:
        """The colour of the badge; the word always stands in it."""
        return {"open": "active", "done": "safe"}.get(self.value, "neutral")


# Which status may follow which. Only `placements.guidance.services.tasks` moves a task. What was closed by mistake opens again.
TASK_TRANSITIONS: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.OPEN: frozenset({TaskStatus.DONE, TaskStatus.NOT_NEEDED}),
    TaskStatus.DONE: frozenset({TaskStatus.OPEN}),
    TaskStatus.NOT_NEEDED: frozenset({TaskStatus.OPEN}),
}


class HelpStep(models.TextChoices):
    """What was done, as the log tells it."""

    HINT = "hint", _("de student kreeg een bericht")
    TASK_MADE = "task_made", _("taak gemaakt")
    TASK_TAKEN = "task_taken", _("taak opgepakt")
    TASK_MOVED = "task_moved", _("taak verzet")
    TASK_DONE = "task_done", _("taak gedaan")
    TASK_DROPPED = "task_dropped", _("taak niet meer nodig")
    TASK_REOPENED = "task_reopened", _("taak weer open")
    NOTE = "note", _("notitie geschreven")
    NOTE_REMOVED = "note_removed", _("notitie weggehaald")


LIMITS = {
    "hint_at": (1, 50),
    "task_at": (2, 60),
    "talk_at": (3, 70),
    "long_weeks": (1, 52),
    "silent_days": (3, 180),
    "waiting_days": (3, 60),
    "profile_days": (1, 180),
    "short_km": (1, 50),
    "task_term_days": (1, 30),
}
"""The lowest and highest value of each threshold a school sets."""
