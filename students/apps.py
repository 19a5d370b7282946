from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "students"
    verbose_name = _("Studenten")

    def ready(self) -> None:
        """Tell the platform who is a student and where a student starts."""
        from students import hooks

        hooks.register()
