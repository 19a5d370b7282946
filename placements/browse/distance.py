"""Distance over the ground in SQL: a box that an index can serve, then the exact circle."""

import math

from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import ASin, Cos, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual

from stagematch.regions.models import PostcodeArea

EARTH_KM = 6371.0088
KM_PER_DEGREE = 111.195


def distance(origin: PostcodeArea, path: str = "location__postcode") -> "ExpressionWrapper[CombinedExpression]":
    """Return the great-circle distance in km from `origin` to the postcode area at `path` (haversine)."""
    latitude, longitude = F(f"{path}__latitude"), F(f"{path}__longitude")
    half_lat = Sin(Radians(latitude - Value(origin.latitude)) / 2.0)
    half_lon = Sin(Radians(longitude - Value(origin.longitude)) / 2.0)
    chord = half_lat * half_lat + half_lon * half_lon * Cos(Radians(latitude)) * Value(
        math.cos(math.radians(origin.latitude))
    )
    return ExpressionWrapper(ASin(Sqrt(chord)) * Value(2 * EARTH_KM), output_field=FloatField())


def within(origin: PostcodeArea, km: float, path: str = "location__postcode") -> Q:
    """Return the condition that the postcode area at `path` lies at most `km` from `origin`."""
    d_lat = km / KM_PER_DEGREE
    d_lon = d_lat / math.cos(math.radians(origin.latitude))
    box = Q(
        **{
            f"{path}__latitude__range": (origin.latitude - d_lat, origin.latitude + d_lat),
            f"{path}__longitude__range": (origin.longitude - d_lon, origin.longitude + d_lon),
        }
    )
    return box & Q(LessThanOrEqual(distance(origin, path), km))
