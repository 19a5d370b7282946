"""What was published about students, stored once a night and never computed again (product R9, docs/disclosure.md)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Qualification, StagePeriod, TargetGroup, WorkProcess
from shortages.enums import AreaLevel, LeverKind, PublishedTable
from shortages.models.snapshot import ShortageSnapshot


class PublishedFigure(models.Model):
    """One row of one published table, as everybody may see it: multiples of five, or empty when it is not shown.

    `margin`: how far off a figure of this row may be, 19 times in 20. `open` = structural + frictional, as in
    `DemandCell`; those two are not published per gemeente. `free` (those one can react to, `SupplyCell.vacant`) counts
    places, is exact, and stands in the table of areas only, like `taken`, `held`, `unused` and `blocked`: these say
    something about students, so they are in fives, with `places_margin`. `places` is taken and free together. A row that
    is not here has nothing to show.
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="published")
    table = models.CharField(_("tabel"), max_length=12, choices=PublishedTable)
    level = models.CharField(_("soort gebied"), max_length=14, choices=AreaLevel)
    code = models.CharField(_("code van het gebied"), max_length=20)
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("leerjaar"), null=True, blank=True)
    qualification = models.ForeignKey(Qualification, models.PROTECT, null=True, blank=True, related_name="+")
    days = models.PositiveSmallIntegerField(_("stagedagen"), null=True, blank=True)  # bits of Weekday
    students = models.PositiveIntegerField(_("studenten"), null=True, blank=True)
    placed = models.PositiveIntegerField(_("geplaatst"), null=True, blank=True)
    talking = models.PositiveIntegerField(_("in gesprek"), null=True, blank=True)
    open = models.PositiveIntegerField(_("zonder plek"), null=True, blank=True)
    structural = models.PositiveIntegerField(_("structureel tekort"), null=True, blank=True)
    frictional = models.PositiveIntegerField(_("oplosbaar tekort"), null=True, blank=True)
    margin = models.PositiveIntegerField(_("marge"))
    free = models.PositiveIntegerField(_("plekken om op te reageren"), null=True, blank=True)
    blocked = models.PositiveIntegerField(_("vrij, geen begeleider"), null=True, blank=True)
    places = models.PositiveIntegerField(_("plekken"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("bezet"), null=True, blank=True)
    held = models.PositiveIntegerField(_("plekken in gesprek"), null=True, blank=True)
    unused = models.PositiveIntegerField(_("vrij, niemand reageerde"), null=True, blank=True)
    places_margin = models.PositiveIntegerField(_("marge van de plekken"), default=0)

    class Meta:
        verbose_name = _("gepubliceerd cijfer")
        verbose_name_plural = _("gepubliceerde cijfers")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["snapshot", "period", "table", "level"], name="published_of_night"),
            models.Index(fields=["level", "code", "period", "table"], name="published_of_area"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "table", "level", "code", "period", "year", "qualification", "days"],
                nulls_distinct=False,
                name="published_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.table} {self.code}"


class PublishedLever(models.Model):
    """A kind of change that helps at least ten students, as everybody may see it: no gemeente, no chain of students.

    `helped` is a multiple of five that is not above the number of students it places; `code` is the region.
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="published_levers")
    kind = models.CharField(_("soort"), max_length=12, choices=LeverKind)
    level = models.CharField(_("soort gebied"), max_length=14, choices=AreaLevel)
    code = models.CharField(_("code van het gebied"), max_length=20)
    qualification = models.ForeignKey(Qualification, models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField(_("leerjaar"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("stagedagen"), null=True, blank=True)
    helped = models.PositiveIntegerField(_("studenten, minstens"))
    position = models.PositiveIntegerField(_("volgorde"))

    class Meta:
        verbose_name = _("gepubliceerd: wat helpt")
        verbose_name_plural = _("gepubliceerd: wat helpt")
        ordering = ["position"]
        indexes = [models.Index(fields=["snapshot", "level", "code"], name="published_lever")]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.kind} {self.helped}"


class PublishedForecast(models.Model):
    """How many students of an area are expected to have no place when a period begins, as everybody may see it.

    Computed from `PublishedFigure` and from nothing else: whoever has the open data can do it again. Multiples of five;
    `low` is empty when it would be under five. Kept as it was said on that day.
    """

    day = models.DateField(_("stand van"))
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="+", verbose_name=_("periode"))
    level = models.CharField(_("soort gebied"), max_length=14, choices=AreaLevel)
    code = models.CharField(_("code van het gebied"), max_length=20)
    weeks = models.PositiveSmallIntegerField(_("weken tot het begin"))
    low = models.PositiveIntegerField(_("laag"), null=True, blank=True)
    middle = models.PositiveIntegerField(_("midden"))
    high = models.PositiveIntegerField(_("hoog"))
    past = models.PositiveSmallIntegerField(_("eerdere periodes waarop dit rust"))
    method = models.PositiveSmallIntegerField(_("versie van de methode"))

    class Meta:
        verbose_name = _("gepubliceerde verwachting")
        verbose_name_plural = _("gepubliceerde verwachtingen")
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["day", "period", "level", "code"], name="published_forecast_once"),
            models.CheckConstraint(
                condition=Q(middle__lte=F("high")) & (Q(low__isnull=True) | Q(low__lte=F("middle"))),
                name="published_forecast_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.code} {self.middle}"


class FitCell(models.Model):
    """Wishes against places for one leerjaar, werkproces and doelgroep (features B7).

    With a `school`: that school's own students without a place who wish it, exactly; for that school only, and kept
    for the newest night. Without: everybody. `demand` is then as published (the country only), `supply` the places one
    can react to in the area `code`. A student with two wishes counts in both cells.
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="fit")
    school = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(_("code van het gebied"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("leerjaar"))
    work_process = models.ForeignKey(WorkProcess, models.PROTECT, related_name="+")
    target_group = models.ForeignKey(TargetGroup, models.PROTECT, related_name="+")
    demand = models.PositiveIntegerField(_("studenten die dit zoeken"), null=True, blank=True)
    supply = models.PositiveIntegerField(_("plekken"), default=0)

    class Meta:
        verbose_name = _("past het: telling")
        verbose_name_plural = _("past het: tellingen")
        ordering = ["pk"]
        indexes = [models.Index(fields=["snapshot", "school", "code"], name="fit_of_school")]
        constraints = [
            models.CheckConstraint(condition=Q(school__isnull=True) | Q(code=""), name="fit_school_or_area"),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.demand} / {self.supply}"
