"""Error pages and the health checks: what every other page is measured against."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.shortcuts import render

from stagematch.ui.rescue import rescue


def _error(request: HttpRequest, status: int, template: str) -> HttpResponse:
    return render(request, f"{template}.html", status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show the page for a request that nobody can read (400)."""
    return _error(request, 400, "400")


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show the page for something you may see but not do (403)."""
    return _error(request, 403, "403")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show the page for what is not there, or not for you (404)."""
    return _error(request, 404, "404")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Show the page for our own mistake (500)."""
    return _error(request, 500, "500")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Show the page for a form whose safety token is missing or old (403); nothing was lost that the back button cannot bring back.

    Nothing is done that the form asked for. A room may keep the text, when the form itself proves whose it is.
    """
    kept = rescue(request)
    if kept is not None:
        return kept
    return HttpResponseForbidden(render(request, "403_csrf.html").content)


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Answer without touching anything: the process is up."""
    return HttpResponse("gezond\n", content_type="text/plain; charset=utf-8")


@login_not_required
def alive_with_database(request: HttpRequest) -> HttpResponse:
    """Answer after one `select 1`: the bare view that page times are compared with."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("gezond\n", content_type="text/plain; charset=utf-8")
