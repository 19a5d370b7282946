"""The pages of signing in that are not allauth's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from stagematch.accounts.landing import first_page


def home_after_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the page where their work is."""
    return redirect(first_page(request))
