from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

    from stagematch.ui.admin_site import StagematchAdminSite


class PlacementsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "placements"

    def ready(self) -> None:
        """Put the workspace into the admin site, and say what must always be true of this room's tables."""
        from django.contrib import admin

        from placements import invariants
        from stagematch.ui.admin_site import StagematchAdminSite

        if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
            admin.site.add_views(_workspace)
        invariants.register_all()


def _workspace(site: "StagematchAdminSite") -> "list[URLPattern | URLResolver]":
    """The addresses of the workspace; imported when asked for, because its forms need all apps ready."""
    from placements.workspace.urls import urls

    return urls(site)
