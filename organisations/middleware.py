"""Whoever sees other people's data needs a second way to prove who they are (features P5)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.roles import has_second_factor, sees_personal_data

# What somebody without a second factor still needs: setting one up, signing out, and the page's own files.
OPEN_PREFIXES = ("/account/", "/static/", "/gezond/", "/taal/")


def require_second_factor(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send brokers, team leads, supervisors, coordinators and platform admins without a second factor to set one up."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if (
            not settings.MFA_REQUIRED
            or not user.is_authenticated
            or request.path.startswith(OPEN_PREFIXES)
            or not sees_personal_data(user)
            or has_second_factor(user)
        ):
            return get_response(request)
        messages.warning(
            request,
            _(
                "Jij ziet gegevens van andere mensen. Daarom heb je een tweede stap nodig bij het inloggen. "
                "Kies hieronder een passkey of een app voor codes."
            ),
        )
        return redirect(reverse("mfa_index"))

    return middleware
