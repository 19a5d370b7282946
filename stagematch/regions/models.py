"""Where things are: regions, gemeenten and postcodes, each with the dates between which it holds."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Dated(models.Model):
    """A row of reference data that holds from one date until (not including) another."""

    valid_from = models.DateField(_("geldig vanaf"))
    valid_until = models.DateField(_("geldig tot"), null=True, blank=True)
    source = models.CharField(_("bron"), max_length=200, blank=True)

    class Meta:
        abstract = True


class Region(Dated):
    """An area that figures are reported for."""

    class Kind(models.TextChoices):
        LABOUR_MARKET = "labour_market", _("arbeidsmarktregio")
        COROP = "corop", _("COROP-gebied")
        PROVINCE = "province", _("provincie")

    kind = models.CharField(_("soort"), max_length=20, choices=Kind)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("naam"), max_length=120)

    class Meta:
        verbose_name = _("regio")
        verbose_name_plural = _("regio's")
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="region_once")]

    def __str__(self) -> str:
        return self.name


class Municipality(Dated):
    """A gemeente, by its CBS code (GM0546)."""

    code = models.CharField(_("CBS-code"), max_length=6)
    name = models.CharField(_("naam"), max_length=120)

    class Meta:
        verbose_name = _("gemeente")
        verbose_name_plural = _("gemeenten")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="municipality_once")]

    def __str__(self) -> str:
        return self.name


class MunicipalityRegion(Dated):
    """Says in which region a gemeente lies, and when."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="region_links", verbose_name=_("gemeente")
    )
    region = models.ForeignKey(Region, models.CASCADE, related_name="municipality_links", verbose_name=_("regio"))

    class Meta:
        verbose_name = _("gemeente in regio")
        verbose_name_plural = _("gemeenten in regio's")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "region", "valid_from"], name="municipality_region_once")
        ]

    def __str__(self) -> str:
        return f"{self.municipality} in {self.region}"


class PostcodeArea(Dated):
    """The four digits of a postcode with the middle of the area. Precise enough for distance, vague enough for privacy."""

    pc4 = models.CharField(_("postcode (4 cijfers)"), max_length=4, unique=True)
    place = models.CharField(_("plaats"), max_length=120)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="postcodes", verbose_name=_("gemeente")
    )
    corop = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="corop_postcodes", verbose_name=_("COROP-gebied")
    )
    province = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="province_postcodes", verbose_name=_("provincie")
    )
    latitude = models.FloatField(_("breedtegraad"))
    longitude = models.FloatField(_("lengtegraad"))

    class Meta:
        verbose_name = _("postcodegebied")
        verbose_name_plural = _("postcodegebieden")
        ordering = ["pc4"]
        indexes = [models.Index(fields=["place"]), models.Index(fields=["latitude", "longitude"])]
        constraints = [
            models.CheckConstraint(condition=Q(pc4__regex=r"^[1-9][0-9]{3}$"), name="pc4_four_digits"),
            models.CheckConstraint(
                condition=Q(latitude__range=(50.5, 53.8)) & Q(longitude__range=(3.2, 7.4)),
                name="pc4_in_the_netherlands",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="pc4_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pc4} {self.place}"
