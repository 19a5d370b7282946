"""Asking every team how many students it can have in a period, and what it answers. Written by `organisations.inventory.services`."""

import datetime as dt
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.enums import InventoryChoice, NoReason
from organisations.models.organisation import Membership, Organisation, Team
from organisations.models.reference import StagePeriod
from organisations.querysets import InventoryRequestQuerySet
from stagematch.clock import now, today


class InventoryRound(models.Model):
    """One organisation (its own teams) or school (the teams in its region) asks about one period, until a date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        Organisation, models.CASCADE, related_name="inventory_rounds", verbose_name=_("wie vraagt het")
    )
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="inventory_rounds", verbose_name=_("periode"))
    message = models.CharField(_("boodschap in de mail"), max_length=500, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("geopend door")
    )
    opened_at = models.DateTimeField(_("geopend"), default=now)
    closes_on = models.DateField(_("antwoorden tot en met"))
    closed_at = models.DateTimeField(_("gesloten"), null=True, blank=True)

    class Meta:
        verbose_name = _("inventarisatieronde")
        verbose_name_plural = _("inventarisatierondes")
        ordering = ["-opened_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "period"], name="inventory_round_once")]
        indexes = [models.Index(fields=["closes_on"], name="inventory_open", condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.owner}, {self.period}"

    @property
    def is_open(self) -> bool:
        """Whether teams can still answer, or change what they said."""
        return self.closed_at is None and today() <= self.closes_on

    @property
    def ends_at(self) -> dt.datetime:
        """The moment after the last day, when the links stop working."""
        day = self.closes_on + dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


class InventoryRequest(models.Model):
    """The question to one team. A team is asked once per period, whoever asks."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(InventoryRound, models.CASCADE, related_name="requests", verbose_name=_("ronde"))
    team = models.ForeignKey(Team, models.CASCADE, related_name="inventory_requests", verbose_name=_("team"))
    # The round's; kept here too because a team is asked once per period.
    period = models.ForeignKey(
        StagePeriod, models.PROTECT, related_name="inventory_requests", verbose_name=_("periode")
    )
    contact_email = models.EmailField(_("e-mailadres zonder account"), blank=True)
    last_mailed_on = models.DateField(_("laatst gemaild"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("herinneringen"), default=0)
    taken_over_at = models.DateTimeField(_("overgenomen als ruimte"), null=True, blank=True)
    taken_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("overgenomen door")
    )

    objects = InventoryRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("vraag aan een team")
        verbose_name_plural = _("vragen aan teams")
        ordering = ["team__organisation__name", "team__name"]
        constraints = [models.UniqueConstraint(fields=["team", "period"], name="inventory_team_once_per_period")]
        indexes = [models.Index(fields=["period", "team"])]

    def __str__(self) -> str:
        return f"{self.team}, {self.period}"

    @property
    def given(self) -> "InventoryAnswer | None":
        """The answer, or None while the team has not given one."""
        return getattr(self, "answer", None)


class InventoryAnswer(models.Model):
    """What a team answered. It can be changed until the round closes."""

    request = models.OneToOneField(InventoryRequest, models.CASCADE, related_name="answer", verbose_name=_("vraag"))
    choice = models.CharField(_("antwoord"), max_length=10, choices=InventoryChoice)
    places = models.PositiveSmallIntegerField(_("plekken"), default=0, validators=[MaxValueValidator(50)])
    hours_per_week = models.PositiveSmallIntegerField(_("uren begeleiding per week"), null=True, blank=True)
    supervisors = models.ManyToManyField(
        Membership, blank=True, related_name="inventory_answers", verbose_name=_("praktijkbegeleiders")
    )
    other_supervisors = models.CharField(_("begeleiders zonder account"), max_length=200, blank=True)
    work = models.TextField(_("wat een student kan doen"), max_length=1000, blank=True)
    needed = models.TextField(_("wat nodig is voor één plek meer"), max_length=1000, blank=True)
    reasons = models.PositiveSmallIntegerField(_("redenen voor nee"), default=0)
    note = models.TextField(_("toelichting"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("beantwoord"), default=now)
    changed_at = models.DateTimeField(_("laatst veranderd"), default=now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("beantwoord door")
    )
    through_link = models.BooleanField(_("via de link in de mail"), default=False)

    class Meta:
        verbose_name = _("antwoord van een team")
        verbose_name_plural = _("antwoorden van teams")
        constraints = [
            models.CheckConstraint(condition=Q(places__lte=50), name="inventory_places_at_most_50"),
            models.CheckConstraint(condition=~Q(choice="yes") | Q(places__gte=1), name="inventory_yes_has_a_place"),
            models.CheckConstraint(condition=~Q(choice="no") | Q(places=0), name="inventory_no_has_no_place"),
            models.CheckConstraint(condition=Q(choice="no") | Q(reasons=0), name="inventory_reasons_are_for_no"),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.get_choice_display()}"

    @property
    def kind(self) -> InventoryChoice:
        """The choice as a member, with its colour."""
        return InventoryChoice(self.choice)

    @property
    def reason_words(self) -> list[str]:
        """The ticked reasons in words."""
        return [str(reason.label) for reason in NoReason if self.reasons & reason]
