"""The country as arbeidsmarktregio's or COROP-gebieden: colour, pattern and number say the same; a region leads to its own page."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortages.disclosure import STEP
from shortages.enums import AreaLevel
from stagematch.ui.numbers import grouped

SHARES = (0.2, 0.4, 0.65)
LINE, DIGIT, ROUNDS = 17, 11, 20
"""How high a number is and how wide one figure of it, in units of the drawing, as large as on a phone."""
DRAWINGS = {AreaLevel.LABOUR_MARKET: "labour_market_map.json", AreaLevel.COROP: "corop_map.json"}


@dataclass(frozen=True)
class Shape:
    """One region. `level` 0 to 4 is how dark it is; `number` is None when there are too few students to show."""

    name: str
    path: str
    number: int | None
    level: int
    url: str
    x: int
    y: int

    @property
    def label(self) -> str:
        """What a screen reader says, and what a mouse that rests on it shows."""
        if self.number is None:
            return _("%(name)s: te weinig studenten om te tonen") % {"name": self.name}
        text = ngettext("ongeveer %(n)d student zonder plek", "ongeveer %(n)d studenten zonder plek", self.number)
        return f"{self.name}: {text % {'n': self.number}}"


@dataclass(frozen=True)
class CountryMap:
    """The drawing and what its steps mean."""

    kind: AreaLevel
    shapes: list[Shape]
    view_box: str
    steps: list[tuple[int, str]]  # level, 'van 20 tot 40'


@lru_cache(maxsize=len(DRAWINGS))
def _drawn(kind: AreaLevel) -> tuple[str, list[tuple[str, str, str, int, int]]]:
    """The outlines (code, name, path) with a point well inside each, read once."""
    file = settings.BASE_DIR / "stagematch" / "regions" / "data" / DRAWINGS[kind]
    data = json.loads(file.read_text(encoding="utf-8"))
    regions = [(code, found["name"], found["path"], *_middle(found["path"])) for code, found in data["regions"].items()]
    return data["viewBox"], regions


def _middle(path: str) -> tuple[int, int]:
    """The middle of the widest horizontal stretch through the largest part of a path of straight lines."""
    rings = [
        [tuple(map(float, point.split())) for point in ring.replace("L", "|").strip(" Zz").split("|")]
        for ring in path.split("M")
        if ring.strip()
    ]
    ring = max(rings, key=lambda points: abs(_area(points)))
    rows = [point[1] for point in ring]
    best = (0.0, 0.0, 0.0)  # width, x, y
    low, high = min(rows), max(rows)
    for step in range(25, 76, 5):
        y = low + (high - low) * step / 100
        cuts = sorted(
            a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
            if (a[1] > y) != (b[1] > y)
        )
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            best = max(best, (right - left, (left + right) / 2, y))
    return round(best[1]), round(best[2])


def _area(points: list[tuple[float, ...]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) / 2


def _edges(most: int) -> list[int]:
    """The highest number of each step: multiples of five, because the figures are."""
    return [STEP * max(1, int(share * most / STEP)) for share in SHARES] + [most]


def level_of(number: int | None, edges: list[int]) -> int:
    """Return how dark a region is: 0 when not shown, else 1 to 4 by its share of the largest."""
    if not number:
        return 0
    return 1 + sum(number > edge for edge in edges[:-1])


def _apart(spots: list[tuple[int, int, int | None]]) -> list[tuple[int, int]]:
    """Return where to write each number (x, y, number): up or down a little where two would cover each other."""
    places = [[x, float(y)] for x, y, _number in spots]
    shown = sorted(
        (i for i, spot in enumerate(spots) if spot[2] is not None), key=lambda i: (places[i][1], places[i][0])
    )
    near = [
        (a, b)
        for a, b in combinations(shown, 2)
        if abs(places[a][0] - places[b][0]) * 2 < DIGIT * (len(str(spots[a][2])) + len(str(spots[b][2])))
    ]
    for _round in range(ROUNDS):
        close = [(a, b) for a, b in near if abs(places[a][1] - places[b][1]) < LINE]
        for a, b in close:
            upper, lower = (a, b) if places[a][1] <= places[b][1] else (b, a)
            push = max(0.0, LINE - (places[lower][1] - places[upper][1])) / 2
            places[upper][1] -= push
            places[lower][1] += push
        if not close:
            break
    return [(int(x), round(y)) for x, y in places]


def draw(kind: AreaLevel, numbers: Mapping[str, int | None], url: Callable[[str], str]) -> CountryMap:
    """Return the map of these numbers by code; `kind` is one of `DRAWINGS`."""
    view_box, regions = _drawn(kind)
    edges = _edges(max((number for number in numbers.values() if number), default=0))
    spots = _apart([(x, y, numbers.get(code)) for code, _name, _path, x, y in regions])
    shapes = [
        Shape(name, path, numbers.get(code), level_of(numbers.get(code), edges), url(code), *spot)
        for (code, name, path, *_middle_of), spot in zip(regions, spots, strict=True)
    ]
    steps = [
        (level, _("tot en met %(high)s") % {"high": most} if level == 1 else f"{least}–{most}")
        for level, (low, high) in enumerate(pairwise([0, *edges]), 1)
        for least, most in [(grouped(low + STEP), grouped(high))]
        if high > low
    ]
    return CountryMap(kind, shapes, view_box, steps if edges[-1] else [])
