"""Small middlewares: refuse broken input early, and add headers Django has no setting for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from pghistory.middleware import HistoryMiddleware as _HistoryMiddleware

from stagematch.ui.secrets import mask
from stagematch.ui.views import bad_request

type_get_response = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self)"


def reject_broken_input(get_response: type_get_response) -> type_get_response:
    """Answer 400 when the address or query string holds a NUL byte or is not UTF-8 (quality.md, hook 6)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        raw = unquote_to_bytes(request.META.get("QUERY_STRING", "")) + request.path_info.encode(
            "utf-8", "surrogateescape"
        )
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return bad_request(request)
        return bad_request(request) if "\x00" in text else get_response(request)

    return middleware


def chosen_language(get_response: type_get_response) -> type_get_response:
    """Speak the language somebody chose on `/taal/`, and Dutch to everybody else.

    Not the language of the browser: many students have an English phone and want the Dutch site, and a page that
    differs per browser cannot be kept in a cache.
    """
    known = {code for code, _name in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.setdefault("Content-Language", language)
        return response

    return middleware


def security_headers(get_response: type_get_response) -> type_get_response:
    """Add the headers every answer carries, and `no-store` for whoever is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response

    return middleware


class HistoryMiddleware(_HistoryMiddleware):
    """Notes who changed a row and on which page, without the token of a secret link in that page's address."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is kept with every change made by this request."""
        context: dict[str, Any] = super().get_context(request)
        return context | {"url": mask(context["url"])}
