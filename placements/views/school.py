"""Pages of the BPV-coördinator about the own students (features B2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from placements.browse.pager import address
from placements.school import StudentOverview


@role_required(Role.COORDINATOR)
@require_safe
def school_students(request: HttpRequest) -> HttpResponse:
    """Show the students of the coordinator's school, with how far each one is."""
    overview = StudentOverview(request.user, request.GET)
    return render(
        request,
        "placements/school_students.html",
        {"overview": overview, "query": address(request.GET), "tab": "school"},
    )
