"""What higher rooms know about a search, such as that no place fits: they register it, this room asks (layers)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placements.guidance.enums import HelpAction, HelpReason


@dataclass(frozen=True)
class Found:
    """One reason why a student needs help: a sentence without a name, the thing to do, and how much it weighs.

    Weights of this room: stage fell away 100, rejections 40 to 90, waiting 50, silent 30, profile 25, searching long 20,
    little travel 10. `is_structural`: searching harder does not help, a place is needed.
    """

    code: HelpReason
    sentence: str
    action: HelpAction
    weight: int
    is_structural: bool = False
    cause: str = ""  # names the episode, so that the night makes one task of it and no second one


Provider = Callable[[Collection[int]], Mapping[int, Found]]

_providers: dict[str, Provider] = {}


def register_reason(name: str, provider: Provider) -> None:
    """Ask `provider` too why students need help; the same name again replaces it. Called by a higher room in `ready()`.

    It gets the primary keys of open searches of one school and answers for those it knows something about, in one query.
    """
    _providers[name] = provider


def found_elsewhere(searches: Collection[int]) -> dict[int, list[Found]]:
    """Return what higher rooms say about these searches."""
    told: dict[int, list[Found]] = {}
    if searches:
        for provider in _providers.values():
            for search, found in provider(searches).items():
                told.setdefault(search, []).append(found)
    return told
