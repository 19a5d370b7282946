"""Reference data of the trade, each row with validity dates (features I3). Codes come from CSV, never from Python."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from stagematch.regions.models import Dated


class QualificationQuerySet(models.QuerySet["Qualification"]):
    """Kwalificaties, of which the reference data can hold several rows per crebo: one per version."""

    def with_first(self) -> models.QuerySet[Any]:
        """With `first`: the key of the first row of the same crebo, which stands for all its versions in a count."""
        versions = Qualification.objects.filter(crebo=OuterRef("crebo")).order_by("pk")
        return self.annotate(first=Subquery(versions.values("pk")[:1]))


class Qualification(Dated):
    """A kwalificatie with its crebo, e.g. 25615 Sociaal werker."""

    crebo = models.CharField(_("crebo"), max_length=5)
    name = models.CharField(_("naam"), max_length=160)
    level = models.PositiveSmallIntegerField(_("niveau"), default=4)
    dossier = models.CharField(_("dossier"), max_length=5, blank=True)
    dossier_name = models.CharField(_("naam van het dossier"), max_length=160, blank=True)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("kwalificatie")
        verbose_name_plural = _("kwalificaties")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["crebo", "valid_from"], name="qualification_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.crebo})"


class WorkProcessQuerySet(models.QuerySet["WorkProcess"]):
    """Werkprocessen, of which the reference data can hold several rows per dossier and code: one per version."""

    def later_versions(self) -> dict[int, int]:
        """Return of each later version the key of the first one, which stands for all in a count. One query."""
        firsts: dict[tuple[str, str], int] = {}
        rows = self.order_by("pk").values_list("pk", "dossier", "code")
        return {pk: first for pk, *which in rows if (first := firsts.setdefault((which[0], which[1]), pk)) != pk}


class WorkProcess(Dated):
    """A werkproces of a dossier, e.g. B1-K1-W1."""

    dossier = models.CharField(_("dossier"), max_length=5)
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("naam"), max_length=200)
    core_task = models.CharField(_("kerntaak"), max_length=200, blank=True)

    objects = WorkProcessQuerySet.as_manager()

    class Meta:
        verbose_name = _("werkproces")
        verbose_name_plural = _("werkprocessen")
        ordering = ["dossier", "code"]
        constraints = [models.UniqueConstraint(fields=["dossier", "code", "valid_from"], name="work_process_once")]

    def __str__(self) -> str:
        return self.name


class TargetGroup(Dated):
    """A doelgroep: for whom the work is."""

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("naam"), max_length=80)
    icon = models.CharField(_("icoon"), max_length=40, default="users")
    colour = models.CharField(_("kleur"), max_length=10, default="bord")

    class Meta:
        verbose_name = _("doelgroep")
        verbose_name_plural = _("doelgroepen")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkField(Dated):
    """A werkveld: where and on what the work is done."""

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("naam"), max_length=80)

    class Meta:
        verbose_name = _("werkveld")
        verbose_name_plural = _("werkvelden")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StagePeriod(models.Model):
    """A stageperiode, e.g. 'februari tot juli 2027'. Capacity is kept per team and period (disjoint pools)."""

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("naam"), max_length=80)
    starts_on = models.DateField(_("begint op"))
    ends_on = models.DateField(_("eindigt op"))

    class Meta:
        verbose_name = _("stageperiode")
        verbose_name_plural = _("stageperiodes")
        ordering = ["starts_on", "ends_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="stage_period_in_order")]

    def __str__(self) -> str:
        return self.name
