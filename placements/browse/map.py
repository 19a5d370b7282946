"""The map: numbers on a schematic Netherlands, one per area or, when zoomed in, one per place."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Avg, Count, F, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placements.browse.listing import Listing
from placements.browse.pager import address

WIDTH, HEIGHT = 820, 560
# Where the drawing of the regions lies in the national grid: 500 metres a unit, from its left top corner.
UNIT_METRES, OFFSET_X, OFFSET_Y = 500.0, -21.93, 1242.88
PIN_WIDTH, PIN_HEIGHT = 58, 50
PIN_TIP = 32
MOST_PINS = 60


def to_drawing(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the point on the drawing for WGS 84 degrees, through the national grid (RD).

    The polynomial is the usual approximation of Schreutelkamp and Strang van Hees, good to a metre in the country.
    """
    p, q = (latitude - 52.15517440) * 0.36, (longitude - 5.38720621) * 0.36
    x = 155000 + 190094.945 * q - 11832.228 * p * q - 114.221 * p * p * q - 32.391 * q**3 - 2.340 * p**3 * q
    y = 463000 + 309056.544 * p + 3638.893 * q * q + 73.077 * p * p - 157.984 * p * q * q + 59.788 * p**3
    return x / UNIT_METRES + OFFSET_X, OFFSET_Y - y / UNIT_METRES


@lru_cache(maxsize=1)
def outlines() -> list[tuple[str, str]]:
    """Return (name, path) of every region of the schematic map, read once."""
    file = Path(settings.BASE_DIR) / "stagematch" / "regions" / "data" / "corop_map.json"
    regions = json.loads(file.read_text(encoding="utf-8"))["regions"]
    return [(region["name"], region["path"]) for region in regions.values()]


@dataclass
class Pin:
    """A number on the map: how many places are free there, and where it leads."""

    name: str
    x: float
    y: float
    places: int
    vacancies: int
    url: str
    merged: int = 0

    @property
    def label(self) -> str:
        """What a screen reader says."""
        name = _("%(name)s en omgeving") % {"name": self.name} if self.merged else self.name
        free = ngettext("%(n)s vrije plek", "%(n)s vrije plekken", self.places) % {"n": self.places}
        return f"{name}: {free}"

    @property
    def transform(self) -> str:
        return f"translate({self.x:.0f} {self.y - PIN_TIP:.0f})"  # the tip stands on the place


@dataclass(frozen=True)
class Map:
    """Everything the drawing needs; `transform` places the regions, the pins are in pixels of the drawing."""

    pins: list[Pin]
    transform: str
    you: tuple[int, int] | None
    zoomed: bool
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def shapes(self) -> list[tuple[str, str]]:
        return outlines()


def draw(listing: Listing) -> Map:
    """Draw what was found. Per area for the whole country, per place once a region or place was chosen. One query."""
    zoomed = bool(listing.filters.radius_km or listing.chosen.get("regio"))
    postcode = "location__postcode"
    key = [f"{postcode}__place"] if zoomed else [f"{postcode}__corop__name", f"{postcode}__corop__code"]
    rows = (
        listing.found()
        .values_list(*key)
        .annotate(
            lat=Avg(f"{postcode}__latitude"),
            lon=Avg(f"{postcode}__longitude"),
            free=Sum(F("places") - F("places_taken")),
            n=Count("pk"),
        )
        .order_by("-free")
    )
    pins = []
    for row in rows:
        *names, latitude, longitude, free, number = row
        if not names[0]:
            continue
        x, y = to_drawing(latitude, longitude)
        pins.append(Pin(names[0], x, y, free, number, _pin_url(listing.query, names, zoomed=zoomed)))
    home = listing.filters.origin
    you = to_drawing(home.latitude, home.longitude) if home is not None else None
    scale, dx, dy = _window([(p.x, p.y) for p in pins] + ([you] if you and zoomed else []), zoomed=zoomed)
    for pin in pins:
        pin.x, pin.y = pin.x * scale + dx, pin.y * scale + dy
    spot = (round(you[0] * scale + dx), round(you[1] * scale + dy)) if you else None
    return Map(_merge(pins)[:MOST_PINS], f"translate({dx:.1f} {dy:.1f}) scale({scale:.3f})", spot, zoomed)


def _pin_url(query: QueryDict, names: list[str], *, zoomed: bool) -> str:
    """A place leads to its list, an area zooms in."""
    if zoomed:
        return address(query, plaats=names[0], afstand="5", regio=None)
    return address(query, regio=names[1], plaats=None, afstand=None)


def _window(points: list[tuple[float, float]], *, zoomed: bool) -> tuple[float, float, float]:
    """Return scale and shift that show all points with room around; the whole country when not zoomed."""
    if not zoomed or not points:
        left, top, right, bottom = 0.0, 0.0, 535.0, 635.0
        margin = 6.0
    else:
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        # At least 12 km across, so that one place does not fill the drawing with a single field of colour.
        half_x, half_y = max((max(xs) - min(xs)) / 2, 24.0), max((max(ys) - min(ys)) / 2, 16.0)
        left, right, top, bottom = middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y
        margin = 62.0
    scale = min((WIDTH - 2 * margin) / (right - left), (HEIGHT - 2 * margin) / (bottom - top))
    dx = WIDTH / 2 - scale * (left + right) / 2
    dy = HEIGHT / 2 - scale * (top + bottom) / 2
    return scale, dx, dy


def _merge(pins: list[Pin]) -> list[Pin]:
    """Join pins that would cover each other with the biggest of them, so that every number can be read and touched."""
    kept: list[Pin] = []
    for pin in sorted(pins, key=lambda p: (-p.places, p.name)):
        for other in kept:
            if abs(other.x - pin.x) < PIN_WIDTH and abs(other.y - pin.y) < PIN_HEIGHT:
                other.places += pin.places
                other.vacancies += pin.vacancies
                other.merged += 1
                break
        else:
            kept.append(pin)
    return kept
