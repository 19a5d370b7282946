"""What was counted on one night. History: a row is written once and never computed again (features B5)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Programme, StagePeriod
from shortages.enums import Situation, SnapshotStatus
from shortages.querysets import SnapshotQuerySet
from stagematch.clock import now
from stagematch.regions.models import Municipality
from students.models import PlacementSearch


class ShortageSnapshot(models.Model):
    """One night's count of the whole country, with the version of the definitions it was counted by."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.DateField(_("stand van"))
    definition = models.PositiveSmallIntegerField(_("versie van de definities"))
    status = models.CharField(_("status"), max_length=10, choices=SnapshotStatus, default=SnapshotStatus.RUNNING)
    counts = models.JSONField(_("aantallen"), default=dict)  # the certificate and the country's totals
    timings = models.JSONField(_("tijden in seconden"), default=dict)
    # The arrays that were counted, packed, so that a 'what if' can be answered; kept for the newest night only.
    market = models.BinaryField(_("invoer, ingepakt"), null=True, editable=False)
    error = models.TextField(_("fout"), blank=True)
    started_at = models.DateTimeField(_("begonnen"), default=now)
    finished_at = models.DateTimeField(_("klaar"), null=True, blank=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellingen")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(status="done"), name="one_finished_count_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


# Cells are copied in by the hundred thousand from keys that were just read; Django still protects what they point to.
# Postgres' own check of four keys per row would take several times as long as writing them (`check_data` looks instead).
class DemandCell(models.Model):
    """Students of one programme and leerjaar, living in one gemeente, with the same days and period, on one night.

    students = placed + talking + open. `open`: without a place and not in conversation (the headline of the page).
    Of these `without_fit` have no fitting free place at all and `competing` have too few; `structural` is how many of
    the open ones no division can place: without_fit plus, over the competing, one minus the fair chance. The sum of
    `structural` over all cells is the proven shortage of the night, exactly; `open - structural` is frictional.
    `applying`: open ones with a reaction that waits for an answer. `silent`: open ones with a fitting free place and
    no reaction or visit in the last weeks.
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="demand")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_constraint=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_constraint=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, related_name="+", db_constraint=False)
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="+", db_constraint=False)
    year = models.PositiveSmallIntegerField(_("leerjaar"))
    days = models.PositiveSmallIntegerField(_("stagedagen"))  # bits of Weekday
    students = models.PositiveIntegerField(_("studenten"))
    placed = models.PositiveIntegerField(_("geplaatst"))
    talking = models.PositiveIntegerField(_("in gesprek"))
    open = models.PositiveIntegerField(_("zonder plek"))
    applying = models.PositiveIntegerField(_("wacht op antwoord"))
    silent = models.PositiveIntegerField(_("stil"))
    without_fit = models.PositiveIntegerField(_("geen passende plek"))
    competing = models.PositiveIntegerField(_("te weinig passende plekken"))
    structural = models.FloatField(_("structureel tekort"))

    class Meta:
        verbose_name = _("telling van studenten")
        verbose_name_plural = _("tellingen van studenten")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["snapshot", "school", "period"], name="demand_of_school"),
            models.Index(fields=["snapshot", "municipality", "period"], name="demand_of_gemeente"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(students=models.F("placed") + models.F("talking") + models.F("open")),
                name="demand_adds_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.students}"


class SupplyCell(models.Model):
    """Places of one organisation in one gemeente and period on one night.

    `places` = `taken` + `held` + `free`; `held` are places that students in conversation are spoken to about. `unused`:
    free ones without an open reaction. `blocked`: free ones that no team has supervision for. `vacant`: those one can
    react to, as everybody can count them in the list of places; held ones that still take reactions are in it.
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="supply")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_constraint=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, related_name="+", db_constraint=False)
    period = models.ForeignKey(StagePeriod, models.PROTECT, null=True, related_name="+", db_constraint=False)
    vacancies = models.PositiveIntegerField(_("vacatures"))
    places = models.PositiveIntegerField(_("plekken"))
    taken = models.PositiveIntegerField(_("bezet"))
    held = models.PositiveIntegerField(_("in gesprek"))
    free = models.PositiveIntegerField(_("vrij"))
    unused = models.PositiveIntegerField(_("vrij, niemand reageerde"))
    blocked = models.PositiveIntegerField(_("vrij, geen begeleider"))
    vacant = models.PositiveIntegerField(_("plekken om op te reageren"), default=0)

    class Meta:
        verbose_name = _("telling van plekken")
        verbose_name_plural = _("tellingen van plekken")
        ordering = ["pk"]
        indexes = [models.Index(fields=["snapshot", "municipality", "period"], name="supply_of_gemeente")]
        constraints = [
            models.CheckConstraint(
                condition=Q(places=models.F("taken") + models.F("held") + models.F("free")), name="supply_adds_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.places}"


class SearchSituation(models.Model):
    """How the last count saw one open search; for the student's own school only, replaced every night, no history.

    `fitting`: free places the student is eligible for. `reason`: the rule that most often stands in the way when there
    are none (a value of matchmaking's refusal rules), and `gain`: fitting places if only that rule were eased.
    """

    search = models.OneToOneField(PlacementSearch, models.CASCADE, related_name="situation")
    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="situations")
    kind = models.CharField(_("situatie"), max_length=10, choices=Situation)
    fitting = models.PositiveIntegerField(_("vrije plekken die passen"), default=0)
    reason = models.CharField(_("wat in de weg staat"), max_length=20, blank=True)
    gain = models.PositiveIntegerField(_("plekken als dat anders was"), default=0)

    class Meta:
        verbose_name = _("situatie van een zoektocht")
        verbose_name_plural = _("situaties van zoektochten")

    def __str__(self) -> str:
        return f"{self.search_id}: {self.kind}"
