from django.apps import AppConfig
from django.db.models.signals import post_save


class MatchmakingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "matchmaking"

    def ready(self) -> None:
        """Tell the rooms below what matching can do for them, and listen to what happens there."""
        from matchmaking import panels, selectors, signals
        from placements import fit
        from placements import panels as student_panels

        fit.register(selectors.fit_for)
        student_panels.register("proposals", panels.proposals)
        post_save.connect(signals.on_application, "placements.Application", dispatch_uid="matchmaking.application")
        post_save.connect(signals.on_vacancy, "placements.Vacancy", dispatch_uid="matchmaking.vacancy")
        post_save.connect(signals.on_search, "students.PlacementSearch", dispatch_uid="matchmaking.search")
