"""Rooms above this one add their own rows to the demo."""

import datetime as dt
from collections.abc import Callable

Filler = Callable[[dt.date], str]
_fillers: list[Filler] = []


def register_filler(filler: Filler) -> None:
    """Call `filler` with the demo's day once everything else is there, in the same transaction; it returns a line to show."""
    _fillers.append(filler)


def fill(day: dt.date) -> list[str]:
    """Let every room add its rows; return what they say."""
    return [filler(day) for filler in _fillers]
