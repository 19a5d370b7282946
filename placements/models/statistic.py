"""Counts that outlive the applications they were counted from: no student can be found in them (R8, features O10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation


class AnswerStatistic(models.Model):
    """How many first answers an organisation gave in one month after so many working days. Written by `change_status`."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="answer_statistics", verbose_name=_("organisatie")
    )
    month = models.DateField(_("maand"))  # its first day
    working_days = models.PositiveSmallIntegerField(_("werkdagen tot het antwoord"))
    in_time = models.BooleanField(_("binnen de termijn"))
    answers = models.PositiveIntegerField(_("antwoorden"), default=0)

    class Meta:
        verbose_name = _("antwoordtijd")
        verbose_name_plural = _("antwoordtijden")
        ordering = ["-month", "working_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month", "working_days", "in_time"], name="answer_statistic_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.month:%Y-%m}: {self.answers}"
