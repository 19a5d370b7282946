from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShortagesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shortages"
    verbose_name = _("Tekort in beeld")

    def ready(self) -> None:
        """Tell the rooms below what must be true of the counts, and the demo that they have a history."""
        from shortages import hooks

        hooks.register()
