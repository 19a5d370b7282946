"""The description of the addresses for programs, as OpenAPI 3.1. Every room registers its own part in `ready()`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

Part = dict[str, Any]

_paths: Part = {}
_schemas: Part = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `detail` is a sentence for people, in the language of Accept-Language.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "examples": ["urn:stagematch:problem:unreadable"]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
}
_security: Part = {}


def register_api(*, paths: Part, schemas: Part | None = None, security: Part | None = None) -> None:
    """Add paths, the schemas they refer to, and ways to prove who one is. Called in `ready()`."""
    _paths.update(paths)
    _schemas.update(schemas or {})
    _security.update(security or {})


def description() -> Part:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "stagematch",
            "version": "1",
            "description": "Addresses for programs. Within a version nothing is taken away; fields are added.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": settings.BASE_URL}],
        "paths": dict(sorted(_paths.items())),
        "components": {"schemas": _schemas, "securitySchemes": _security},
    }


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description to anybody."""
    response = JsonResponse(description(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
