"""What somebody may be in the house, from their memberships; the only place that reads them for rights."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponseBase

from organisations.enums import Role
from organisations.models import Membership, Organisation
from stagematch.accounts.models import User
from stagematch.ui.prepared import Prepared

P = ParamSpec("P")
PLATFORM_ADMIN = "platform_admin"
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are no second factor
# Every page of who is signed in asks both, so they are one question.
_roles = Prepared(
    lambda user: (
        Membership.objects.filter(user=user, is_active=True)
        .annotate(second=Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS)))
        .values("role", "second")
    ),
    user=int,
)


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """Return the roles somebody has anywhere, plus PLATFORM_ADMIN for a superuser; nothing for a closed account.

    Read once per user object, so once per request; tests that change memberships fetch the user again.
    """
    if not (isinstance(user, User) and user.is_active):
        return frozenset()
    cached: frozenset[str] | None = getattr(user, "_roles", None)
    if cached is None:
        found = _roles.rows(user=user.pk)
        cached = frozenset(row["role"] for row in found) | ({PLATFORM_ADMIN} if user.is_superuser else frozenset())
        user._roles = cached  # type: ignore[attr-defined]
        if found:
            user._has_second_factor = found[0]["second"]  # type: ignore[attr-defined]
    return cached


def is_known_as_staff(user: User | AnonymousUser) -> bool:
    """Tell whether this request found a role already; False says nothing. Costs no query, unlike `roles_of`."""
    return bool(getattr(user, "_roles", None))


def has_role(user: User | AnonymousUser, *roles: str) -> bool:
    """Tell whether somebody has one of these roles somewhere; a platform admin counts as having none of them."""
    return not roles_of(user).isdisjoint(roles)


def has_role_at(user: User | AnonymousUser, organisation: Organisation, *roles: str) -> bool:
    """Tell whether somebody has one of these roles at this organisation."""
    return Organisation.objects.of(user, *roles).filter(pk=organisation.pk).exists()


def sees_personal_data(user: User | AnonymousUser) -> bool:
    """Tell whether somebody can see other people's data, and so needs a second factor (features P5)."""
    return has_role(user, PLATFORM_ADMIN, *Role.sees_personal_data())


def has_second_factor(user: User) -> bool:
    """Tell whether somebody proves who they are in a second way. No query once the roles of who has a membership are read."""
    roles_of(user)
    known: bool | None = getattr(user, "_has_second_factor", None)
    return bool(is_mfa_enabled(user, SECOND_FACTORS)) if known is None else known


def role_required(
    *roles: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Answer 403 to whoever has none of these roles; a platform admin may always enter. Login is required already."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not has_role(request.user, PLATFORM_ADMIN, *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def describe(user: User | AnonymousUser) -> str:
    """Return role and organisation in words, for the log of who saw what; at most the first membership."""
    if not isinstance(user, User):
        return ""
    if user.is_superuser:
        return "platformbeheerder"
    membership = (
        Membership.objects.filter(user=user, is_active=True).select_related("organisation").order_by("pk").first()
    )
    return f"{membership.get_role_display()}, {membership.organisation}" if membership else ""


__all__ = [
    "PLATFORM_ADMIN",
    "describe",
    "has_role",
    "has_role_at",
    "has_second_factor",
    "role_required",
    "roles_of",
    "sees_personal_data",
]
