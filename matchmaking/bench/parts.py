"""Parts of `bin/bench` of rooms above this one."""

from collections.abc import Callable

Say = Callable[[str], None]
Part = Callable[[Say], str | dict[str, str]]
_parts: dict[str, Part] = {}


def register_part(name: str, part: Part) -> None:
    """Let `bin/bench <name>` call `part`, which tells how it gets on and returns markdown for docs/benchmarks.md.

    As a dictionary for more than one section: what comes after the name of the part, and the markdown.
    """
    _parts[name] = part


def others() -> dict[str, Part]:
    """Every part that was registered, by name."""
    return dict(_parts)
