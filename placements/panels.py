"""Blocks that higher rooms put on the student's overview, such as the proposals of last night."""

from collections.abc import Callable
from typing import Any

from students.models import Student

Panel = tuple[str, dict[str, Any]]
Provider = Callable[[Student], list[Panel]]

_providers: dict[str, tuple[Provider, str]] = {}


def register(name: str, provider: Provider, *, needs: str = "") -> None:
    """Add a block; the same name again replaces it. Called by a higher app in `ready()`.

    `needs` names what a student must have (a field of `student_page.Has`) before the provider is asked at all.
    """
    _providers[name] = (provider, needs)


def panels_for(student: Student, has: object) -> list[Panel]:
    """Return (template, context) of every block that has something to say to this student, in order of registration."""
    asked = [provider for provider, needs in _providers.values() if not needs or getattr(has, needs)]
    return [panel for provider in asked for panel in provider(student)]
