"""The numbers on the home page. Rooms above register what they can count; a number that is 0 is not shown."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language

CACHE_KEY = "home-numbers"
CACHE_SECONDS = 15 * 60


@dataclass(frozen=True)
class Number:
    """One number with the words beside it."""

    value: int
    label: str


_counters: list[tuple[int, Callable[[], Number]]] = []


def register_counter(position: int, counter: Callable[[], Number]) -> None:
    """Add a number to the home page at this position; `counter` counts now."""
    _counters.append((position, counter))
    _counters.sort(key=lambda entry: entry[0])


def forget() -> None:
    """Count anew at the next look, in every language."""
    cache.delete_many([f"{CACHE_KEY}:{code}" for code, _name in settings.LANGUAGES])


def numbers() -> list[Number]:
    """Return the numbers to show, counted at most once in 15 minutes."""
    key = f"{CACHE_KEY}:{get_language()}"  # the words beside the numbers are kept too
    found: list[Number] | None = cache.get(key)
    if found is None:
        found = [counter() for _position, counter in _counters]
        cache.set(key, found, CACHE_SECONDS)
    return [number for number in found if number.value]
