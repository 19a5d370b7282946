"""At the door: the address in the QR code of a ticket."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a ticket's code is for; the same for every code, so that nobody learns from it who comes."""
    response = render(request, "roadshows/check_in_outside.html", {"tab": "roadshows"})
    response["X-Robots-Tag"] = "noindex"
    return response
