"""What a BPV-coördinator does about the own students before they signed in."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from organisations.enums import Role
from organisations.models import Organisation
from organisations.roles import role_required
from stagematch.accounts.models import User
from students.models import Student
from students.services import invite_students


@require_POST
@role_required(Role.COORDINATOR)
def school_students_invite(request: HttpRequest) -> HttpResponse:
    """Invite who never signed in: of one school, class or year when chosen, else of all of one's schools."""
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before this view
    schools = Organisation.objects.of(request.user, Role.COORDINATOR)
    if school := request.POST.get("school", ""):
        schools = schools.filter(slug=school)
    students = Student.objects.filter(school__in=schools)
    class_name, year = request.POST.get("klas", "")[:30], request.POST.get("leerjaar", "")
    if "\x00" in class_name + request.POST.get("school", ""):
        raise Http404  # no class and no school is called so
    if class_name:
        students = students.filter(class_name=class_name)
    if year in {"1", "2", "3", "4"}:
        students = students.filter(year=int(year))
    number = invite_students(students=students, actor=request.user)
    if number:
        text = ngettext("%(n)d student krijgt een uitnodiging.", "%(n)d studenten krijgen een uitnodiging.", number)
        messages.success(request, text % {"n": number})
    else:
        messages.info(request, _("Iedereen is al uitgenodigd. Na 7 dagen kun je dat nog eens doen."))
    return redirect("school-students")
