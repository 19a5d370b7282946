"""The outbox: every mail is a row first, written in the transaction of its cause, and sent by the worker (features C1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
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
        HELD = "held", _("wacht op de verzamelmail")
        BUNDLED = "bundled", _("in een verzamelmail")
        OFF = "off", _("uitgezet door de ontvanger")

    key = models.CharField(_("aanleiding"), max_length=200, unique=True)
    template = models.CharField(_("soort"), max_length=80)
    to_email = models.EmailField(_("aan"))
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="outgoing_mail"
    )
    subject = models.CharField(_("onderwerp"), max_length=250)
    body_text = models.TextField(_("tekst"))
    body_html = models.TextField(_("html"))
    topic = models.CharField(_("onderdeel"), max_length=40, blank=True)
    calendar = models.TextField(_("agenda-bestand"), blank=True, default="")  # iCalendar, with its own METHOD
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("pogingen"), default=0)
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    next_attempt_at = models.DateTimeField(_("volgende poging"), default=now)
    hold_until = models.DateField(_("in de verzamelmail vanaf"), null=True, blank=True)
    digest = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="bundled", verbose_name=_("verzamelmail")
    )
    claimed_at = models.DateTimeField(_("opgepakt"), null=True, blank=True)
    # Set just before the final dot: from then on the mail server may have it, whatever happens to us.
    handed_at = models.DateTimeField(_("overgedragen"), null=True, blank=True)
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
            models.Index(fields=["hold_until", "to_user"], name="mail_held", condition=Q(state="held")),
        ]

    def __str__(self) -> str:
        return self.subject


class MailPreference(models.Model):
    """How often somebody wants the mails of one topic (`mail.topics`); without a row the topic's default counts."""

    class Frequency(models.TextChoices):
        NOW = "now", _("meteen")
        DAILY = "daily", _("één keer per dag")
        WEEKLY = "weekly", _("één keer per week, op maandag")
        OFF = "off", _("niet")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preferences")
    topic = models.CharField(_("onderdeel"), max_length=40)
    frequency = models.CharField(_("hoe vaak"), max_length=10, choices=Frequency)
    changed_at = models.DateTimeField(_("gekozen op"), default=now)

    class Meta:
        verbose_name = _("mailvoorkeur")
        verbose_name_plural = _("mailvoorkeuren")
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="mail_preference_once")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.frequency}"


class MailAddress(models.Model):
    """What mail servers told us about an address. While `stopped_at` is set nothing but sign-in mail is sent to it."""

    email = models.EmailField(_("e-mailadres"))
    stopped_at = models.DateTimeField(_("werkt niet sinds"), null=True, blank=True)
    code = models.CharField(_("code van de mailserver"), max_length=20, blank=True)
    reason = models.CharField(_("wat de mailserver zei"), max_length=300, blank=True)
    refusals = models.PositiveSmallIntegerField(_("keer geweigerd"), default=0)
    last_refusal_at = models.DateTimeField(_("laatst geweigerd"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("weer in orde sinds"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-mailadres dat niet werkt")
        verbose_name_plural = _("e-mailadressen die niet werken")
        ordering = ["-stopped_at", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="mail_address_once")]

    def __str__(self) -> str:
        return self.email
