"""The teamcoach's agreement with the text of a vacancy, asked before students may see it (features O3)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placements.enums import AgreementStatus
from placements.models.vacancy import Vacancy
from stagematch.clock import now


class VacancyAgreement(models.Model):
    """One question to the team, with its answer. Written by `placements.services.agreement` only.

    `fingerprint` says which text was agreed with: a later change of what matters needs a new agreement.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="agreements", verbose_name=_("stagevacature"))
    status = models.CharField(_("status"), max_length=10, choices=AgreementStatus, default=AgreementStatus.REQUESTED)
    asked_at = models.DateTimeField(_("gevraagd op"), default=now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gevraagd door"),
    )
    asked_names = models.CharField(_("gevraagd aan"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("beantwoord op"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("beantwoord door"),
    )
    answered_name = models.CharField(_("naam"), max_length=160, blank=True)
    remark = models.TextField(_("opmerking of reden"), max_length=2000, blank=True)
    fingerprint = models.CharField(_("kenmerk van de tekst"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("akkoord op een vacature")
        verbose_name_plural = _("akkoorden op vacatures")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["vacancy", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["vacancy"], condition=Q(status="requested"), name="one_open_agreement_per_vacancy"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["changes", "skipped"]) | ~Q(remark=""), name="agreement_says_why_not"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "replaced"]) | Q(answered_at__isnull=False),
                name="answered_agreement_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vacancy}: {self.get_status_display()}"
