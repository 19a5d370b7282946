"""The student's one calm page about the stage that was agreed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from placements.dossier.access import Acting, of_side, with_file
from placements.dossier.enums import Side
from placements.dossier.page import FilePage
from placements.enums import PlacementStatus
from students.access import StudentRequest, student_required


@require_safe
@student_required
def my_stage(request: StudentRequest) -> HttpResponse:
    """Show the stage that runs or comes, or else the last one: what now, with whom, papers, first day, talks."""
    found = list(of_side(request.user, Side.STUDENT).order_by("-starts_on", "-pk"))
    found.sort(key=lambda placement: placement.status not in PlacementStatus.active())
    if not found:
        return render(request, "placements/dossier/my_stage_none.html", {"tab": "mijn"})
    acting = Acting(found[0], with_file(found[0]), Side.STUDENT, request.user)
    context = FilePage(acting).context(tab="mijn", earlier=found[1:])
    return render(request, "placements/dossier/my_stage.html", context)
