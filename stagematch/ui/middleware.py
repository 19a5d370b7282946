"""Small middlewares: refuse broken input early, and add headers Django has no setting for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
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
