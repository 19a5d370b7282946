from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "organisations"
    verbose_name = _("Organisaties")

    def ready(self) -> None:
        """Tell the platform what only this room knows: where members go, who may sign up, who may enter the admin."""
        from organisations import hooks, reference

        hooks.register()
        reference.register()
