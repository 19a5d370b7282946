"""Helping students of a school who get stuck (features B3). None of this is ever shown outside the student's school.

A student can ask for all of it and reads it in the own download, so write it that way.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.guidance.enums import LIMITS, HelpReason, HelpStep, Rung, TaskStatus
from placements.guidance.querysets import HelpNoteQuerySet, HelpTaskQuerySet
from placements.models.application import Rejection
from stagematch.clock import now, today
from students.models import PlacementSearch, Student


def _default_reasons() -> list[str]:
    return [HelpReason.FELL_AWAY.value, HelpReason.WAITING.value]


def _whole(label: object, name: str, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    low, high = LIMITS[name]
    return models.PositiveSmallIntegerField(
        label,  # type: ignore[arg-type]  # a lazy text, which the stubs do not take here
        default=default,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
    )


class HelpSettings(models.Model):
    """From when a school wants to know that a student gets stuck. Without a row the defaults hold."""

    school = models.OneToOneField(Organisation, models.CASCADE, related_name="help_settings")
    hint_at = _whole(_("bericht aan de student na (keer nee)"), "hint_at", 3)
    task_at = _whole(_("taak voor school na (keer nee)"), "task_at", 5)
    talk_at = _whole(_("gesprek na (keer nee)"), "talk_at", 8)
    long_weeks = _whole(_("zoekt lang, na (weken)"), "long_weeks", 12)
    silent_days = _whole(_("stil, na (dagen)"), "silent_days", 14)
    waiting_days = _whole(_("wacht lang op antwoord, na (werkdagen)"), "waiting_days", 12)
    profile_days = _whole(_("profiel niet compleet, na (dagen)"), "profile_days", 14)
    short_km = _whole(_("reist weinig, tot en met (kilometer)"), "short_km", 5)
    sends_hints = models.BooleanField(_("stuur de student een bericht"), default=True)
    task_reasons = ArrayField(
        models.CharField(max_length=12, choices=HelpReason),
        verbose_name=_("maak ook taken voor"),
        default=_default_reasons,
        blank=True,
    )
    task_term_days = _whole(_("een taak is klaar binnen (werkdagen)"), "task_term_days", 5)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(_("aangepast"), default=now)

    class Meta:
        verbose_name = _("grenzen voor hulp")
        verbose_name_plural = _("grenzen voor hulp")
        constraints = [
            models.CheckConstraint(
                condition=Q(hint_at__lt=F("task_at")) & Q(task_at__lt=F("talk_at")), name="help_ladder_goes_up"
            )
        ]

    def __str__(self) -> str:
        return str(self.school)


class LadderStep(models.Model):
    """A rung of the ladder that a search reached: once, however often the night looks."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="ladder_steps")
    search = models.ForeignKey(PlacementSearch, models.CASCADE, related_name="ladder_steps")
    rung = models.CharField(_("trede"), max_length=5, choices=Rung)
    rejections = models.PositiveSmallIntegerField(_("keer nee gekregen"))
    on = models.DateField(_("op"))

    class Meta:
        verbose_name = _("trede van hulp")
        verbose_name_plural = _("treden van hulp")
        ordering = ["on", "pk"]
        constraints = [models.UniqueConstraint(fields=["search", "rung"], name="rung_once_per_search")]

    def __str__(self) -> str:
        return f"{self.get_rung_display()}, {self.on}"


class HelpTask(models.Model):
    """Something a school does for one student. Status moves only through `placements.guidance.services.tasks`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="help_tasks", verbose_name=_("student"))
    school = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("school"))
    reason = models.CharField(_("waarom"), max_length=12, choices=HelpReason)
    title = models.CharField(_("wat"), max_length=120)
    # Names the episode the night made it for; empty for a task somebody wrote.
    cause = models.CharField(_("aanleiding"), max_length=80, blank=True, editable=False)
    status = models.CharField(_("stand"), max_length=12, choices=TaskStatus, default=TaskStatus.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("van wie")
    )
    due_on = models.DateField(_("uiterlijk"))
    outcome = models.CharField(_("hoe ging het"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(_("gemaakt"), default=now)
    closed_at = models.DateTimeField(_("klaar"), null=True, blank=True)

    objects = HelpTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("taak voor school")
        verbose_name_plural = _("taken voor school")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["school", "status", "due_on"], name="help_task_list"),
            models.Index(fields=["closed_at"], name="help_task_retention", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["student", "cause"], condition=~Q(cause=""), name="task_once_per_cause"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="closed_task_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        """Still open after its last day."""
        return self.status == TaskStatus.OPEN and self.due_on < today()

    @property
    def badge(self) -> str:
        return TaskStatus(self.status).badge


class HelpNote(models.Model):
    """A short note of a coordinator about what was agreed; no health, no family, no opinions. Goes after a year."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="help_notes")
    school = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("school"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("van wie")
    )
    text = models.CharField(_("notitie van school"), max_length=500)
    at = models.DateTimeField(_("wanneer"), default=now)

    objects = HelpNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("notitie van school")
        verbose_name_plural = _("notities van school")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], name="help_note_retention")]

    def __str__(self) -> str:
        return self.text[:60]


class HelpEvent(models.Model):
    """One thing that was done for a student. Only ever added to; says what, not what was written."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="help_events")
    what = models.CharField(_("wat"), max_length=14, choices=HelpStep)
    about = models.CharField(_("waarover"), max_length=120, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("wie")
    )
    at = models.DateTimeField(_("wanneer"), default=now)

    class Meta:
        verbose_name = _("stap in de hulp")
        verbose_name_plural = _("stappen in de hulp")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], name="help_event_retention")]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.at:%Y-%m-%d}"


class SharedAnswer(models.Model):
    """A student lets the own school read why an organisation said no. Taken back at any time (docs/threat-model.md)."""

    rejection = models.OneToOneField(Rejection, models.CASCADE, related_name="shared")
    at = models.DateTimeField(_("wanneer"), default=now)

    class Meta:
        verbose_name = _("uitleg gedeeld met school")
        verbose_name_plural = _("uitleg gedeeld met school")

    def __str__(self) -> str:
        return str(self.rejection)
