"""The key with which a school's own system sends students. Changed by `students.services.tokens`."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now
from students.querysets import SchoolTokenQuerySet


class SchoolToken(models.Model):
    """A token of one school, for the import only. The token is not here, only its hash; it is shown once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("naam"), max_length=60)
    token_hash = models.CharField(_("hash van de sleutel"), max_length=64, unique=True, editable=False)
    ending = models.CharField(_("laatste vier tekens"), max_length=4, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    expires_at = models.DateTimeField(_("werkt tot"))
    last_used_at = models.DateTimeField(_("laatst gebruikt"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("ingetrokken op"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = SchoolTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("sleutel van een koppeling")
        verbose_name_plural = _("sleutels van koppelingen")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["school", "-created_at"], name="school_token_school")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="school_token_expires_after_making"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and self.expires_at > now()
