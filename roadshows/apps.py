from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoadshowsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "roadshows"
    verbose_name = _("Roadshows")

    def ready(self) -> None:
        """Tell the platform where an organiser starts, and the demo which events there were."""
        from roadshows import hooks

        hooks.register()
