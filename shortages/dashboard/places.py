"""'Plekken in de regio' on 'Tekort in beeld': the places of the areas that a school's students live in.

A place that is taken or reacted to says something about a student, and mostly of another school; one without supervision
is one that nobody is spoken to about. So these are the figures that everybody may see (docs/disclosure.md): in fives,
and empty when there are too few; all places are those taken and those one can react to. Only places one can react to are
exact: they are in the list of places. How many are spoken about is told of no area: the list would give it away.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shortages.areas import COUNTRY
from shortages.dashboard.areas import Area, AreaKind
from shortages.dashboard.cells import Row
from shortages.enums import AreaLevel

FIRST = 4
_LEVEL = {
    AreaKind.MUNICIPALITY: AreaLevel.MUNICIPALITY,
    AreaKind.LABOUR_MARKET: AreaLevel.LABOUR_MARKET,
    AreaKind.COROP: AreaLevel.COROP,
    AreaKind.PROVINCE: AreaLevel.PROVINCE,
}
MEASURES = ("places", "taken", "free", "unused", "blocked")
WORDS = frozenset({"vacant", "unused", "blocked"})
"""The words of the table, explained below the page."""


@dataclass(frozen=True)
class PlaceRow:
    """The places of one area, by the words of the count; None where there are too few students to show."""

    name: str
    places: int | None = None
    taken: int | None = None
    free: int = 0
    unused: int | None = None
    blocked: int | None = None

    @property
    def numbers(self) -> list[int | None]:
        """In the order of the table."""
        return [getattr(self, name) for name in MEASURES]

    @property
    def cells(self) -> list[tuple[str, int | None]]:
        """With the head of its column, for a narrow screen."""
        return list(zip(heads(), self.numbers, strict=True))


def heads() -> list[str]:
    """The heads of the columns."""
    return [
        _("Plekken"), _("Bezet"), _("Om op te reageren"), _("Vrij, niemand reageerde"), _("Vrij, geen begeleider"),
    ]  # fmt: skip


def places_of(
    published: Iterable[Mapping[str, Any]],
    *,
    period: int,
    kind: AreaKind,
    areas: Mapping[int, Area],
    rows: Sequence[Row],
) -> list[PlaceRow]:
    """Return the areas in which students of the school live, those with most without a place first, and the country.

    `published` are the figures of the night (`cells.Counted`); nothing when there are none. No query.
    """
    near = _by_need(rows, areas)
    found = {
        (row["level"], row["code"]): {name: row[name] for name in MEASURES}
        for row in published
        if row["period"] == period
    }
    if not found:
        return []
    country = found.get((AreaLevel.COUNTRY, COUNTRY), {})
    return [
        *(_row(area.name, found.get((_LEVEL[kind], area.code), {})) for area in near),
        _row(_("Heel Nederland"), country),
    ]


def first_of(rows: Sequence[PlaceRow]) -> list[PlaceRow]:
    """The first areas, and the country."""
    return [*rows[:-1][:FIRST], *rows[-1:]]


def _row(name: str, numbers: Mapping[str, Any]) -> PlaceRow:
    return PlaceRow(name, **{**numbers, "free": numbers.get("free") or 0})


def _by_need(rows: Iterable[Row], areas: Mapping[int, Area]) -> Collection[Area]:
    sizes: dict[Area, int] = {}
    for row in rows:
        area = areas.get(row.municipality or 0)
        if area is not None:
            sizes[area] = sizes.get(area, 0) + row.open
    return sorted(sizes, key=lambda area: (-sizes[area], area.name))
