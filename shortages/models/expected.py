"""Demand ahead: how many students a school expects, before they are in the system (features B11)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Programme, StagePeriod
from stagematch.clock import now

MOST_EXPECTED = 2_000
"""More students than this in one leerjaar of one opleiding is a typing mistake."""


@pghistory.track()
class ExpectedIntake(models.Model):
    """How many students of one opleiding and leerjaar need a place in one period, as the school expects it.

    Which leerjaar has a stage differs per school (domain A10), so nothing is filled in by itself: a number is here only
    when a person gave it. 0 means 'nobody', no row means 'not said'.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="expected", verbose_name=_("opleiding"))
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="expected", verbose_name=_("periode"))
    year = models.PositiveSmallIntegerField(_("leerjaar"))
    number = models.PositiveSmallIntegerField(_("verwachte studenten"))
    filled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    filled_at = models.DateTimeField(_("ingevuld op"), default=now)

    class Meta:
        verbose_name = _("verwachte instroom")
        verbose_name_plural = _("verwachte instroom")
        ordering = ["period", "programme", "year"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "period", "year"], name="expected_once"),
            models.CheckConstraint(condition=Q(year__range=(1, 4)), name="expected_year_1_to_4"),
            models.CheckConstraint(condition=Q(number__lte=MOST_EXPECTED), name="expected_within_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}, {self.year}: {self.number}"


@pghistory.track()
class NumerusFixus(models.Model):
    """Whether an opleiding takes a limited number of first-year students in one school year (domain A6-03).

    `intake_year` is the calendar year in which that school year begins.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="limits", verbose_name=_("opleiding"))
    intake_year = models.PositiveSmallIntegerField(_("instroomjaar"))
    is_limited = models.BooleanField(_("numerus fixus"))
    places = models.PositiveSmallIntegerField(_("aantal eerstejaars"), null=True, blank=True)
    filled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    filled_at = models.DateTimeField(_("ingevuld op"), default=now)

    class Meta:
        verbose_name = _("numerus fixus")
        verbose_name_plural = _("numerus fixus")
        ordering = ["intake_year", "programme"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "intake_year"], name="numerus_fixus_once"),
            models.CheckConstraint(
                condition=Q(is_limited=True, places__isnull=False) | Q(is_limited=False, places__isnull=True),
                name="numerus_fixus_has_a_number",
            ),
            models.CheckConstraint(condition=Q(intake_year__range=(2000, 2100)), name="numerus_fixus_year"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}, {self.intake_year}: {self.places if self.is_limited else '-'}"
