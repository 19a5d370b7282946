"""Invitations of students on a day of the school's choice. Changed by `students.services.waves`."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now
from students.querysets import InvitationWaveQuerySet


class WaveStatus(models.TextChoices):
    PLANNED = "planned", _("gepland")
    SENT = "sent", _("verstuurd")
    STOPPED = "stopped", _("gestopt")


class InvitationWave(models.Model):
    """Who of a school is invited on one day: a class, a year or everybody, and at most how many."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="invitation_waves")
    send_on = models.DateField(_("op"))
    class_name = models.CharField(_("klas"), max_length=30, blank=True)
    year = models.PositiveSmallIntegerField(
        _("leerjaar"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    limit = models.PositiveIntegerField(_("hoogstens"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=WaveStatus, default=WaveStatus.PLANNED)
    invited = models.PositiveIntegerField(_("uitgenodigd"), default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    sent_at = models.DateTimeField(_("verstuurd op"), null=True, blank=True)

    objects = InvitationWaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("golf uitnodigingen")
        verbose_name_plural = _("golven uitnodigingen")
        ordering = ["send_on", "pk"]
        indexes = [
            models.Index(fields=["school", "send_on"], name="wave_school"),
            models.Index(fields=["send_on"], condition=Q(status="planned"), name="wave_planned"),
        ]
        constraints = [
            # Twice the same plan (a double click) is the same wave.
            models.UniqueConstraint(
                fields=["school", "send_on", "class_name", "year"],
                condition=Q(status="planned"),
                nulls_distinct=False,
                name="one_planned_wave_for_whom",
            ),
            models.CheckConstraint(condition=Q(limit=None) | Q(limit__gte=1), name="wave_limit_from_1"),
            models.CheckConstraint(condition=Q(year=None) | Q(year__range=(1, 4)), name="wave_year_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.send_on}"
