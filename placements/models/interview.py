"""The talks before a stage: proposed times, who takes part, what was said, and the time they take in agendas."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Location
from placements.enums import Advice, GoalVerdict, InterviewStatus, PlaceKind
from placements.models.application import Application
from placements.querysets import InterviewQuerySet
from stagematch.clock import now


class Interview(models.Model):
    """A kennismakingsgesprek: round 1 with the stagemakelaar, round 2 with teamcoach and praktijkbegeleider."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="interviews")
    round = models.PositiveSmallIntegerField(
        _("ronde"), choices=[(1, _("kennismaking")), (2, _("2e gesprek"))], default=1
    )
    status = models.CharField(_("status"), max_length=10, choices=InterviewStatus, default=InterviewStatus.PROPOSED)
    place_kind = models.CharField(_("hoe"), max_length=10, choices=PlaceKind, default=PlaceKind.LOCATION)
    location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("locatie")
    )
    where = models.CharField(_("plek of videolink"), max_length=300)  # in words, with the room; what people read
    message = models.TextField(_("bericht aan de student"), max_length=2000, blank=True)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="interviews_hosted",
        verbose_name=_("met wie"),
    )
    starts_at = models.DateTimeField(_("begint"), null=True, blank=True)
    ends_at = models.DateTimeField(_("eindigt"), null=True, blank=True)
    wish = models.CharField(_("andere tijden die de student noemde"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("andere tijden gevraagd op"), null=True, blank=True)
    is_positive = models.BooleanField(_("positief"), null=True, blank=True)
    record = models.TextField(_("verslag"), max_length=3000, blank=True)
    sequence = models.PositiveSmallIntegerField(_("volgnummer in de agenda"), default=0)
    times_sent = models.PositiveSmallIntegerField(_("keer nieuwe tijden gestuurd"), default=0)
    created_at = models.DateTimeField(_("gemaakt"), default=now)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("gesprek")
        verbose_name_plural = _("gesprekken")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="interview_planned", condition=Q(status="planned"))]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round"],
                condition=~Q(status__in=["cancelled", "missed"]),
                name="one_interview_per_round",
            ),
            models.CheckConstraint(
                condition=~Q(status="planned") | (Q(starts_at__isnull=False) & Q(ends_at__gt=F("starts_at"))),
                name="planned_interview_has_a_time",
            ),
            # Nobody is in two talks at once. InterviewBooking says the same of everybody else in the talk.
            ExclusionConstraint(
                name="host_in_one_interview_at_a_time",
                expressions=[
                    (F("host"), RangeOperators.EQUAL),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_round_display()}: {self.application}"


class InterviewSlot(models.Model):
    """A time the organisation proposes; the student picks one."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("begint"))
    ends_at = models.DateTimeField(_("eindigt"))

    class Meta:
        verbose_name = _("voorgestelde tijd")
        verbose_name_plural = _("voorgestelde tijden")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.starts_at)


class InterviewParticipant(models.Model):
    """Somebody of the organisation who is at the talk beside the host; with or without an account."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="interviews_joined"
    )
    name = models.CharField(_("naam"), max_length=120)
    email = models.EmailField(_("e-mailadres"), blank=True)  # only of who has no account
    is_decider = models.BooleanField(_("beslist mee"), default=True)
    advice = models.CharField(_("advies"), max_length=10, choices=Advice, blank=True)
    words = models.TextField(_("toelichting"), max_length=1000, blank=True)
    advised_at = models.DateTimeField(_("advies gegeven op"), null=True, blank=True)

    class Meta:
        verbose_name = _("deelnemer aan een gesprek")
        verbose_name_plural = _("deelnemers aan gesprekken")
        ordering = ["-is_decider", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interview", "user"], condition=Q(user__isnull=False), name="participant_user_once"
            ),
            models.UniqueConstraint(
                fields=["interview", "email"], condition=~Q(email=""), name="participant_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def advice_badge(self) -> str:
        return Advice(self.advice).badge if self.advice else "neutral"


class InterviewGoal(models.Model):
    """Whether one leerdoel of the student can be worked on here, as agreed in the talk."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="goals")
    text = models.CharField(_("leerdoel"), max_length=300)
    verdict = models.CharField(_("kan dat hier"), max_length=10, choices=GoalVerdict)

    class Meta:
        verbose_name = _("leerdoel in een gesprek")
        verbose_name_plural = _("leerdoelen in gesprekken")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["interview", "text"], name="interview_goal_once")]

    def __str__(self) -> str:
        return f"{self.text}: {self.get_verdict_display()}"

    @property
    def badge(self) -> str:
        return GoalVerdict(self.verdict).badge


class InterviewBooking(models.Model):
    """The time one person is in one planned talk. Written by `services.bookings`; gone when the talk is not planned.

    `person` is 'u' and the number of the account, or the e-mail address of who has none, so that one constraint
    keeps everybody out of two talks at once: student, host and who joins.
    """

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="bookings")
    person = models.CharField(max_length=254)
    starts_at = models.DateTimeField(_("begint"))
    ends_at = models.DateTimeField(_("eindigt"))

    class Meta:
        verbose_name = _("bezette tijd")
        verbose_name_plural = _("bezette tijden")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "person"], name="booking_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_in_order"),
            ExclusionConstraint(
                name="person_in_one_interview_at_a_time",
                expressions=[
                    (F("person"), RangeOperators.EQUAL),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.starts_at}"
