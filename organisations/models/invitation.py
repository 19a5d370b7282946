"""Invitations of colleagues. Written by `organisations.invitations.services` only."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models.organisation import Organisation, Team
from organisations.querysets import InvitationQuerySet
from stagematch.clock import now


class InvitationState(models.TextChoices):
    """How an invitation stands; worked out from its dates, never stored."""

    OPEN = "open", _("wacht op antwoord")
    ACCEPTED = "accepted", _("aangenomen")
    EXPIRED = "expired", _("verlopen")
    REVOKED = "revoked", _("ingetrokken")


class Invitation(models.Model):
    """Somebody was asked for a role at an organisation. There is no membership before they say yes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisatie")
    )
    role = models.CharField(_("rol"), max_length=20, choices=Role)
    teams = models.ManyToManyField(Team, blank=True, related_name="+", verbose_name=_("teams"))
    email = models.EmailField(_("e-mailadres"))
    first_name = models.CharField(_("voornaam"), max_length=80)
    last_name = models.CharField(_("achternaam"), max_length=120)
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uitgenodigd door"),
    )
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    sent_at = models.DateTimeField(_("laatst gestuurd"), default=now)
    times_sent = models.PositiveSmallIntegerField(_("aantal keer gestuurd"), default=1)
    expires_at = models.DateTimeField(_("geldig tot"))
    accepted_at = models.DateTimeField(_("aangenomen op"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("ingetrokken op"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("uitnodiging")
        verbose_name_plural = _("uitnodigingen")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email", "role"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_ends_in_one_way"
            ),
        ]
        indexes = [models.Index(fields=["email"], name="invitation_email")]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}"

    @property
    def state(self) -> InvitationState:
        """How it stands now."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if self.expires_at <= now() else InvitationState.OPEN

    @property
    def is_pending(self) -> bool:
        """Whether it was neither accepted nor revoked; it may have expired, and can be sent again."""
        return self.accepted_at is None and self.revoked_at is None
