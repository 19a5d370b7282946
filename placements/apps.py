from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacementsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "placements"
    verbose_name = _("Stageplekken en reacties")

    def ready(self) -> None:
        """Bring in the workspace and our numbers, and say what must always be true of this room's tables."""
        from placements import hooks, invariants

        hooks.register()
        invariants.register_all()
