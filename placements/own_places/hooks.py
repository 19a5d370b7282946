"""What this part tells the rest of placements and the platform."""

from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from placements import panels
from placements.enums import OwnPlaceStatus
from placements.own_places import emails, services, views
from stagematch.links.purposes import register_purpose
from stagematch.ui.admin_site import StagematchAdminSite
from students.models import Student


def register() -> None:
    """Register samples, the purpose of the links, pages in the admin and a block on the student's overview."""
    emails.register_samples()
    register_purpose(
        services.PURPOSE, url_name="own-place-contact", label=_("een stageplek van een student bevestigen")
    )
    panels.register("own-places", own_places_panel)
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        admin.site.add_views(admin_urls)


def admin_urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """The stagemakelaar's pages."""
    return [
        path("eigen-plekken/", views.broker_own_places, name="own-places"),
        path("eigen-plekken/<uuid:public_id>/", views.broker_own_place, name="own-place"),
    ]


def own_places_panel(student: Student) -> list[tuple[str, dict[str, Any]]]:
    """How the place goes that this student found; else the way to tell about one."""
    still_open = OwnPlaceStatus.open_statuses()
    place = next((place for place in student.own_places.all() if place.status in still_open), None)
    return [("placements/_own_place_panel.html", {"place": place})]
