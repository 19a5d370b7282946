"""Answers for programs: problem+json (RFC 9457), in the language the program asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

PROBLEM_TYPE = "application/problem+json"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def asked_language(request: HttpRequest) -> str:
    """Return the language of `Accept-Language` that we have, and Dutch otherwise. For programs only; pages do not look."""
    wanted = []
    for number, part in enumerate(request.headers.get("Accept-Language", "")[:200].split(",")):
        name, _sep, rest = part.partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            weight = 0.0
        code = name.strip().lower().partition("-")[0]
        if code in LANGUAGES and weight > 0:
            wanted.append((-weight, number, code))
    return min(wanted)[2] if wanted else settings.LANGUAGE_CODE


@contextmanager
def in_asked_language(request: HttpRequest) -> Iterator[str]:
    """Speak the language the program asks for."""
    language = asked_language(request)
    with translation.override(language):
        yield language


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """Return a problem: `detail` is a sentence for people, `code` (in `type`) is for programs."""
    body = {
        "type": f"urn:stagematch:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return finish(
        JsonResponse(body, status=status, content_type=PROBLEM_TYPE, json_dumps_params={"ensure_ascii": False})
    )


def finish(response: HttpResponse) -> HttpResponse:
    """Keep an answer to one program out of every cache, and say in which language it is."""
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    response["X-Content-Type-Options"] = "nosniff"
    return response
