"""Who saw, and who took away, personal data. Changes are kept by triggers (pghistory) and by each room's own history."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now


class AccessLog(models.Model):
    """One look at, or export of, somebody's data. Written by `audit.services.record_view` and `record_export` only."""

    class Action(models.TextChoices):
        VIEW = "view", _("bekeken")
        EXPORT = "export", _("geëxporteerd")
        DOWNLOAD = "download", _("gedownload")
        IMPORT = "import", _("ingelezen")

    at = models.DateTimeField(_("wanneer"), default=now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("wie")
    )
    actor_label = models.CharField(_("rol en organisatie"), max_length=200, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="access_log", verbose_name=_("van wie")
    )
    action = models.CharField(_("wat"), max_length=20, choices=Action)
    object_type = models.CharField(_("soort"), max_length=60)
    object_id = models.CharField(_("nummer"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("inzage")
        verbose_name_plural = _("inzages")
        ordering = ["-at"]
        indexes = [models.Index(fields=["subject", "-at"]), models.Index(fields=["actor", "-at"])]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.object_type} {self.object_id}"
