"""Pages of the BPV-coördinator about the own students (features B2)."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import describe, role_required
from placements import answers
from placements.browse.pager import PER_PAGE, Pager, address
from placements.enums import ViewPage
from placements.guidance.access import signed_in
from placements.guidance.list_columns import COLUMNS, chosen
from placements.models import Application, SavedView
from placements.school import ClassView, StudentOverview
from placements.services import remove_view, save_view
from placements.services.views import views_for
from stagematch.accounts.models import User
from stagematch.audit.services import record_export
from stagematch.clock import today
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import CSV, XLSX, table_response


@role_required(Role.COORDINATOR)
@require_safe
def school_students(request: HttpRequest) -> HttpResponse:
    """Show the students of the coordinator's school, with how far each one is."""
    user = signed_in(request)
    views = list(views_for(user, ViewPage.STUDENTS))
    start = next((view for view in views if view.is_default and view.user_id == user.pk), None)
    if start is not None and start.query and not request.GET:
        return redirect(f"{reverse('school-students')}?{start.query}")
    overview = StudentOverview(user, request.GET)
    context = {
        "overview": overview,
        "views": views,
        "current": next((view for view in views if view.query and view.query == overview.filters), None),
        "late": _late(request).count(),
        "query": address(request.GET),
        "columns": COLUMNS,
        "tab": "school",
    }
    return render(request, "placements/school_students.html", context)


@role_required(Role.COORDINATOR)
@require_safe
def school_classes(request: HttpRequest) -> HttpResponse:
    """Show every class with its numbers, and the students of one class as tiles."""
    return render(
        request, "placements/school_classes.html", {"view": ClassView(signed_in(request), request.GET), "tab": "school"}
    )


@role_required(Role.COORDINATOR)
@require_safe
def school_students_export(request: HttpRequest) -> HttpResponse:
    """Give the same selection as a file with the columns that were ticked; that, and how many rows, is written down."""
    schools = list(Organisation.objects.of(request.user, Role.COORDINATOR))
    if not schools:
        raise Http404  # a platform admin has no list of their own to take along
    columns = chosen(request.GET.getlist("kolom"))
    kind = XLSX if request.GET.get("soort") == XLSX else CSV
    students = StudentOverview(signed_in(request), request.GET).everyone_asked().filter(school__in=schools)
    rows = [[column.value(student) for column in columns] for student in students]
    for school in schools:
        label = _("%(who)s: %(n)d rijen, %(columns)s") % {
            "who": describe(request.user), "n": len(rows), "columns": ", ".join(column.key for column in columns)
        }  # fmt: skip
        record_export(actor=request.user, subject=None, obj=school, label=label)
    head = [column.label for column in columns]
    return table_response(name=f"studenten-{today():%Y-%m-%d}", head=head, rows=rows, kind=kind)


@role_required(Role.COORDINATOR)
@require_POST
def school_view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name, for oneself or for the school."""
    query = StudentOverview(signed_in(request), QueryDict(request.POST.get("query", "")[:500])).filters
    try:
        view = save_view(
            actor=signed_in(request),
            page=ViewPage.STUDENTS,
            name=request.POST.get("name", ""),
            query=query,
            is_default="is_default" in request.POST,
            is_shared="is_shared" in request.POST,
        )
    except RuleError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("De weergave ‘%(name)s’ is bewaard.") % {"name": view.name})
    return redirect(f"{reverse('school-students')}?{query or 'stand='}")


@role_required(Role.COORDINATOR)
@require_POST
def school_view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views; a colleague's does not exist here."""
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    view = get_object_or_404(SavedView, pk=pk, user=request.user, page=ViewPage.STUDENTS)
    remove_view(view=view, actor=request.user)
    messages.success(request, _("De weergave ‘%(name)s’ is weg.") % {"name": view.name})
    return redirect(f"{reverse('school-students')}?stand=")


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
