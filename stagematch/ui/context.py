"""What every page knows: who is looking, in which role, and what waits for them in the header.

Rooms above register themselves, so that this bottom app knows none of them. Everything is lazy: a page without a header asks nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

Belongs = Callable[[HttpRequest], bool]
Counter = Callable[[HttpRequest], int]

_roles: list[tuple[int, str, Belongs]] = []
_counters: dict[str, Counter] = {}


def register_role(priority: int, name: str, belongs: Belongs) -> None:
    """Say who sees the header of role `name` (student, makelaar, school, team, beheer); the lowest priority that fits wins."""
    _roles[:] = sorted([role for role in _roles if role[1] != name] + [(priority, name, belongs)], key=lambda r: r[0])


def register_counter(name: str, counter: Counter) -> None:
    """Give the number behind a word in the header, e.g. how many applications wait."""
    _counters[name] = counter


def role_of(request: HttpRequest) -> str:
    """Return the role whose header this person sees; 'publiek' when nobody is signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "publiek"
    return next((name for _priority, name, belongs in _roles if belongs(request)), "lid")


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `rol`, `tellingen` (counts in the header) and whether this is a demo."""
    return {
        "rol": SimpleLazyObject(lambda: role_of(request)),
        "tellingen": {name: SimpleLazyObject(partial(counter, request)) for name, counter in _counters.items()},
        "postvak": bool(settings.MAILBOX_DIR),
    }
