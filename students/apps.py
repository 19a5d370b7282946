from django.apps import AppConfig


class StudentsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "students"

    def ready(self) -> None:
        """Tell the platform who is a student and where a student starts."""
        from students import hooks

        hooks.register()
