from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinksConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "stagematch.links"
    verbose_name = _("Geheime links")

    def ready(self) -> None:
        """Give our mail a sample, and say what must always be true of our tables."""
        from stagematch.links import invariants
        from stagematch.links.mail_samples import renewed
        from stagematch.mail import samples

        samples.register("links/renewed", renewed)
        invariants.register_all()
