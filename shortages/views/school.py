"""'Tekort in beeld' for the BPV-coördinator of one's own school (features B5, B6); a platform admin picks a school."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages.dashboard.kept import counted_part
from shortages.dashboard.page import Dashboard
from shortages.dashboard.students import StudentList, in_need_now
from stagematch.accounts.models import User

TAB = "tekort"


def page_of(request: HttpRequest) -> Dashboard:
    """Return the page that the address asks for; a school that is not one's own does not exist (404)."""
    assert isinstance(request.user, User)  # noqa: S101 -- role_required let in nobody else
    return Dashboard(request.user, request.GET)


@require_safe
@role_required(Role.COORDINATOR)
def shortage(request: HttpRequest) -> HttpResponse:
    """Show the school's shortage of last night: the number, what helps, where and when, the line, and who needs help."""
    page = page_of(request)
    counted = counted_part(page)
    students = []
    if counted.open and page.school and page.night:
        students = in_need_now(page.school, counted.period, page.night.pk)
    context = {"page": page, "counted": counted, "students": students, "tab": TAB}
    return render(request, "shortages/dashboard/page.html", context)


@require_safe
@role_required(Role.COORDINATOR)
def shortage_students(request: HttpRequest) -> HttpResponse:
    """Show the own students behind one tile, cell or line."""
    page = page_of(request)
    found = StudentList(page, request.GET)
    return render(request, "shortages/dashboard/students.html", {"page": page, "found": found, "tab": TAB})
