"""Saving what somebody typed when a form comes in too late: signed out meanwhile, or with an old safety token.

A room that can prove whose form it was registers a rescuer; the page for refused forms asks them before it says sorry.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Rescuer = Callable[[HttpRequest], HttpResponseBase | None]
_rescuers: list[Rescuer] = []


def register(rescuer: Rescuer) -> None:
    """Ask `rescuer(request)` about every refused form; None means 'not mine'. Called in `ready()`."""
    if rescuer not in _rescuers:
        _rescuers.append(rescuer)


def rescue(request: HttpRequest) -> HttpResponseBase | None:
    """Return the answer of the first rescuer that could keep what was typed, or None."""
    return next((answer for rescuer in _rescuers if (answer := rescuer(request)) is not None), None)
