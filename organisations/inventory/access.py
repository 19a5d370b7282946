"""Who may use the pages of the inventory inside the admin site."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from organisations.enums import Role
from organisations.roles import has_role
from stagematch.accounts.models import User


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user; the guards below have made sure that there is one."""
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type
    return request.user


def broker_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a page inside the admin site: for stagemakelaars, and platform admins who look along."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (has_role(request.user, Role.BROKER) or user_of(request).is_superuser):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded: Callable[..., HttpResponse] = admin.site.admin_view(inner)
    return guarded


def admin_context(request: HttpRequest, **extra: Any) -> dict[str, Any]:
    """Return the admin site's own context with ours, so that its header is right."""
    return {**admin.site.each_context(request), "tab": "inventarisatie", **extra}
