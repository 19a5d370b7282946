"""What is written down about a placement: agreement, signatures, VOG, pact, first day, contact moments, evaluations.

Made by `placements.dossier.services.file_of` when it is first needed; deleted a year after the stage (R8).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.dossier.enums import MomentKind, Outcome, Party, SignedHow, VogStatus
from placements.models.placement import Placement
from stagematch.clock import now

_USER = settings.AUTH_USER_MODEL


class PlacementFile(models.Model):
    """The file of one placement. Changed by `placements.dossier.services` only."""

    placement = models.OneToOneField(Placement, models.CASCADE, related_name="file")
    created_at = models.DateTimeField(_("gemaakt"), default=now)

    # What the praktijkovereenkomst needs and the placement does not say yet (domain B1).
    weekdays = models.PositiveSmallIntegerField(_("dagen"), default=0)  # bits of Weekday; 0 is not known yet
    hours_per_week = models.PositiveSmallIntegerField(_("uren per week"), null=True, blank=True)
    total_hours = models.PositiveSmallIntegerField(_("uren in totaal"), null=True, blank=True)
    learning_goals = models.JSONField(_("leerdoelen"), default=list, blank=True)
    guidance = models.TextField(_("begeleiding"), max_length=1500, blank=True)
    allowance = models.CharField(_("vergoeding"), max_length=200, blank=True)
    insurance = models.CharField(_("verzekering"), max_length=500, blank=True)
    school_contact = models.ForeignKey(
        _USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("begeleider van school")
    )
    # Asked once, because a parent or guardian must sign too; a date of birth is not needed and not kept.
    is_minor = models.BooleanField(_("jonger dan 18 bij het tekenen"), null=True, blank=True)
    guardian_name = models.CharField(_("naam van ouder of voogd"), max_length=120, blank=True)
    version = models.PositiveSmallIntegerField(_("versie van de overeenkomst"), default=1)

    vog_status = models.CharField(_("VOG"), max_length=12, choices=VogStatus, default=VogStatus.NEEDED)
    vog_seen_on = models.DateField(_("VOG gezien op"), null=True, blank=True)
    vog_seen_by = models.ForeignKey(
        _USER, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("VOG gezien door")
    )
    start_exception = models.CharField(_("mag beginnen terwijl er iets mist, omdat"), max_length=300, blank=True)
    start_exception_by = models.ForeignKey(_USER, models.SET_NULL, null=True, blank=True, related_name="+")

    pact = models.JSONField(_("startafspraken"), default=dict, blank=True)  # answers by key of PACT_QUESTIONS
    pact_student_at = models.DateTimeField(_("student akkoord"), null=True, blank=True)
    pact_supervisor_at = models.DateTimeField(_("praktijkbegeleider akkoord"), null=True, blank=True)

    first_day_time = models.TimeField(_("hoe laat"), null=True, blank=True)
    first_day_address = models.CharField(_("waar"), max_length=200, blank=True)
    first_day_contact = models.CharField(_("vraag naar"), max_length=120, blank=True)
    first_day_bring = models.CharField(_("neem mee"), max_length=300, blank=True)

    extend_to = models.DateField(_("verlengen tot en met"), null=True, blank=True)
    extend_reason = models.CharField(_("waarom verlengen"), max_length=300, blank=True)
    extend_student_at = models.DateTimeField(_("student akkoord met verlengen"), null=True, blank=True)
    extend_organisation_at = models.DateTimeField(_("organisatie akkoord met verlengen"), null=True, blank=True)

    outcome = models.CharField(_("na de stage"), max_length=12, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("stagedossier")
        verbose_name_plural = _("stagedossiers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(vog_status="seen") | Q(vog_seen_on__isnull=False), name="seen_vog_has_a_date"
            ),
            models.CheckConstraint(condition=Q(weekdays__range=(0, 127)), name="file_days_are_days"),
        ]

    def __str__(self) -> str:
        return str(self.placement)


class Signature(models.Model):
    """That a party signed the agreement; only the fact, never a picture. A change of the agreement resets it."""

    file = models.ForeignKey(PlacementFile, models.CASCADE, related_name="signatures")
    party = models.CharField(_("partij"), max_length=12, choices=Party)
    name = models.CharField(_("wie tekende"), max_length=120)
    signed_on = models.DateField(_("getekend op"))
    how = models.CharField(_("hoe"), max_length=8, choices=SignedHow)
    version = models.PositiveSmallIntegerField(_("versie"))
    recorded_by = models.ForeignKey(_USER, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(_("genoteerd"), default=now)
    reset_at = models.DateTimeField(_("vervallen"), null=True, blank=True)
    reset_reason = models.CharField(_("waarom vervallen"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("handtekening")
        verbose_name_plural = _("handtekeningen")
        ordering = ["signed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "party"], condition=Q(reset_at__isnull=True), name="one_signature_per_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()}: {self.signed_on}"


class ContactMoment(models.Model):
    """A talk of student, praktijkbegeleider and school; the Stagepact asks for three, one of them on the spot (domain B7)."""

    file = models.ForeignKey(PlacementFile, models.CASCADE, related_name="moments")
    kind = models.CharField(_("soort"), max_length=8, choices=MomentKind)
    planned_on = models.DateField(_("datum"))
    on_spot = models.BooleanField(_("op de stageplek"), default=False)
    held_on = models.DateField(_("gehouden op"), null=True, blank=True)
    record = models.TextField(_("kort verslag"), max_length=1000, blank=True)
    recorded_by = models.ForeignKey(_USER, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("contactmoment")
        verbose_name_plural = _("contactmomenten")
        ordering = ["planned_on", "pk"]
        indexes = [models.Index(fields=["planned_on"], name="moment_to_come", condition=Q(held_on__isnull=True))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.planned_on}"


class Evaluation(models.Model):
    """What the student (S16) or the organisation thinks of the stage afterwards. Given once."""

    file = models.ForeignKey(PlacementFile, models.CASCADE, related_name="evaluations")
    party = models.CharField(_("door"), max_length=12, choices=Party)
    answers = models.JSONField(_("antwoorden"), default=dict)  # 1 to 5 by key of the questions
    remark = models.TextField(_("wat nog meer"), max_length=1000, blank=True)
    at = models.DateTimeField(_("wanneer"), default=now)

    class Meta:
        verbose_name = _("evaluatie")
        verbose_name_plural = _("evaluaties")
        constraints = [models.UniqueConstraint(fields=["file", "party"], name="one_evaluation_per_party")]

    def __str__(self) -> str:
        return f"{self.get_party_display()}: {self.file}"


class EvaluationStatistic(models.Model):
    """How often students gave a score to a question about an organisation. Names nobody and outlives the files (S16, R9)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="evaluation_statistics", verbose_name=_("organisatie")
    )
    question = models.CharField(_("vraag"), max_length=12)
    score = models.PositiveSmallIntegerField(_("score"))
    answers = models.PositiveIntegerField(_("antwoorden"), default=0)

    class Meta:
        verbose_name = _("telling van evaluaties")
        verbose_name_plural = _("tellingen van evaluaties")
        ordering = ["organisation", "question", "score"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "question", "score"], name="evaluation_count_once"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="score_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.question}: {self.score}"
