"""What happens when somebody signs in: an address that does not work is told, and one that proved to work is cleared."""

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from stagematch.accounts.models import User
from stagematch.mail import addresses


def look_at_address(*, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Who came in with a code by mail proved that the address works; others hear that it does not."""
    if not addresses.is_stopped(user.email):
        return
    used = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    if any(method.get("method") == "code" for method in used):
        addresses.clear_address(email=user.email, actor=user)
        return
    messages.warning(
        request,
        format_html(
            '{} <a class="utrecht-link utrecht-link--html-a" href="{}">{}</a>',
            _("Mail naar je adres komt terug. Daarom krijg je nu geen mail van ons."),
            reverse("mail-preferences"),
            _("Verbeter je adres"),
        ),
    )


def move_to_new_address(*, user: User, from_email_address: Any, to_email_address: Any, **_kwargs: Any) -> None:
    """What came back from the old address goes to the new one."""
    old = str(getattr(from_email_address, "email", "") or "")
    if old and addresses.is_stopped(old):
        addresses.clear_address(email=old, actor=user, new_email=str(to_email_address.email))
