"""What a student keeps for themselves: texts that are not sent yet, and searches to hear about."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.enums import SearchMailFrequency
from placements.models.application import Rejection
from placements.models.vacancy import Vacancy
from stagematch.clock import now
from students.models import Student


class ApplicationDraft(models.Model):
    """What a student typed for one place and did not send yet. Gone when it is sent, and after 60 days."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="drafts")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="drafts", verbose_name=_("stagevacature"))
    motivation = models.TextField(_("motivatie"), max_length=3000, blank=True)
    learning_goals = models.JSONField(_("leerdoelen"), default=list, blank=True)
    own_goal = models.CharField(_("eigen leerdoel"), max_length=200, blank=True)
    updated_at = models.DateTimeField(_("bewaard"), default=now)

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepten")
        ordering = ["-updated_at", "pk"]
        indexes = [models.Index(fields=["updated_at"])]
        constraints = [models.UniqueConstraint(fields=["student", "vacancy"], name="one_draft_per_vacancy")]

    def __str__(self) -> str:
        return f"{self.student}: {self.vacancy}"


class SavedSearch(models.Model):
    """A search on the list of places with a name, mailed when something new fits it (features S6)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("naam"), max_length=80)
    query = models.CharField(_("filters"), max_length=1000, blank=True)
    frequency = models.CharField(
        _("mail"), max_length=6, choices=SearchMailFrequency, default=SearchMailFrequency.WEEKLY
    )
    # Exactly the places the student was told about: a date would miss what is published late for an earlier day.
    known = ArrayField(models.BigIntegerField(), verbose_name=_("al gezien"), default=list, blank=True, editable=False)
    looked_on = models.DateField(_("laatst gekeken"))
    created_at = models.DateTimeField(_("bewaard op"), default=now)

    class Meta:
        verbose_name = _("bewaarde zoekopdracht")
        verbose_name_plural = _("bewaarde zoekopdrachten")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["looked_on"], name="saved_search_mail", condition=~Q(frequency="never")),
        ]
        constraints = [models.UniqueConstraint(fields=["student", "query"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name


class RejectionFeedback(models.Model):
    """'Hier kan ik iets mee': a student says that an explanation helped. Once per rejection; the organisation sees a number."""

    rejection = models.OneToOneField(Rejection, models.CASCADE, related_name="feedback")
    at = models.DateTimeField(_("wanneer"), default=now)

    class Meta:
        verbose_name = _("reactie op een afwijzing")
        verbose_name_plural = _("reacties op afwijzingen")

    def __str__(self) -> str:
        return str(self.rejection)


class HelpfulStatistic(models.Model):
    """How many explanations of an organisation helped, per month and without names; it outlives the applications."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="helpful_statistics")
    month = models.DateField(_("maand"))
    count = models.PositiveIntegerField(_("aantal"), default=0)

    class Meta:
        verbose_name = _("nuttige uitleg")
        verbose_name_plural = _("nuttige uitleg")
        ordering = ["organisation", "month"]
        constraints = [models.UniqueConstraint(fields=["organisation", "month"], name="helpful_once_a_month")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.month:%Y-%m}"
