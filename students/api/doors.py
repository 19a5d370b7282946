"""Who may call: a key in the header, no more than so many times, in the language that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit  # its public door never counts a GET, and asking for the state is one
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from stagematch.ui.problems import finish, in_asked_language, problem
from students.models import SchoolToken
from students.services.tokens import find_token, note_use

RATES = {
    "guess": "10/m/ip",  # keys we never made, or that stopped working
    "send": "20/m/key",
    "ask": "120/m/key",
}
COUNTERS = "students.api"

View = Callable[..., HttpResponse]


def with_key(*methods: str) -> Callable[[View], View]:
    """Open a view to a program with a working key of a school; the view gets `(request, token, …)`.

    No session is looked at, so there is nothing for another site to abuse and no CSRF token is asked for. Answers 401
    without a working key, 403 when the school is not in stagematch any more or `?school=` names another, 405, and 429 with
    Retry-After when it goes too fast.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
            with in_asked_language(request):
                return finish(_answer(request, *args, **kwargs))

        def _answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                response = problem(
                    405, "method", _("Dat kan hier niet. Gebruik %(methods)s.") % {"methods": ", ".join(methods)}
                )
                response["Allow"] = ", ".join(methods)
                return response
            token = _token(request)
            if token is None:
                if not _within(request, "guess"):
                    return _too_fast()
                return _no_key()
            if not _within(request, "send" if request.method == "POST" else "ask", key=str(token.pk)):
                return _too_fast()
            wanted = request.GET.get("school", "")
            if not token.school.is_approved or (wanted and wanted != token.school.slug):
                return problem(
                    403, "other_school", _("Deze sleutel is niet van deze school, of de school doet niet meer mee.")
                )
            note_use(token)
            return view(request, token, *args, **kwargs)

        return guarded

    return decorate


def _token(request: HttpRequest) -> SchoolToken | None:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return find_token(key.strip()) if scheme.lower() == "bearer" else None


def _no_key() -> HttpResponse:
    response = problem(
        401,
        "key",
        _("Zonder sleutel die werkt kan dit niet. Een BPV-coördinator maakt er een op de pagina ‘Koppeling’."),
    )
    response["WWW-Authenticate"] = 'Bearer realm="stagematch"'
    return response


def _too_fast() -> HttpResponse:
    response = problem(429, "too_fast", _("Dit gaat te snel. Wacht een minuut en probeer het opnieuw."))
    response["Retry-After"] = "60"
    return response


def _within(request: HttpRequest, action: str, *, key: str | None = None) -> bool:
    return ratelimit.consume(request, app=COUNTERS, action=action, config=RATES, key=key, limit_get=True) is not None
