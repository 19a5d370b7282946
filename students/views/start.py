"""The first page of somebody who registered with a school's address, and has no profile yet."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.models import Programme
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from students.access import may_begin
from students.forms import EnrolForm
from students.selectors import student_of
from students.services import enrol_self, school_for


@require_http_methods(["GET", "HEAD", "POST"])
def my_start(request: HttpRequest) -> HttpResponseBase:
    """Ask what is still missing to be a student; who has no school here reads whom to ask."""
    user = request.user
    if student_of(user) is not None:
        return redirect("my-overview")
    if not isinstance(user, User) or not may_begin(user):
        raise PermissionDenied
    school = school_for(user)
    programmes = list(Programme.objects.filter(school=school).select_related("qualification")) if school else []
    if not programmes:
        return render(request, "students/start_ask.html", {"school": school, "email": user.email})
    form = EnrolForm(request.POST if request.method == "POST" else None, programmes=programmes, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            enrol_self(user=user, actor=user, **form.cleaned_data)
        except RuleError as error:
            if error.code == "is_student":
                return redirect("my-overview")
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect("my-search-edit", "opleiding")
    return render(request, "students/start.html", {"form": form, "school": school, "name": _("Je profiel")})
