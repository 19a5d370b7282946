"""Pages of the stagemakelaar about the stages of the organisation, inside the admin site (features O9)."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from placements.dossier.access import note_look
from placements.dossier.enums import Side
from placements.dossier.page import FilePage
from placements.dossier.selectors import PlacementOverview
from placements.dossier.views.actions import acting_or_404, signed_in
from placements.workspace.access import broker_view
from stagematch.ui.admin_site import StagematchAdminSite


@broker_view
@require_safe
def placement_list(request: HttpRequest) -> HttpResponse:
    """Show the stages of the organisation, by what they need."""
    overview = PlacementOverview(signed_in(request), Side.ORGANISATION, request.GET)
    context = {**admin.site.each_context(request), "overview": overview, "tab": "stages", "side": "organisation"}
    return render(request, "placements/dossier/list.html", context)


@broker_view
@require_safe
def organisation_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one file. Looking is written down."""
    acting = acting_or_404(request, public_id, Side.ORGANISATION)
    note_look(acting)
    context = {**admin.site.each_context(request), **FilePage(acting).context(tab="stages")}
    return render(request, "placements/dossier/file.html", context)


def urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """Return these pages' patterns; names get the admin's namespace."""
    return [
        path("plaatsingen/", placement_list, name="placement-list"),
        path("plaatsingen/<uuid:public_id>/", organisation_file, name="placement-file"),
    ]
