"""The tile map, the table of leerjaren and days, and the tiles of the headline, from cells that were read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shortages.dashboard.areas import Area
from shortages.dashboard.cells import Row, Totals
from shortages.dashboard.tiles import lay_out
from shortages.dashboard.words import days_words, level, wrap

MOST_TILES = 24
MOST_DAY_COLUMNS = 5
MOST_UNITS = 105
TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 100, 92, 6
LETTERS = 11
"""So many letters of ordinary width fit on a line of a tile."""
UNKNOWN = "onbekend"


@dataclass(frozen=True)
class Line:
    """A line of a name on a tile."""

    y: int
    text: str

    @property
    def is_squeezed(self) -> bool:
        """Whether the letters stand closer together, so that it fits."""
        return len(self.text) > LETTERS


@dataclass(frozen=True)
class Tile:
    """An area on the map, or in the table below it. `column` and `row` are None for what is not on the map."""

    name: str
    totals: Totals
    level: int
    url: str
    column: int | None = None
    row: int | None = None
    lines: tuple[Line, ...] = ()

    @property
    def transform(self) -> str:
        across, down = self.column or 0, self.row or 0
        return f"translate({across * (TILE_WIDTH + TILE_GAP)} {down * (TILE_HEIGHT + TILE_GAP)})"

    @property
    def label(self) -> str:
        """What a screen reader says, and what a mouse that rests on it shows: it begins with what the tile says."""
        text = ngettext("%(n)d student zonder plek", "%(n)d studenten zonder plek", self.totals.open)
        return f"{' '.join(line.text for line in self.lines)} {text % {'n': self.totals.open}}"


@dataclass(frozen=True)
class TileMap:
    """The map: tiles with their places, and the same areas as rows, the most students without a place first."""

    tiles: list[Tile]
    rows: list[Tile]
    columns: int
    width: int
    height: int

    @property
    def left_out(self) -> int:
        """Areas that have students but no tile."""
        return len(self.rows) - len(self.tiles)


def map_of(rows: Iterable[Row], areas: Mapping[int, Area], url: Callable[[str], str]) -> TileMap:
    """Draw the areas where students live: a tile for those with most students without a place, a row for all.

    `url` gives the address for the code of an area.
    """
    members: dict[Area | None, list[Row]] = {}
    for row in rows:
        members.setdefault(areas.get(row.municipality or 0), []).append(row)
    totals = {area: Totals.of(found) for area, found in members.items()}
    order = sorted(
        totals,
        key=lambda area: (-totals[area].open, -totals[area].students, (area.name, area.code) if area else ("~",)),
    )
    most = max((total.open for total in totals.values()), default=0)
    shown = [area for area in order if area is not None][:MOST_TILES]
    columns = 4 if len(shown) <= 10 else 5 if len(shown) <= 16 else 6
    spots = lay_out({area.code: (area.latitude, area.longitude) for area in shown}, columns=columns)
    made = [
        _tile(area, totals[area], most, spots.get(area.code) if area else None, url(area.code if area else UNKNOWN))
        for area in order
    ]
    across = max((column for column, _row in spots.values()), default=0) + 1
    down = max((row for _column, row in spots.values()), default=0) + 1
    return TileMap(
        tiles=sorted(
            (tile for tile in made if tile.row is not None), key=lambda tile: (tile.row or 0, tile.column or 0)
        ),
        rows=made,
        columns=across,
        width=across * (TILE_WIDTH + TILE_GAP) - TILE_GAP,
        height=down * (TILE_HEIGHT + TILE_GAP) - TILE_GAP,
    )


def _tile(area: Area | None, totals: Totals, most: int, spot: tuple[int, int] | None, url: str) -> Tile:
    name = area.name if area else _("Woonplaats onbekend")
    column, row = spot if spot else (None, None)
    lines = tuple(Line(20 + 17 * number, text) for number, text in enumerate(wrap(name, width=LETTERS)))
    return Tile(name, totals, level(totals.open, most), url, column, row, lines)


@dataclass(frozen=True)
class Heat:
    """A cell of the table of leerjaren and days."""

    number: int
    level: int
    url: str


@dataclass(frozen=True)
class HeatRow:
    """A leerjaar with a cell per column of days."""

    year: int
    cells: list[Heat]
    total: int
    url: str


@dataclass(frozen=True)
class HeatTable:
    """Students without a place per leerjaar and days."""

    columns: list[str]
    rows: list[HeatRow]
    totals: list[int]


def heat_of(rows: Sequence[Row], url: Callable[..., str]) -> HeatTable:
    """Count per leerjaar and days: the days most students have, the rest in one column. `url` takes leerjaar and dagen."""
    sizes: dict[int, int] = {}
    for row in rows:
        sizes[row.days] = sizes.get(row.days, 0) + row.open
    order = sorted(sizes, key=lambda mask: (-sizes[mask], mask))
    shown = order if len(order) <= MOST_DAY_COLUMNS + 1 else order[:MOST_DAY_COLUMNS]
    columns = [[mask] for mask in sorted(shown, key=lambda mask: (mask.bit_count(), mask))]
    names = [days_words(mask) for [mask] in columns]
    if len(shown) < len(order):
        columns.append(sorted(set(order) - set(shown)))
        names.append(_("andere dagen"))
    place = {mask: number for number, masks in enumerate(columns) for mask in masks}
    years = sorted({row.year for row in rows})
    numbers = {year: [0] * len(columns) for year in years}
    for row in rows:
        numbers[row.year][place[row.days]] += row.open
    most = max((number for line in numbers.values() for number in line), default=0)

    def cell(year: int, number: int, masks: list[int]) -> Heat:
        days = ",".join(str(mask) for mask in masks)
        return Heat(number, level(number, most), url(leerjaar=str(year), dagen=days))

    table = [
        HeatRow(
            year=year,
            cells=[cell(year, number, masks) for number, masks in zip(line, columns, strict=True)],
            total=sum(line),
            url=url(leerjaar=str(year)),
        )
        for year, line in numbers.items()
    ]
    return HeatTable(names, table, [sum(column) for column in zip(*numbers.values(), strict=True)])


@dataclass(frozen=True)
class Units:
    """A stoeptegel per student without a place, or per `worth` students when there are many."""

    structural: int
    friction: int
    worth: int

    @classmethod
    def of(cls, totals: Totals) -> "Units":
        """So many tiles that they fit."""
        worth = next(n for n in _worths() if -(-totals.open // n) <= MOST_UNITS)
        return cls(round(totals.structural / worth), round(totals.friction / worth), worth)


def _worths() -> Iterable[int]:
    return (n * 10**power for power in range(9) for n in (1, 2, 5))
