"""The door of the student's own pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from organisations.roles import roles_of
from stagematch.accounts.models import User
from students.models import Student
from students.selectors import student_of

P = ParamSpec("P")


class StudentRequest(HttpRequest):
    """A request of a signed-in student."""

    user: User
    student: Student


def may_begin(user: object) -> bool:
    """Tell whether this person has an account and nothing else yet: no student, no role at an organisation or school."""
    return isinstance(user, User) and user.is_active and not roles_of(user)


def student_required(
    view: Callable[Concatenate[StudentRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Answer 403 to whoever is no student, and give the view `request.student`. Signing in is asked for elsewhere.

    Somebody who has no role at all has just registered: they go to the page that finishes the profile.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        student = student_of(request.user)
        if student is None:
            if may_begin(request.user):
                return redirect("my-start")
            raise PermissionDenied
        request.student = student  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded  # type: ignore[return-value]  # its first parameter is positional everywhere Django calls it
