"""Early warning: how many students will have no place when the period begins, as was expected on one day (features B8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, StagePeriod
from shortages.models.snapshot import ShortageSnapshot
from stagematch.clock import now
from stagematch.regions.models import Region


class Forecast(models.Model):
    """What one night's count made expect of a school, a region, or (neither) the country. History: kept as it was said.

    `without_place` are students without an agreed place, those in conversation included: on the first day of a stage a
    conversation is no place. `low`, `middle` and `high` are the 10th, 50th and 90th percentile of that number at the
    start of the period. `path` has the same three for every week until then. `last_year` is how many it were at the
    start of the comparable period a year before, when that was counted.
    """

    # A count of the day itself can be replaced; what was said stays said.
    snapshot = models.ForeignKey(ShortageSnapshot, models.SET_NULL, null=True, related_name="forecasts")
    day = models.DateField(_("stand van"))
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="+", verbose_name=_("periode"))
    school = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="forecasts")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    weeks = models.PositiveSmallIntegerField(_("weken tot het begin"))
    students = models.PositiveIntegerField(_("studenten nu"))
    expected = models.PositiveIntegerField(_("studenten verwacht"))
    told = models.PositiveIntegerField(_("waarvan de school ze opgaf"), null=True, blank=True)
    without_place = models.PositiveIntegerField(_("nu zonder plek"))
    structural = models.FloatField(_("nu structureel"))
    low = models.PositiveIntegerField(_("laag"))
    middle = models.PositiveIntegerField(_("midden"))
    high = models.PositiveIntegerField(_("hoog"))
    last_year = models.PositiveIntegerField(_("vorig jaar bij het begin"), null=True, blank=True)
    same_pace = models.PositiveIntegerField(_("als de laatste 4 weken zo doorgaan"), null=True, blank=True)
    past = models.PositiveSmallIntegerField(_("eerdere periodes waarop dit rust"))
    path = models.JSONField(_("per week"), default=list)  # [weeks before, low, middle, high]
    method = models.PositiveSmallIntegerField(_("versie van de methode"))

    class Meta:
        verbose_name = _("vooruitblik")
        verbose_name_plural = _("vooruitblikken")
        ordering = ["-day", "period", "pk"]
        indexes = [models.Index(fields=["school", "period", "day"], name="forecast_of_school")]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "period", "school", "region"], nulls_distinct=False, name="forecast_once"
            ),
            models.CheckConstraint(
                condition=Q(low__lte=F("middle")) & Q(middle__lte=F("high")), name="forecast_in_order"
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=True) | Q(region__isnull=True), name="forecast_school_or_region"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.low}-{self.high}"


class WarningLevel(models.Model):
    """From which expected number without a place on a school wants to be warned; no row means no warning."""

    school = models.OneToOneField(Organisation, models.CASCADE, related_name="warning_level")
    level = models.PositiveSmallIntegerField(_("waarschuw vanaf"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(_("ingesteld op"), default=now)

    class Meta:
        verbose_name = _("waarschuwingsgrens")
        verbose_name_plural = _("waarschuwingsgrenzen")
        constraints = [models.CheckConstraint(condition=Q(level__range=(1, 2_000)), name="warning_level_1_to_2000")]

    def __str__(self) -> str:
        return f"{self.school_id}: {self.level}"


class ForecastWarning(models.Model):
    """That a school was warned about a period; once per period and level."""

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="forecast_warnings")
    period = models.ForeignKey(StagePeriod, models.CASCADE, related_name="+", verbose_name=_("periode"))
    level = models.PositiveSmallIntegerField(_("grens"))
    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="+")
    warned_on = models.DateField(_("gewaarschuwd op"))

    class Meta:
        verbose_name = _("waarschuwing")
        verbose_name_plural = _("waarschuwingen")
        ordering = ["-warned_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["school", "period", "level"], name="warned_once")]

    def __str__(self) -> str:
        return f"{self.school_id}: {self.level}"
