"""Days and scales as the page says them."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from organisations.enums import Weekday
from organisations.weekdays import days_of, listing, short

_BREAKS = re.compile(r"(?<=[a-z]{3})([-/])")  # not in 's-Gravenhage
STEPS = (0.2, 0.4, 0.65)
LEAST_SCALE = 10


def days_words(mask: int) -> str:
    """Return a set of days for a narrow column: 'ma en di', 'ma t/m vr'."""
    days = days_of(mask)
    order = list(Weekday)
    names = short(mask).split(", ")
    if len(days) > 2 and order.index(days[-1]) - order.index(days[0]) == len(days) - 1:
        return _("%(first)s t/m %(last)s") % {"first": names[0], "last": names[-1]}
    return listing(names)


def level(number: int, most: int) -> int:
    """Return how dark a tile is, 0 to 4: nothing, and then shares of the largest; small numbers are never darkest."""
    if number <= 0:
        return 0
    scale = max(most, LEAST_SCALE)
    return 1 + sum(number >= step * scale for step in STEPS)


def wrap(name: str, *, width: int, lines: int = 3) -> list[str]:
    """Return a name in at most `lines` lines of about `width` letters, broken at spaces and hyphens, else within a word."""
    parts = [part for word in _BREAKS.sub(r"\1\n", name).split(" ") for part in _parts(word, width)]
    found: list[str] = []
    glue = ""
    for part, ends_word in parts:
        if found and len(found[-1]) + len(glue) + len(part) <= width:
            found[-1] += glue + part
        else:
            found.append(part)
        glue = " " if ends_word else ""
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: width - 1] + "…"]
    return found


def _parts(word: str, width: int) -> Sequence[tuple[str, bool]]:
    """Pieces of one word that may stand on a line of their own, each with whether the word ends there."""
    pieces: list[str] = []
    for chunk in word.split("\n"):
        rest = chunk
        while len(rest) > width + 3:
            end = _syllable(rest, width - 1)
            pieces.append(rest[:end] + "-")
            rest = rest[end:]
        if rest:
            pieces.append(rest)
    return [(piece, number == len(pieces) - 1) for number, piece in enumerate(pieces)]


def _syllable(word: str, most: int) -> int:
    """Where a long word is best broken: before a consonant with a vowel after it, at most `most` letters in."""
    vowels = "aeiouy"
    for end in range(most, 3, -1):
        if word[end].lower() not in vowels and word[end + 1].lower() in vowels:
            return end
    return most
