"""The rules of matching as versioned rows, what each night did, and what was proposed to whom."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaking.enums import DeclineReason, PairDecisionKind, ProposalKind, ProposalStatus, RunStatus, RunTrigger
from matchmaking.querysets import ProposalQuerySet
from placements.models import Application, Vacancy
from stagematch.clock import now
from students.models import PlacementSearch

_OPEN = sorted(ProposalStatus.open_statuses())


class Policy(models.Model):
    """One version of the rules of matching; a run names the version it used. Never changed after it has been used."""

    version = models.PositiveSmallIntegerField(_("versie"), unique=True)
    name = models.CharField(_("naam"), max_length=80)
    settings = models.JSONField(_("gewichten en grenzen"))  # the fields of matchmaking.engine.types.Policy
    note = models.TextField(_("toelichting"), blank=True)
    is_current = models.BooleanField(_("geldt nu"), default=False)
    created_at = models.DateTimeField(_("gemaakt"), default=now)

    class Meta:
        verbose_name = _("spelregels")
        verbose_name_plural = _("spelregels")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_policy")
        ]

    def __str__(self) -> str:
        return f"{self.name} (versie {self.version})"


class MatchingRun(models.Model):
    """The record of one matching run: what went in, what came out, and how long it took. Enough to repeat it (M1)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    night = models.DateField(_("nacht van"))
    trigger = models.CharField(_("aanleiding"), max_length=10, choices=RunTrigger, default=RunTrigger.NIGHTLY)
    status = models.CharField(_("status"), max_length=10, choices=RunStatus, default=RunStatus.RUNNING)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="runs", verbose_name=_("spelregels"))
    season_seed = models.BigIntegerField(_("lotnummer van het seizoen"))
    input_hash = models.CharField(_("vingerafdruk van de invoer"), max_length=64, blank=True)
    outcome_hash = models.CharField(_("vingerafdruk van de uitkomst"), max_length=64, blank=True)
    counts = models.JSONField(_("aantallen"), default=dict)
    timings = models.JSONField(_("tijden in seconden"), default=dict)
    comparison = models.JSONField(_("vergelijking"), default=dict)  # figures by group, see services.compare
    snapshot = models.BinaryField(_("invoer, ingepakt"), null=True, editable=False)
    error = models.TextField(_("fout"), blank=True)
    started_at = models.DateTimeField(_("begonnen"), default=now)
    finished_at = models.DateTimeField(_("klaar"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gestart door"),
    )

    class Meta:
        verbose_name = _("matching-run")
        verbose_name_plural = _("matching-runs")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["-night", "status"])]
        constraints = [
            # The night is done once, however often it is started (quality.md: started four times at once, one result).
            models.UniqueConstraint(
                fields=["night"], condition=Q(trigger="nightly", status="published"), name="one_published_run_a_night"
            )
        ]

    def __str__(self) -> str:
        return f"{self.night}: {self.get_status_display()}"


class MatchingShard(models.Model):
    """A part of a night that a worker takes, while the night is being divided; see `services.sharded`."""

    run = models.ForeignKey(MatchingRun, models.CASCADE, related_name="shards")
    number = models.PositiveSmallIntegerField(_("nummer"))
    input = models.BinaryField(_("invoer, ingepakt"), editable=False)
    answer = models.BinaryField(_("antwoord, ingepakt"), null=True, editable=False)
    error = models.TextField(_("fout"), blank=True)
    taken_at = models.DateTimeField(_("opgepakt"), null=True, blank=True)

    class Meta:
        verbose_name = _("deel van een nacht")
        verbose_name_plural = _("delen van nachten")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="shard_once")]

    def __str__(self) -> str:
        return f"{self.run}, {self.number}"


class Proposal(models.Model):
    """A place proposed to a student for one period. Status moves only through `matchmaking.services` (R5: a proposal, never an assignment)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(MatchingRun, models.PROTECT, related_name="proposals", verbose_name=_("run"))
    search = models.ForeignKey(
        PlacementSearch, models.CASCADE, related_name="proposals", verbose_name=_("stagezoektocht")
    )
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="proposals", verbose_name=_("stagevacature"))
    kind = models.CharField(_("soort"), max_length=10, choices=ProposalKind, default=ProposalKind.DIVISION)
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.PROPOSED)
    slot = models.PositiveSmallIntegerField(_("nummer"), validators=[MinValueValidator(1), MaxValueValidator(3)])
    score = models.PositiveSmallIntegerField(_("score (0-1000)"))
    parts = ArrayField(models.PositiveSmallIntegerField(), size=4, verbose_name=_("delen van de score"))
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    expires_on = models.DateField(_("geldt tot en met"))
    seen_at = models.DateTimeField(_("gezien"), null=True, blank=True)
    answered_at = models.DateTimeField(_("beantwoord"), null=True, blank=True)
    decline_reason = models.CharField(_("waarom niet"), max_length=20, choices=DeclineReason, blank=True)
    application = models.OneToOneField(
        Application, models.SET_NULL, null=True, blank=True, related_name="proposal", verbose_name=_("reactie")
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("voorstel")
        verbose_name_plural = _("voorstellen")
        ordering = ["slot"]
        indexes = [
            models.Index(fields=["vacancy", "status"]),
            models.Index(fields=["expires_on"], name="proposal_term", condition=Q(status__in=_OPEN)),
        ]
        constraints = [
            # At most three open at once, promised by the database: three slots, each used once.
            models.CheckConstraint(condition=Q(slot__range=(1, 3)), name="proposal_slot_1_to_3"),
            models.UniqueConstraint(
                fields=["search", "slot"], condition=Q(status__in=_OPEN), name="proposal_slot_used_once"
            ),
            models.UniqueConstraint(
                fields=["search", "vacancy"], condition=Q(status__in=_OPEN), name="proposal_of_vacancy_once"
            ),
            models.CheckConstraint(condition=Q(score__lte=1000), name="proposal_score_0_to_1000"),
        ]

    def __str__(self) -> str:
        return f"{self.search}: {self.vacancy}"


class PairDecision(models.Model):
    """A person's decision about one student and one place, with the reason; the next nights keep to it.

    A lock becomes a proposal before the division, as long as the rules allow the pair and there is room; the student
    still says yes or no (R5).
    """

    kind = models.CharField(_("besluit"), max_length=8, choices=PairDecisionKind)
    search = models.ForeignKey(
        PlacementSearch, models.CASCADE, related_name="pair_decisions", verbose_name=_("stagezoektocht")
    )
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="pair_decisions", verbose_name=_("stagevacature"))
    reason = models.CharField(_("waarom"), max_length=300)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("besloten door")
    )
    decided_at = models.DateTimeField(_("besloten op"), default=now)
    # A lock is used once; an exclusion holds until somebody takes it back.
    ended_at = models.DateTimeField(_("klaar of teruggenomen op"), null=True, blank=True)
    result = models.CharField(_("wat ervan kwam"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("besluit over een koppeling")
        verbose_name_plural = _("besluiten over koppelingen")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["search", "vacancy"], condition=Q(ended_at__isnull=True), name="one_decision_per_pair"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pair_decision_has_a_reason"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class FairnessReport(models.Model):
    """How a season treats different groups, as figures without persons; one row a day, never recomputed (R6, R9)."""

    season = models.PositiveSmallIntegerField(_("schooljaar dat begon in"))
    day = models.DateField(_("stand van"), unique=True)
    figures = models.JSONField(_("cijfers"))

    class Meta:
        verbose_name = _("eerlijkheidscijfers")
        verbose_name_plural = _("eerlijkheidscijfers")
        ordering = ["-day"]
        indexes = [models.Index(fields=["season", "-day"])]

    def __str__(self) -> str:
        return str(self.day)


class VacancyCutoff(models.Model):
    """The last priority that still got a place at a vacancy in a run: the one-line answer to 'why not me' (R6)."""

    run = models.ForeignKey(MatchingRun, models.CASCADE, related_name="cutoffs")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="+")
    band = models.PositiveSmallIntegerField(_("past-groep"))
    rank = models.PositiveIntegerField(_("volgorde"))

    class Meta:
        verbose_name = _("grens")
        verbose_name_plural = _("grenzen")
        constraints = [models.UniqueConstraint(fields=["run", "vacancy"], name="cutoff_once")]

    def __str__(self) -> str:
        return f"{self.vacancy}: {self.band}, {self.rank}"
