"""Pages of the BPV-coördinator about the stages of the own students (features B10)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import describe, role_required
from placements.browse.pager import address
from placements.dossier.access import note_look
from placements.dossier.enums import Side
from placements.dossier.export import export_rows
from placements.dossier.page import FilePage
from placements.dossier.selectors import PlacementOverview
from placements.dossier.views.actions import acting_or_404, signed_in
from stagematch.audit.services import record_export
from stagematch.clock import today
from stagematch.ui.exports import CSV, XLSX, table_response


@require_safe
@role_required(Role.COORDINATOR)
def school_placements(request: HttpRequest) -> HttpResponse:
    """Show the stages of the own students: papers, contact moments, and who needs another place."""
    overview = PlacementOverview(signed_in(request), Side.SCHOOL, request.GET)
    context = {"overview": overview, "query": address(request.GET), "tab": "stages", "side": "school"}
    return render(request, "placements/dossier/list.html", context)


@require_safe
@role_required(Role.COORDINATOR)
def school_placement(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one file. Looking is written down."""
    acting = acting_or_404(request, public_id, Side.SCHOOL)
    note_look(acting)
    return render(request, "placements/dossier/file.html", FilePage(acting).context(tab="stages"))


@require_safe
@role_required(Role.COORDINATOR)
def school_placements_export(request: HttpRequest) -> HttpResponse:
    """Give the same selection as CSV or XLSX; taking it away is written down."""
    user = signed_in(request)
    overview = PlacementOverview(user, Side.SCHOOL, request.GET)
    kind = XLSX if request.GET.get("soort") == XLSX else CSV
    head, rows = export_rows(overview.everything())
    for school in Organisation.objects.of(user, Role.COORDINATOR):
        record_export(actor=user, subject=None, obj=school, label=describe(user))
    return table_response(name=f"stages-{today():%Y-%m-%d}", head=head, rows=rows, kind=kind)
