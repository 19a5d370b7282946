"""The outbox: every mail is a row first, written in the transaction of its cause, and sent by the worker (features C1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now


class OutgoingMail(models.Model):
    """A rendered mail. `key` names its cause, so the same cause can never mail twice. Written by `mail.services.queue_mail`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("wacht")
        SENDING = "sending", _("wordt verstuurd")
        SENT = "sent", _("verstuurd")
        FAILED = "failed", _("mislukt")
        BOUNCED = "bounced", _("teruggekomen")

    key = models.CharField(_("aanleiding"), max_length=200, unique=True)
    template = models.CharField(_("soort"), max_length=80)
    to_email = models.EmailField(_("aan"))
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="outgoing_mail"
    )
    subject = models.CharField(_("onderwerp"), max_length=250)
    body_text = models.TextField(_("tekst"))
    body_html = models.TextField(_("html"))
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("pogingen"), default=0)
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    next_attempt_at = models.DateTimeField(_("volgende poging"), default=now)
    claimed_at = models.DateTimeField(_("opgepakt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("verstuurd op"), null=True, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    last_error = models.CharField(_("laatste fout"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="mail_waiting", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["-created_at"]),
        ]

    def __str__(self) -> str:
        return self.subject
