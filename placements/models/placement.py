"""An agreed stage and its steps."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import SupervisorCapacity
from placements.dossier.enums import EndReason, Party
from placements.enums import PlacementStatus
from placements.models.application import Application
from placements.models.vacancy import Vacancy
from placements.querysets import PlacementQuerySet
from stagematch.clock import now
from students.models import PlacementSearch, Student


class Placement(models.Model):
    """An agreed stage. Made by `placements.services.offers.accept_offer` under the locks that keep R7."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.OneToOneField(Application, models.PROTECT, related_name="placement")
    student = models.ForeignKey(Student, models.PROTECT, related_name="placements", verbose_name=_("student"))
    # The application's; kept here too, so that the database knows that a search ends in one place.
    search = models.ForeignKey(PlacementSearch, models.PROTECT, related_name="placements", editable=False)
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="placements", verbose_name=_("stagevacature"))
    supervisor = models.ForeignKey(SupervisorCapacity, models.PROTECT, related_name="placements")
    status = models.CharField(_("status"), max_length=12, choices=PlacementStatus, default=PlacementStatus.AGREED)
    starts_on = models.DateField(_("eerste dag"))
    ends_on = models.DateField(_("laatste dag"))
    agreed_at = models.DateTimeField(_("afgesproken op"), default=now)
    # The hours a week that this student takes of the praktijkbegeleider, as the vacancy said on the day it was agreed.
    guidance_hours = models.PositiveSmallIntegerField(_("uren begeleiding per week"), default=1)
    ended_on = models.DateField(_("gestopt op"), null=True, blank=True)
    end_reason = models.CharField(_("reden van stoppen"), max_length=14, choices=EndReason, blank=True)
    end_note = models.CharField(_("toelichting bij het stoppen"), max_length=500, blank=True)
    ended_by = models.CharField(_("wie stopte"), max_length=12, choices=Party, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("stageplaatsing")
        verbose_name_plural = _("stageplaatsingen")
        ordering = ["starts_on", "pk"]
        indexes = [
            models.Index(fields=["vacancy", "status"]),
            models.Index(fields=["student"]),
            models.Index(fields=["status", "starts_on"], name="placement_by_start"),
            models.Index(fields=["status", "ends_on"], name="placement_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["search"],
                condition=Q(status__in=sorted(PlacementStatus.holding())),
                name="one_placement_per_search",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="placement_dates_in_order"),
            models.CheckConstraint(
                condition=~Q(status="ended_early") | (Q(ended_on__isnull=False) & ~Q(end_reason="") & ~Q(ended_by="")),
                name="early_end_explains_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} bij {self.vacancy}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the search from the application, whoever makes the placement."""
        if self.search_id is None:
            self.search_id = self.application.search_id
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:
        """Whether there is still a stage to come or to do."""
        return self.status in PlacementStatus.active()


class PlacementEvent(models.Model):
    """One step in the life of a placement. Only ever added to."""

    placement = models.ForeignKey(Placement, models.CASCADE, related_name="events")
    from_status = models.CharField(_("van"), max_length=12, choices=PlacementStatus, blank=True)
    to_status = models.CharField(_("naar"), max_length=12, choices=PlacementStatus)
    at = models.DateTimeField(_("wanneer"), default=now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("waarom"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stap van een stage")
        verbose_name_plural = _("stappen van stages")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
