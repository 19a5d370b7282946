"""Blocks that higher rooms put on the student's overview, such as the proposals of last night."""

from collections.abc import Callable
from typing import Any

from students.models import Student

Panel = tuple[str, dict[str, Any]]
Provider = Callable[[Student], list[Panel]]

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Add a block; the same name again replaces it. Called by a higher app in `ready()`."""
    _providers[name] = provider


def panels_for(student: Student) -> list[Panel]:
    """Return (template, context) of every block that has something to say to this student, in order of registration."""
    return [panel for provider in _providers.values() for panel in provider(student)]
