"""A student's wish to fill a place, and all that happens to it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import SupervisorCapacity
from placements.enums import (
    ApplicationOrigin,
    ApplicationStatus,
    RejectionReason,
)
from placements.models.vacancy import Vacancy
from placements.querysets import ApplicationQuerySet
from stagematch.clock import now
from students.models import Document, PlacementSearch, Student

_OPEN = sorted(ApplicationStatus.open_statuses())


class Application(models.Model):
    """One student's wish to fill one place. Status moves only through `placements.services.applications.change_status`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="applications", verbose_name=_("stagevacature"))
    student = models.ForeignKey(Student, models.CASCADE, related_name="applications", verbose_name=_("student"))
    search = models.ForeignKey(PlacementSearch, models.CASCADE, related_name="applications")
    status = models.CharField(
        _("status"), max_length=14, choices=ApplicationStatus, default=ApplicationStatus.SUBMITTED
    )
    origin = models.CharField(_("herkomst"), max_length=10, choices=ApplicationOrigin, default=ApplicationOrigin.SELF)
    alias = models.CharField(_("schuilnaam"), max_length=30)  # a tree name, stable within the vacancy (ui.md)
    motivation = models.TextField(_("motivatie"), max_length=3000)
    learning_goals = models.JSONField(_("leerdoelen"), default=list, blank=True)
    cv = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="applications")
    match_score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("verstuurd"), default=now)
    answer_by = models.DateField(_("antwoord uiterlijk"))
    read_at = models.DateTimeField(_("gelezen"), null=True, blank=True)
    answered_at = models.DateTimeField(_("beantwoord"), null=True, blank=True)
    closed_at = models.DateTimeField(_("afgesloten"), null=True, blank=True)
    offer_until = models.DateField(_("aanbod geldt tot en met"), null=True, blank=True)
    offered_supervisor = models.ForeignKey(
        SupervisorCapacity, models.SET_NULL, null=True, blank=True, related_name="offers", verbose_name=_("begeleider")
    )
    reserve_rank = models.PositiveSmallIntegerField(_("plaats op de reservelijst"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("pakt op")
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reactie")
        verbose_name_plural = _("reacties")
        ordering = ["answer_by", "submitted_at"]
        indexes = [
            models.Index(fields=["student", "-submitted_at"]),
            models.Index(fields=["vacancy", "status", "answer_by"]),
            models.Index(
                fields=["answer_by"], name="application_clock", condition=Q(status__in=["submitted", "in_review"])
            ),
            models.Index(fields=["offer_until"], name="application_offer", condition=Q(status="offered")),
            models.Index(
                fields=["student"],
                name="application_talking",
                condition=Q(status__in=["invited", "second_round", "reserve"]),
            ),
            models.Index(fields=["closed_at"], name="application_retention", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "vacancy"], condition=Q(status__in=_OPEN), name="one_open_application_per_vacancy"
            ),
            models.UniqueConstraint(fields=["vacancy", "alias"], name="alias_once_per_vacancy"),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_until__isnull=False), name="offer_has_a_term"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_OPEN) | Q(closed_at__isnull=False), name="closed_application_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias}: {self.vacancy}"

    @property
    def is_open(self) -> bool:
        return self.status in ApplicationStatus.open_statuses()


class ApplicationEvent(models.Model):
    """One step in the life of an application: what, who, when and why. Only ever added to."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="events")
    from_status = models.CharField(_("van"), max_length=14, choices=ApplicationStatus, blank=True)
    to_status = models.CharField(_("naar"), max_length=14, choices=ApplicationStatus)
    at = models.DateTimeField(_("wanneer"), default=now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("waarom"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stap")
        verbose_name_plural = _("stappen")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class ApplicationNote(models.Model):
    """An internal note of the organisation; the student can read it in their own data export, so write it that way."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("notitie"), max_length=2000)
    at = models.DateTimeField(_("wanneer"), default=now)

    class Meta:
        verbose_name = _("notitie")
        verbose_name_plural = _("notities")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Rejection(models.Model):
    """The answer 'no' with its reason (R2)."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="rejection")
    reason = models.CharField(_("reden"), max_length=20, choices=RejectionReason)
    explanation = models.TextField(_("bericht aan de student"), max_length=2000)
    positive = models.CharField(_("wat vond je goed"), max_length=300)
    tip = models.CharField(_("tip"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("afwijzing")
        verbose_name_plural = _("afwijzingen")
        constraints = [
            models.CheckConstraint(condition=~Q(explanation="") & ~Q(positive=""), name="rejection_explains_itself")
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
