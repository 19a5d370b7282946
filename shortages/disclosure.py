"""Which figures about students may leave their own school, and how they are made safe first (product R9).

The promise, the attack model and the proof are in docs/disclosure.md. In short: the students of one school, period and
situation stand in one fixed row (a `chain`), by where they live, leerjaar, opleiding and days. We count along the row
and round every running total to a multiple of `STEP`, each with a secret offset of its own that never changes. The
difference of two neighbouring totals is the protected size of a group. Every figure that is published, at whatever
level, is a sum of protected sizes and of nothing else: so all tables add up, and nobody can take more out of them than
the protected sizes, which leave at least nine possibilities for every group, on every night and over all nights.

Pure functions: no clock, no database, no settings.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TypeVar

from stagematch.few import at_least as _at_least
from stagematch.few import fraction, fractions

STEP = 5  # totals are rounded to a multiple of this; a group's protected size is one too
LEAST = 5  # numbers about fewer students than this are not shown (R9)
NOBODIES = 8  # groups that do not exist, at either end of a row
RUN_DEVIATION = 2.9  # standard deviation, in students, of one unbroken stretch of a chain (tests measure it)

PLACED, TALKING, STRUCTURAL, FRICTIONAL = "placed", "talking", "structural", "frictional"
SITUATIONS = (PLACED, TALKING, STRUCTURAL, FRICTIONAL)  # together every student, none of them twice
MEASURES: dict[str, tuple[str, ...]] = {
    "students": SITUATIONS,
    "placed": (PLACED,),
    "talking": (TALKING,),
    "open": (STRUCTURAL, FRICTIONAL),
    "structural": (STRUCTURAL,),
    "frictional": (FRICTIONAL,),
}

Place = tuple[str, ...]  # where a group stands in its row; compared from left to right
Chain = tuple[str, ...]  # school, period, situation
Row = TypeVar("Row", bound=Hashable)


@dataclass(frozen=True)
class Figure:
    """What is shown of one group: a multiple of five and how far off it may be (19 in 20), or nothing."""

    value: int | None
    margin: int


def offset(secret: bytes, chain: Chain, place: Place) -> float:
    """Return the secret number of students, from 0 up to `STEP`, that is added before rounding; the same every night."""
    return _offsets(secret, chain, [place])[0]


def _offsets(secret: bytes, chain: Chain, places: Iterable[Place]) -> list[float]:
    """The `offset` of every place of a chain."""
    names = ("\x1f".join(place) for place in places)
    return [part * STEP for part in fractions(secret, "offset", "\x1f".join(chain), last=names)]


def counts_from_the_left(secret: bytes, chain: Chain) -> bool:
    """Tell in which direction totals are kept in order: a secret coin per chain, so that neither side is favoured."""
    return _fraction(secret, "direction", chain, ()) < 0.5


@lru_cache(maxsize=1 << 12)  # the few of a chain itself, the same every night
def _fraction(secret: bytes, what: str, chain: Chain, place: Place) -> float:
    return fraction(secret, what, "\x1f".join(chain), "\x1f".join(place))


def protect(chain: Chain, groups: Mapping[Place, float], secret: bytes) -> dict[Place, int]:
    """Return the protected size of every group of one chain; a multiple of `STEP`, and never below 0.

    `groups` holds the students (or the part of them) per place in the row; empty groups may be left out. Groups whose
    protected size is 0 are left out of the answer: whether a group exists at all cannot be read from it.
    """
    places = sorted(place for place, amount in groups.items() if amount > 0)
    before, after = _nobody(secret, chain, "before"), _nobody(secret, chain, "after")
    borders = [*before, *places, *after]
    amounts = [*before.values(), *(groups[place] for place in places), *after.values()]
    marks = [
        STEP * math.floor((round(total, 6) + offset) / STEP)
        for total, offset in zip(accumulate(amounts), _offsets(secret, chain, borders), strict=True)
    ]
    # Offsets differ, so a total may come out below the one before it. That would tell something about the offsets.
    if counts_from_the_left(secret, chain):
        marks = list(accumulate(marks, max))
    else:
        marks = list(accumulate(reversed(marks), min))[::-1]
    shown = marks[len(before) - 1 : len(before) + len(places)]
    steps = zip(places, pairwise(shown), strict=True)
    return {place: this - last for place, (last, this) in steps if this > last}


def _nobody(secret: bytes, chain: Chain, side: str) -> dict[Place, int]:
    """The groups of students who do not exist at an end of a row: secret, the same every night, never counted.

    Without them the first group would be known better than the others, and keeping totals in order would push the sum
    of a row up: in the middle of a row that evens out.
    """
    return {
        (f"nobody {side}", str(number)): 1 + int(_fraction(secret, "nobody", chain, (side, str(number))) * 2)
        for number in range(NOBODIES)
    }


def tabulate(
    chains: Mapping[Chain, Mapping[Place, float]],
    rows_of: Callable[[Chain, Place], Iterable[Row]],
    secret: bytes,
    measures: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[Row, dict[str, Figure]]:
    """Return for every row of the fixed list of tables what is shown of each measure.

    The last part of a chain's name is the situation that `measures` (by default `MEASURES`) add up. `rows_of` says in
    which rows a group counts. Only protected sizes go in; whether a figure is shown depends on them alone, so that an
    empty cell tells nothing more than a filled one.
    """
    sizes: dict[tuple[Row, str], int] = defaultdict(int)
    stretches: dict[tuple[Row, str], int] = defaultdict(int)
    for chain, groups in chains.items():
        situation = chain[-1]
        before: dict[Row, int] = {}
        for number, (place, size) in enumerate(sorted(protect(chain, groups, secret).items())):
            for row in rows_of(chain, place):
                sizes[row, situation] += size
                if before.get(row) != number - 1:
                    stretches[row, situation] += 1
                before[row] = number
    rows = {row for row, _situation in sizes}
    return {
        row: {
            name: figure(sum(sizes[row, part] for part in parts), sum(stretches[row, part] for part in parts))
            for name, parts in (measures or MEASURES).items()
        }
        for row in rows
    }


def figure(size: int, stretches: int) -> Figure:
    """Return what is shown of a sum of protected sizes from that many unbroken stretches.

    Shown only when it is about at least `LEAST` students with its margin taken off; for one stretch that is 15, which
    no group below 7 students can get.
    """
    margin = STEP * math.ceil(2 * RUN_DEVIATION * math.sqrt(stretches) / STEP)
    return Figure(size if size - margin >= LEAST else None, margin)


def at_least(size: int, secret: bytes, what: tuple[str, ...]) -> int | None:
    """Return a multiple of five that is not above `size`, or None when fewer than ten are left of it.

    For figures that say 'at least': the number of students a kind of extra place helps. `what` names the figure.
    """
    return _at_least(size, *what, key=secret)
