from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from placements.panels import Panel
    from students.models import Student


class MatchmakingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "matchmaking"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Tell the rooms below what matching can do for them, and listen to what happens there."""
        from matchmaking import mail_samples, signals
        from matchmaking.admin import inspect_views
        from matchmaking.fit import fit_for, fit_of_pairs, score_all
        from placements import fit, panels

        fit.register(fit_for)
        fit.register_pairs(fit_of_pairs)
        fit.register_scorer(score_all)
        mail_samples.register()
        inspect_views.register()
        panels.register("proposals", _proposals)
        post_save.connect(signals.on_application, "placements.Application", dispatch_uid="matchmaking.application")
        post_save.connect(signals.on_vacancy, "placements.Vacancy", dispatch_uid="matchmaking.vacancy")
        post_save.connect(signals.on_search, "students.PlacementSearch", dispatch_uid="matchmaking.search")


def _proposals(student: "Student") -> "list[Panel]":
    """The block on the student's overview; what it needs to draw is read when it is drawn."""
    from matchmaking.panels import proposals

    return proposals(student)
