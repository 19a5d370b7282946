from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "placements"

    def ready(self) -> None:
        """Bring in the workspace and our numbers, and say what must always be true of this room's tables."""
        from placements import hooks, invariants

        hooks.register()
        invariants.register_all()
