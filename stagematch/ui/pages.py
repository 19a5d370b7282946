"""The public pages that belong to no room: home, help, privacy, accessibility, and the files that robots read."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from stagematch.clock import now, today
from stagematch.ui.home import numbers


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    return render(request, "pages/home.html", {"numbers": numbers(), "today": today()})


View = Callable[[HttpRequest], HttpResponse]


def _page(template: str, tab: str = "") -> View:
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template, {"tab": tab})

    return login_not_required(require_safe(view))


help_page = _page("pages/hulp.html", "hulp")
privacy = _page("pages/privacy.html")
accessibility = _page("pages/toegankelijkheid.html")
open_source = _page("pages/open_source.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages, and go back to where one was. Mail stays Dutch."""
    back = request.POST.get("terug") or request.GET.get("terug") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    chosen = request.POST.get("taal", "")
    if request.method == "POST" and chosen in dict(settings.LANGUAGES):
        response = redirect(back)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            path=settings.LANGUAGE_COOKIE_PATH,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response
    return render(request, "pages/taal.html", {"languages": settings.LANGUAGES, "back": back})


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Everything about signing in, on one page."""
    return render(request, "pages/account.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Say which pages are not for search engines."""
    closed = (
        "/account/",
        "/beheer/",
        "/mijn/",
        "/school/",
        "/team/",
        "/start/",
        "/documenten/",
        "/insluiten/",
        "/akkoord/",
    )
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {settings.BASE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a weakness (RFC 9116)."""
    expires = (now() + dt.timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
