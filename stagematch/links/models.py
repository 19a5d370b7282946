"""Links that open one page without an account. Written by `links.services` only."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now

if TYPE_CHECKING:
    from stagematch.links.purposes import Purpose


class LinkState(models.TextChoices):
    """How a link stands; worked out from its dates, never stored."""

    LIVE = "live", _("werkt")
    FINISHED = "finished", _("gebruikt")
    EXPIRED = "expired", _("verlopen")
    REVOKED = "revoked", _("ingetrokken")


class SecretLink(models.Model):
    """One secret address: what it is about, for whom, until when. The token is not here, only its hash."""

    purpose = models.CharField(_("waarvoor"), max_length=40)
    token_hash = models.CharField(_("hash van de sleutel"), max_length=64, unique=True, editable=False)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+", verbose_name=_("soort"))
    object_id = models.PositiveBigIntegerField(_("nummer"))
    subject = GenericForeignKey("content_type", "object_id")
    email = models.EmailField(_("e-mailadres"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="secret_links",
        verbose_name=_("voor"),
    )
    single_use = models.BooleanField(_("werkt één keer"), default=False)
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gemaakt door"),
    )
    expires_at = models.DateTimeField(_("werkt tot"))
    finished_at = models.DateTimeField(_("gebruikt op"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("ingetrokken op"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ingetrokken door"),
    )
    renewed_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="renewals", verbose_name=_("in plaats van")
    )

    class Meta:
        verbose_name = _("geheime link")
        verbose_name_plural = _("geheime links")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id", "purpose"], name="secret_link_subject"),
            models.Index(fields=["expires_at"], name="secret_link_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="secret_link_expires_after_making"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(single_use=True), name="secret_link_finished_is_single_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def state(self) -> LinkState:
        """How it stands now. Revoked goes before used, and used before expired."""
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if self.finished_at is not None:
            return LinkState.FINISHED
        return LinkState.EXPIRED if self.expires_at <= now() else LinkState.LIVE

    @property
    def kind(self) -> "Purpose":
        """The registered purpose."""
        from stagematch.links.purposes import purpose_of

        return purpose_of(self.purpose)


class SecretLinkUse(models.Model):
    """That a link was opened or used; one row per link, day, visitor and outcome, so that nobody can fill the table.

    `visitor` is a keyed hash of the address that changes every day: it tells 'from two places' and never from where.
    """

    class Outcome(models.TextChoices):
        OPENED = "opened", _("geopend")
        SENT = "sent", _("formulier verstuurd")
        RENEWED = "renewed", _("nieuwe link gevraagd")
        EXPIRED = "expired", _("geweigerd: verlopen")
        REVOKED = "revoked", _("geweigerd: ingetrokken")
        FINISHED = "finished", _("geweigerd: al gebruikt")
        GONE = "gone", _("geweigerd: onderwerp is weg")

    link = models.ForeignKey(SecretLink, models.CASCADE, related_name="uses", verbose_name=_("link"))
    day = models.DateField(_("dag"))
    visitor = models.CharField(_("bezoeker (code van die dag)"), max_length=16)
    outcome = models.CharField(_("wat"), max_length=10, choices=Outcome)
    first_at = models.DateTimeField(_("eerst"), default=now)
    last_at = models.DateTimeField(_("laatst"), default=now)
    times = models.PositiveIntegerField(_("aantal keer"), default=1)

    class Meta:
        verbose_name = _("gebruik van een geheime link")
        verbose_name_plural = _("gebruik van geheime links")
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["link", "day", "visitor", "outcome"], name="secret_link_use_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.day}"
