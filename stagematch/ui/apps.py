from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.urls import URLPattern, URLResolver, path

if TYPE_CHECKING:
    from stagematch.ui.admin_site import StagematchAdminSite


def _pages(site: "StagematchAdminSite") -> list[URLPattern | URLResolver]:
    from stagematch.ui.components import components

    return [path("componenten/", site.admin_view(components), name="components")]


class InterfaceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "stagematch.ui"

    def ready(self) -> None:
        """Put the page with every building block in the admin."""
        from django.contrib import admin

        from stagematch.ui.admin_site import StagematchAdminSite

        if isinstance(admin.site, StagematchAdminSite):  # a lazy object: asks the class behind it
            admin.site.add_views(_pages)
