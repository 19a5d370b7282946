"""An application or introduction that somebody else prepares; it goes nowhere before the student says yes (features B4, O12)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.enums import ApplicationOrigin, AssistedKind, AssistedStatus, IntroductionReply
from placements.models.application import Application
from placements.models.vacancy import Vacancy
from placements.querysets import AssistedApplicationQuerySet
from stagematch.clock import now
from students.models import Student


class AssistedApplication(models.Model):
    """What the student is asked to agree with. Without a student it waits for whoever owns the e-mail address."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("soort"), max_length=10, choices=AssistedKind, default=AssistedKind.APPLY)
    origin = models.CharField(_("herkomst"), max_length=10, choices=ApplicationOrigin)
    status = models.CharField(_("stand"), max_length=10, choices=AssistedStatus, default=AssistedStatus.WAITING)
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="assisted", verbose_name=_("stagevacature"))
    student = models.ForeignKey(Student, models.CASCADE, null=True, blank=True, related_name="assisted")
    school = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("school")
    )
    email = models.EmailField(_("e-mailadres"), blank=True)
    first_name = models.CharField(_("voornaam"), max_length=100, blank=True)
    last_name = models.CharField(_("achternaam"), max_length=120, blank=True)
    motivation = models.TextField(_("motivatie of woord vooraf"), max_length=3000, blank=True)
    learning_goals = models.JSONField(_("leerdoelen"), default=list, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("gevraagd door")
    )
    asked_at = models.DateTimeField(_("gevraagd"), default=now)
    expires_at = models.DateTimeField(_("geldt tot"))
    answered_at = models.DateTimeField(_("beantwoord"), null=True, blank=True)
    application = models.OneToOneField(
        Application, models.SET_NULL, null=True, blank=True, related_name="assisted", verbose_name=_("reactie")
    )

    reply = models.CharField(_("antwoord van de stagemakelaar"), max_length=12, choices=IntroductionReply, blank=True)
    reply_text = models.CharField(_("waarom"), max_length=300, blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(_("antwoord gegeven"), null=True, blank=True)

    objects = AssistedApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("aanvraag namens een student")
        verbose_name_plural = _("aanvragen namens een student")
        ordering = ["-asked_at", "pk"]
        indexes = [
            models.Index(fields=["student", "status"]),
            models.Index(fields=["expires_at"], name="assisted_waiting", condition=Q(status="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "vacancy", "kind"], condition=Q(status="waiting"), name="one_request_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["email", "vacancy"],
                condition=Q(status="waiting", student__isnull=True),
                name="one_request_per_address",
            ),
            models.CheckConstraint(
                condition=Q(student__isnull=False) | ~Q(email="") | ~Q(status="waiting"), name="somebody_is_asked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.vacancy}"
