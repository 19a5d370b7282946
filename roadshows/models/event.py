"""Regional meetings where schools, employers and gemeenten make places, and what came of them (domain A7)."""

import uuid

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from roadshows.enums import OutcomeKind, OutcomeStatus, PartKind, RoadshowStatus
from roadshows.querysets import RoadshowQuerySet
from stagematch.clock import now
from stagematch.regions.models import Region


@pghistory.track()
class Roadshow(models.Model):
    """One meeting. Changed by `roadshows.services` only; `sequence` counts the changes for calendars (RFC 5545)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("webadres"), max_length=120, unique=True)
    title = models.CharField(_("titel"), max_length=160)
    question = models.CharField(_("de vraag van de dag"), max_length=240, blank=True)
    summary = models.TextField(_("waar gaat het over"), blank=True, max_length=3000)
    region = models.ForeignKey(
        Region, models.SET_NULL, null=True, blank=True, related_name="roadshows", verbose_name=_("regio")
    )
    place = models.CharField(_("plaats"), max_length=120, blank=True)
    venue = models.CharField(_("locatie"), max_length=160, blank=True)
    address = models.CharField(_("adres"), max_length=200, blank=True)
    access_info = models.CharField(_("zo kom je binnen"), max_length=400, blank=True)
    day = models.DateField(_("dag"), null=True, blank=True)
    begins_at = models.TimeField(_("begint om"), null=True, blank=True)
    ends_at = models.TimeField(_("eindigt om"), null=True, blank=True)
    # What is known of the date when no day is: 'in 2023, voor 22 november'.
    when_note = models.CharField(_("wanneer, als de dag niet bekend is"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=RoadshowStatus, default=RoadshowStatus.PLANNED, editable=False
    )
    status_reason = models.CharField(_("waarom verplaatst of afgezegd"), max_length=300, blank=True)
    attendance = models.CharField(_("hoeveel mensen er waren"), max_length=80, blank=True)
    goal_places = models.PositiveSmallIntegerField(_("doel: zoveel plekken"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("zoveel mensen passen erin"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    takes_registrations = models.BooleanField(_("aanmelden kan op deze site"), default=True)
    is_public = models.BooleanField(_("voor iedereen te zien"), default=False)
    source_note = models.CharField(_("herkomst van de gegevens"), max_length=240, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    sequence = models.PositiveSmallIntegerField(_("volgnummer in de agenda"), default=0, editable=False)
    changed_at = models.DateTimeField(_("gewijzigd"), default=now, editable=False)

    objects = RoadshowQuerySet.as_manager()

    class Meta:
        verbose_name = _("roadshow")
        verbose_name_plural = _("roadshows")
        ordering = ["-day", "pk"]
        indexes = [models.Index(fields=["is_public", "status", "day"], name="roadshow_public")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("begins_at")),
                name="roadshow_times_in_order",
                violation_error_message=_("De eindtijd moet na de begintijd liggen."),
            ),
            models.CheckConstraint(
                condition=Q(begins_at__isnull=True) | Q(day__isnull=False),
                name="roadshow_time_needs_a_day",
                violation_error_message=_("Vul bij de tijd ook de dag in."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "moved"]) | Q(day__isnull=False),
                name="confirmed_roadshow_has_a_day",
                violation_error_message=_("Deze roadshow gaat door, dus er moet een dag bij staan."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def badge(self) -> str:
        """The colour of the status."""
        return RoadshowStatus(self.status).badge

    @property
    def where(self) -> str:
        """The venue and the place in one line, without saying a place twice."""
        said = f"{self.venue} {self.address}"
        parts = [self.venue, self.address, "" if self.place in said else self.place]
        return ", ".join(part for part in parts if part)


class RoadshowOrganiser(models.Model):
    """Who organises it. People with the role of organiser at `organisation` may change the roadshow."""

    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="organisers", verbose_name=_("roadshow"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="roadshows_organised",
        verbose_name=_("organisatie"),
    )
    name = models.CharField(_("naam op de pagina"), max_length=160)

    class Meta:
        verbose_name = _("organisator")
        verbose_name_plural = _("organisatoren")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["roadshow", "name"], name="organiser_once")]

    def __str__(self) -> str:
        return self.name


class ProgrammePart(models.Model):
    """A part of the day."""

    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="parts", verbose_name=_("roadshow"))
    kind = models.CharField(_("soort"), max_length=10, choices=PartKind)
    begins_at = models.TimeField(_("begint om"), null=True, blank=True)
    title = models.CharField(_("titel"), max_length=120)
    text = models.CharField(_("in één zin"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("onderdeel")
        verbose_name_plural = _("programma")
        ordering = [F("begins_at").asc(nulls_last=True), "pk"]

    def __str__(self) -> str:
        return self.title


class Outcome(models.Model):
    """An opbrengst: what somebody took on at the meeting. Outcomes keep coming for months, so each has a state."""

    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="outcomes", verbose_name=_("roadshow"))
    kind = models.CharField(_("soort"), max_length=12, choices=OutcomeKind)
    text = models.CharField(_("opbrengst"), max_length=300)
    owner = models.CharField(_("wie zorgt ervoor"), max_length=160, blank=True)
    due_on = models.DateField(_("uiterlijk"), null=True, blank=True)
    status = models.CharField(_("stand"), max_length=10, choices=OutcomeStatus, default=OutcomeStatus.PROMISED)

    class Meta:
        verbose_name = _("opbrengst")
        verbose_name_plural = _("opbrengsten")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def badge(self) -> str:
        """The colour of the state."""
        return OutcomeStatus(self.status).badge
