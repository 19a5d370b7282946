"""What the screening workspace keeps: saved views, answer templates, questions to forward, and operations on many."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from placements.enums import AnswerKind, BulkOutcome, ForwardStatus, RejectionReason, ViewPage
from placements.models.application import Application
from placements.models.vacancy import Vacancy
from stagematch.clock import now


class SavedView(models.Model):
    """A named set of filters of a list, of one person; colleagues see it only when it is shared (features O5, B2)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisatie"))
    page = models.CharField(_("lijst"), max_length=10, choices=ViewPage, default=ViewPage.QUEUE)
    name = models.CharField(_("naam"), max_length=60)
    query = models.CharField(_("filters"), max_length=500, blank=True)
    is_default = models.BooleanField(_("hiermee begin ik"), default=False)
    is_shared = models.BooleanField(_("collega's zien deze weergave ook"), default=False)
    created_at = models.DateTimeField(_("bewaard op"), default=now)

    class Meta:
        verbose_name = _("weergave")
        verbose_name_plural = _("weergaven")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["organisation"], name="shared_view", condition=Q(is_shared=True))]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="view_name_once_per_person"),
            models.UniqueConstraint(
                fields=["user", "page"], condition=Q(is_default=True), name="one_default_view_per_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AnswerTemplate(models.Model):
    """A text an organisation starts from (features O13). For a rejection it is never enough by itself (R2)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="answer_templates", verbose_name=_("organisatie")
    )
    kind = models.CharField(_("waarvoor"), max_length=10, choices=AnswerKind)
    reason = models.CharField(
        _("reden"),
        max_length=20,
        choices=RejectionReason,
        blank=True,
        help_text=_("Alleen bij een afwijzing. Leeg: bij elke reden te gebruiken."),
    )
    name = models.CharField(_("naam"), max_length=60)
    text = models.TextField(_("tekst"), max_length=2000)
    is_active = models.BooleanField(_("in gebruik"), default=True)

    class Meta:
        verbose_name = _("sjabloon voor een antwoord")
        verbose_name_plural = _("sjablonen voor antwoorden")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "name"], name="template_name_once_per_kind"),
            models.CheckConstraint(condition=Q(kind="rejection") | Q(reason=""), name="only_a_rejection_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.name


class ForwardRequest(models.Model):
    """The question to a student: may another team of the organisation read your application? Nothing moves before a yes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="forwards", verbose_name=_("reactie"))
    to_vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="+", verbose_name=_("naar welke plek"))
    status = models.CharField(_("antwoord"), max_length=10, choices=ForwardStatus, default=ForwardStatus.ASKED)
    message = models.TextField(_("bericht aan de student"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("gevraagd door")
    )
    asked_at = models.DateTimeField(_("gevraagd op"), default=now)
    answered_at = models.DateTimeField(_("beantwoord op"), null=True, blank=True)
    result = models.OneToOneField(
        Application,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="forwarded_from",
        verbose_name=_("nieuwe reactie"),
    )

    class Meta:
        verbose_name = _("vraag om door te sturen")
        verbose_name_plural = _("vragen om door te sturen")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(status="asked"), name="one_open_forward_request"
            ),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(answered_at__isnull=False), name="answered_forward_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} → {self.to_vacancy}"


class BulkOperation(models.Model):
    """One invitation or rejection of several candidates. Its key comes with the form, so that sending twice does it once."""

    key = models.UUIDField(_("sleutel"), unique=True, editable=False)
    kind = models.CharField(_("wat"), max_length=10, choices=AnswerKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("wie")
    )
    started_at = models.DateTimeField(_("begonnen"), default=now)

    class Meta:
        verbose_name = _("actie met meer kandidaten")
        verbose_name_plural = _("acties met meer kandidaten")
        ordering = ["-started_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.started_at:%Y-%m-%d}"


class BulkItem(models.Model):
    """What an operation did with one candidate: sent, or skipped and why."""

    operation = models.ForeignKey(BulkOperation, models.CASCADE, related_name="items")
    application = models.ForeignKey(Application, models.CASCADE, related_name="bulk_items", verbose_name=_("reactie"))
    outcome = models.CharField(_("uitkomst"), max_length=10, choices=BulkOutcome)
    why = models.CharField(_("waarom"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("kandidaat in een actie")
        verbose_name_plural = _("kandidaten in acties")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["operation", "application"], name="once_per_operation")]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_outcome_display()}"
