"""The tasks of a school for its students."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from placements.browse.pager import Pager, address
from placements.guidance import services
from placements.guidance.access import own_students, school_or_404, signed_in
from placements.guidance.enums import TaskStatus
from placements.guidance.forms import MoveTaskForm
from placements.guidance.selectors import task_rows
from placements.guidance.services.tasks import coordinators_of
from placements.models import HelpTask
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict, RuleError

PER_PAGE = 25


@require_safe
@role_required(Role.COORDINATOR)
def school_tasks(request: HttpRequest) -> HttpResponse:
    """Show what has to be done, the oldest day first; one's own, a colleague's or what is closed."""
    school, schools = school_or_404(request)
    user = signed_in(request)
    which = request.GET.get("welke", "")
    rows, counts = task_rows(school, user, which)
    pager = Pager(request.GET, counts.get(which, counts[""]), PER_PAGE)
    labels = [("", _("alle open")), ("mijn", _("van mij")), ("niemand", _("van niemand")), ("klaar", _("klaar"))]
    context = {
        "school": school,
        "schools": schools,
        "tasks": list(rows[pager.start : pager.stop]),
        "pager": pager,
        "colleagues": coordinators_of(school),
        "tabs": [(label, counts[key], key == which, address(request.GET, welke=key)) for key, label in labels],
        "open": counts[""],
        "tab": "school",
    }
    return render(request, "placements/guidance/tasks.html", context)


def _own_task(user: User, public_id: UUID) -> HelpTask:
    rows = HelpTask.objects.visible_to(user).filter(student__in=own_students(user))
    return get_object_or_404(rows.select_related("student", "school"), public_id=public_id)


def _back(request: HttpRequest, task: HelpTask) -> HttpResponse:
    """Return to the page one came from."""
    url = request.POST.get("terug", "")
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return redirect(url)
    return redirect("school-student", task.student.public_id)


@require_POST
@role_required(Role.COORDINATOR)
def school_task_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a task, or open it again."""
    task = _own_task(signed_in(request), public_id)
    to = request.POST.get("stand", "")
    if to not in TaskStatus.values:
        return _back(request, task)
    try:
        services.move_task(task=task, actor=signed_in(request), to=to, outcome=request.POST.get("uitkomst", ""))
    except (RuleError, Conflict) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De taak staat op ‘%(status)s’.") % {"status": TaskStatus(to).label})
    return _back(request, task)


@require_POST
@role_required(Role.COORDINATOR)
def school_task_assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a task to somebody, or another day."""
    task = _own_task(signed_in(request), public_id)
    form = MoveTaskForm(request.POST, colleagues=coordinators_of(task.school))
    if not form.is_valid():
        messages.error(request, _("Kies een collega en een dag die bestaat."))
        return _back(request, task)
    try:
        services.assign_task(task=task, actor=signed_in(request), **form.cleaned_data)
    except (RuleError, Conflict) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De taak is verdeeld."))
    return _back(request, task)
