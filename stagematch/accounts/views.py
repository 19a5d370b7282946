"""The pages of signing in that are not allauth's."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stagematch.accounts.landing import first_page


def home_after_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the page where their work is."""
    return redirect(first_page(request))


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this person, also the one on this device."""
    for session in UserSession.objects.filter(user_id=request.user.pk):
        session.end()
    logout(request)
    messages.success(request, _("Je bent nu overal uitgelogd."))
    return redirect("account_login")
