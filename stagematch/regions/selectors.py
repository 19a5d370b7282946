"""Finding places and distances on the middle of postcode areas: precise enough to choose, vague enough for privacy."""

import math
import re

from stagematch.regions.models import PostcodeArea

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def haversine_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the distance over the ground in kilometres between two points in degrees (haversine formula)."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def distance_km(a: PostcodeArea, b: PostcodeArea) -> float:
    """Return the distance in kilometres between the middles of two postcode areas, as the crow flies."""
    return haversine_km(a.latitude, a.longitude, b.latitude, b.longitude)


def find_place(text: str) -> PostcodeArea | None:
    """Find what somebody typed: '2312 AB', '2312' or 'Leiden'; of a place, the area in its middle. None when unknown."""
    text = text.strip()
    if found := re.fullmatch(r"([1-9]\d{3})\s?(?:[A-Za-z]{2})?", text):
        return PostcodeArea.objects.filter(pc4=found.group(1)).first()
    if not text or len(text) > 120:
        return None
    areas = list(PostcodeArea.objects.filter(place__iexact=text).order_by("pc4"))
    if not areas and len(text) >= 3:
        starting = PostcodeArea.objects.filter(place__unaccent__istartswith=text).order_by("place", "pc4")
        areas = list(starting[:40])
        areas = [area for area in areas if area.place == areas[0].place]
    if not areas:
        return None
    lat = sum(a.latitude for a in areas) / len(areas)
    lon = sum(a.longitude for a in areas) / len(areas)
    return min(areas, key=lambda a: (haversine_km(a.latitude, a.longitude, lat, lon), a.pc4))
