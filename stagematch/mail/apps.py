from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

    from stagematch.ui.admin_site import StagematchAdminSite


class MailConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "stagematch.mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        """Add the page with every mail to the admin."""
        from django.contrib import admin

        from stagematch.ui.admin_site import StagematchAdminSite

        if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
            admin.site.add_views(_sample_pages)
        from stagematch.mail import own_samples

        own_samples.register()


def _sample_pages(site: "StagematchAdminSite") -> "list[URLPattern | URLResolver]":
    """The addresses of the samples; imported when asked for, because views need all apps ready."""
    from django.urls import path

    from stagematch.mail import views

    return [
        path("mail/voorbeelden/", site.admin_view(views.sample_list), name="mail-samples"),
        path("mail/voorbeelden/<path:name>/html/", site.admin_view(views.sample_html), name="mail-sample-html"),
        path("mail/voorbeelden/<path:name>/", site.admin_view(views.sample_detail), name="mail-sample"),
    ]
