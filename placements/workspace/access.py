"""Who may enter the workspace, and the one way to get at an application in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from organisations.enums import Role
from organisations.roles import has_role
from placements.models import Application
from placements.selectors import screening_rows
from stagematch.accounts.models import User
from stagematch.along import along

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
WAITING = "_applications_waiting"
"""Where a page of the workspace keeps the number in the header on the request, once it has counted it anyway."""


def may_enter(request: HttpRequest) -> bool:
    """Stagemakelaars work in the admin site; everybody else stays on the site itself."""
    return request.user.is_authenticated and has_role(request.user, Role.BROKER)


def broker_view(view: View[P]) -> Callable[..., HttpResponse]:
    """Wrap a page of the workspace: signed in, may enter the admin, and a stagemakelaar or platform admin."""

    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (may_enter(request) or request.user.is_superuser):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(inner)


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user; `broker_view` has made sure that there is one."""
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by broker_view
    return request.user


def applications_of(request: HttpRequest) -> QuerySet[Application]:
    """Return the applications this stagemakelaar screens, with all that a candidate's card shows."""
    return screening_rows(user_of(request))


def application_or_404(request: HttpRequest, public_id: UUID) -> Application:
    """Return one application this stagemakelaar screens; somebody else's does not exist for them."""
    return get_object_or_404(one_application(applications_of(request)), public_id=public_id)


def one_application(rows: QuerySet[Application], *lists: str) -> QuerySet[Application]:
    """Read one application with its short lists in one query instead of one for each."""
    return along(rows.prefetch_related(None), "search__target_groups", *lists)


def context(request: HttpRequest, **extra: Any) -> dict[str, Any]:
    """Return the admin site's own context with ours, so that its header and breadcrumbs are right."""
    role = "makelaar" if may_enter(request) else "beheer"  # known here, so nobody has to look it up
    return {**admin.site.each_context(request), "tab": "werkplek", "rol": role, **extra}
