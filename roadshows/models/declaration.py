"""The mbo-erkenningsverklaring: versions of its text, who signed, and what they show of the four commitments (W6)."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from roadshows.enums import Commitment, SignatureStatus
from roadshows.models.event import Roadshow
from roadshows.querysets import SignatureQuerySet
from stagematch.clock import now

_LIVE = [SignatureStatus.ASKED.value, SignatureStatus.SIGNED.value]


class DeclarationText(models.Model):
    """One version of the text. Once published it never changes: people signed these words."""

    version = models.PositiveSmallIntegerField(_("versie"), unique=True)
    title = models.CharField(_("titel"), max_length=120)
    introduction = models.TextField(_("inleiding"), max_length=2000)
    recognise = models.TextField(_("erkennen"), max_length=600)
    invest = models.TextField(_("investeren"), max_length=600)
    position = models.TextField(_("positie"), max_length=600)
    impact = models.TextField(_("zichtbaar maken"), max_length=600)
    source_note = models.CharField(_("herkomst"), max_length=300, blank=True)
    published_on = models.DateField(_("gepubliceerd op"), null=True, blank=True)
    is_current = models.BooleanField(_("hier tekent men nu voor"), default=False)

    class Meta:
        verbose_name = _("tekst van de erkenningsverklaring")
        verbose_name_plural = _("teksten van de erkenningsverklaring")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_text"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(published_on__isnull=False), name="current_text_is_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, versie {self.version}"

    @property
    def commitments(self) -> list[tuple[Commitment, str]]:
        """The four commitments with their words, in order."""
        return [(kind, getattr(self, kind.value)) for kind in Commitment]


@pghistory.track(exclude=["signer_name", "signer_email"])
class Signature(models.Model):
    """An organisation under a version of the text, signed by a person who may sign for it.

    The signer's name and address are for proof and for the yearly question; the register shows the organisation, the
    day and what the signer is, never who.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    declaration = models.ForeignKey(DeclarationText, models.PROTECT, related_name="signatures", verbose_name=_("tekst"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="signatures", verbose_name=_("organisatie")
    )
    name = models.CharField(_("naam in het register"), max_length=160)
    signer_name = models.CharField(_("naam van wie tekent"), max_length=120, blank=True)
    signer_function = models.CharField(_("functie van wie tekent"), max_length=120, blank=True)
    signer_email = models.EmailField(_("e-mailadres van wie tekent"), blank=True)
    roadshow = models.ForeignKey(
        Roadshow, models.SET_NULL, null=True, blank=True, related_name="signatures", verbose_name=_("roadshow")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=SignatureStatus, default=SignatureStatus.ASKED, editable=False
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(_("gevraagd"), default=now)
    signed_on = models.DateField(_("getekend op"), null=True, blank=True)
    withdrawn_on = models.DateField(_("ingetrokken op"), null=True, blank=True)
    withdraw_reason = models.CharField(_("waarom ingetrokken"), max_length=300, blank=True)
    source_note = models.CharField(_("herkomst"), max_length=240, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("handtekening")
        verbose_name_plural = _("handtekeningen")
        ordering = ["name"]
        indexes = [models.Index(fields=["status", "name"], name="signature_register")]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "name"], condition=Q(status__in=_LIVE), name="signed_once_by_name"
            ),
            models.UniqueConstraint(
                fields=["declaration", "organisation"],
                condition=Q(status__in=_LIVE, organisation__isnull=False),
                name="signed_once_by_organisation",
            ),
            models.CheckConstraint(condition=~Q(status="signed") | Q(signed_on__isnull=False), name="signed_has_a_day"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("signature-detail", args=[self.public_id])

    @property
    def badge(self) -> str:
        """The colour of the status."""
        return SignatureStatus(self.status).badge


class Evidence(models.Model):
    """What an organisation did for one commitment in one year, in its own words."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="evidence", verbose_name=_("handtekening"))
    commitment = models.CharField(_("belofte"), max_length=10, choices=Commitment)
    year = models.PositiveSmallIntegerField(_("jaar"))
    text = models.CharField(_("wat deden jullie?"), max_length=400)
    link = models.URLField(_("link"), blank=True)
    added_at = models.DateTimeField(_("toegevoegd"), default=now)

    class Meta:
        verbose_name = _("bewijs")
        verbose_name_plural = _("bewijzen")
        ordering = ["-year", "commitment", "pk"]
        indexes = [models.Index(fields=["signature", "-year"], name="evidence_of_year")]
        constraints = [
            models.UniqueConstraint(fields=["signature", "commitment", "year", "text"], name="evidence_once"),
            models.CheckConstraint(condition=Q(year__range=(2020, 2100)), name="evidence_year_is_sane"),
        ]

    def __str__(self) -> str:
        return self.text
