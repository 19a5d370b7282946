"""Pages of the BPV-coördinator about the own students (features B2)."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from placements import answers
from placements.browse.pager import PER_PAGE, Pager, address
from placements.models import Application
from placements.school import StudentOverview
from stagematch.accounts.models import User
from stagematch.clock import today


@role_required(Role.COORDINATOR)
@require_safe
def school_students(request: HttpRequest) -> HttpResponse:
    """Show the students of the coordinator's school, with how far each one is."""
    overview = StudentOverview(request.user, request.GET)
    return render(
        request,
        "placements/school_students.html",
        {"overview": overview, "late": _late(request).count(), "query": address(request.GET), "tab": "school"},
    )


def _late(request: HttpRequest) -> QuerySet[Application]:
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return answers.late_of_school(request.user)


@role_required(Role.COORDINATOR)
@require_safe
def late_answers(request: HttpRequest) -> HttpResponse:
    """Show which students of the school wait longer for an answer than was promised (R1)."""
    rows = _late(request)
    pager = Pager(request.GET, rows.count(), PER_PAGE)
    late = [(row, (today() - row.answer_by).days) for row in rows[pager.start : pager.stop]]
    return render(request, "placements/school_late_answers.html", {"late": late, "pager": pager, "tab": "school"})
