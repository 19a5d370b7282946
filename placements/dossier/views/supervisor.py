"""Pages of the praktijkbegeleider and teamcoach: own students, agenda, leerdoelen (features O14)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from placements.dossier.access import note_look
from placements.dossier.enums import Side
from placements.dossier.page import FilePage
from placements.dossier.selectors import Guidance
from placements.dossier.views.actions import acting_or_404, signed_in


@require_safe
@role_required(Role.SUPERVISOR, Role.TEAM_LEAD)
def guidance(request: HttpRequest) -> HttpResponse:
    """Show the own students with what they need now, and the talks to come."""
    context = {"guidance": Guidance(signed_in(request)), "tab": "begeleiding"}
    return render(request, "placements/dossier/guidance.html", context)


@require_safe
@role_required(Role.SUPERVISOR, Role.TEAM_LEAD)
def guidance_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one student's file. Looking is written down."""
    acting = acting_or_404(request, public_id, Side.SUPERVISOR)
    note_look(acting)
    return render(request, "placements/dossier/file.html", FilePage(acting).context(tab="begeleiding"))
