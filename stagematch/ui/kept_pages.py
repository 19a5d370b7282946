"""A page whose content is the same for everybody who may see it, drawn once and kept (docs/decisions/0008)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe

from stagematch.ui.kept import kept, key_of

SECONDS = 26 * 60 * 60
"""A little longer than from one nightly count to the next."""
_BETWEEN, _NAMES = "<!--|-->", ("titel", "omschrijving", "css", "inhoud")  # as in templates/kept/blocks.html


@dataclass(frozen=True)
class Blocks:
    """The blocks of a page, escaped by its templates, made small to keep."""

    packed: bytes
    may_keep: bool

    @cached_property
    def texts(self) -> dict[str, SafeString]:
        """Each block by its name, for the template."""
        texts = zlib.decompress(self.packed).decode().split(_BETWEEN)
        return {name: mark_safe(text) for name, text in zip(_NAMES, texts, strict=True)}  # noqa: S308 -- escaped there


def render_kept(
    request: HttpRequest,
    template: str,
    *,
    of: Iterable[object],
    context: Callable[[], Mapping[str, Any]],
    tab: str,
    may_keep: Callable[[Mapping[str, Any]], bool],
) -> HttpResponse:
    """Answer with a page whose content is kept; `context` is asked for when it is not there.

    `template` begins with `{% extends basis|default:"base.html" %}` and is drawn without the request, so nothing of who
    looks gets in. `of` is what the content depends on (`kept`). Who is not signed in and has this very page gets 304.
    """
    parts = [template, *of]

    def draw() -> Blocks:
        values = context()
        text = render_to_string(template, {**values, "tab": tab, "basis": "kept/blocks.html"})
        return Blocks(zlib.compress(text.encode(), 1), may_keep(values))

    tag = _tag(request, parts)
    if tag:
        unchanged = get_conditional_response(request, etag=tag)
        if unchanged is not None:
            return _tagged(unchanged, tag)
    blocks = kept("page", parts, draw, seconds=SECONDS, may_keep=lambda made: made.may_keep)
    response = render(request, "kept/page.html", {"kept": blocks, "tab": tab})
    return _tagged(response, tag) if tag and blocks.may_keep else response


def _tag(request: HttpRequest, parts: list[object]) -> str:
    """What tells this very page apart; nothing for who is or was signed in: the header or a message may differ."""
    personal = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    if personal or request.method != "GET":
        return ""
    key = f"{key_of('page', parts)} {request.get_full_path()}"
    return f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response.setdefault("Cache-Control", "no-cache")  # may be kept, and is asked for again each time
    return response
