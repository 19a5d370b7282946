"""Blocks and numbers that higher rooms put on the pages of an organisation and of a team.

A provider returns what it has to say, or nothing; it never sees more than the person who looks may see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from organisations.models import Organisation, Team

Panel = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Figure:
    """One number with its words, e.g. 6 'werkdagen tot het antwoord, meestal'."""

    value: int
    label: str


_organisation: dict[str, Callable[[Organisation, HttpRequest], list[Panel]]] = {}
_figures: dict[str, Callable[[Organisation], list[Figure]]] = {}
_team: dict[str, Callable[[list[Team], HttpRequest], list[Panel]]] = {}


def register_for_organisation(name: str, provider: Callable[[Organisation, HttpRequest], list[Panel]]) -> None:
    """Add blocks to the public page of an organisation; the same name again replaces them."""
    _organisation[name] = provider


def register_figures(name: str, provider: Callable[[Organisation], list[Figure]]) -> None:
    """Add numbers to the public page of an organisation."""
    _figures[name] = provider


def register_for_team(name: str, provider: Callable[[list[Team], HttpRequest], list[Panel]]) -> None:
    """Add blocks to the page of a teamcoach or praktijkbegeleider."""
    _team[name] = provider


def of_organisation(organisation: Organisation, request: HttpRequest) -> list[Panel]:
    """Return (template, context) of every block for this organisation."""
    return [panel for provider in _organisation.values() for panel in provider(organisation, request)]


def figures_of(organisation: Organisation) -> list[Figure]:
    """Return every number about this organisation."""
    return [figure for provider in _figures.values() for figure in provider(organisation)]


def of_teams(teams: list[Team], request: HttpRequest) -> list[Panel]:
    """Return (template, context) of every block for these teams."""
    return [panel for provider in _team.values() for panel in provider(teams, request)]
