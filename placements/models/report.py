"""What a student reports to the own school: discrimination, or a place that is not safe (features S15)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.enums import ReportKind
from placements.models.application import Application
from placements.models.placement import Placement
from placements.querysets import ReportQuerySet
from stagematch.clock import now
from students.models import Student


class TrustPerson(models.Model):
    """Who of a school reads the reports of its students. Without one it is the first coordinator."""

    school = models.OneToOneField(Organisation, models.CASCADE, related_name="trust_person", verbose_name=_("school"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("contactpersoon")
    )

    class Meta:
        verbose_name = _("contactpersoon voor meldingen")
        verbose_name_plural = _("contactpersonen voor meldingen")

    def __str__(self) -> str:
        return f"{self.school}: {self.user}"


class Report(models.Model):
    """A report. Only the student and the one contact of the school can read it; an organisation never can."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="reports")
    school = models.ForeignKey(Organisation, models.CASCADE, related_name="reports", verbose_name=_("school"))
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("gaat naar")
    )
    kind = models.CharField(_("waarover"), max_length=14, choices=ReportKind)
    text = models.TextField(_("wat er gebeurde"), max_length=5000)
    application = models.ForeignKey(
        Application, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reactie")
    )
    placement = models.ForeignKey(
        Placement, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stage")
    )
    # In words, because the application is deleted long before a report is closed.
    about = models.CharField(_("plek"), max_length=250, blank=True)
    made_at = models.DateTimeField(_("gemeld"), default=now)
    read_at = models.DateTimeField(_("gelezen"), null=True, blank=True)
    closed_at = models.DateTimeField(_("afgesloten"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("melding")
        verbose_name_plural = _("meldingen")
        ordering = ["-made_at", "pk"]
        indexes = [models.Index(fields=["contact", "closed_at"]), models.Index(fields=["student"])]

    def __str__(self) -> str:
        return str(self.public_id)
