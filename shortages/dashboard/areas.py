"""Which area a gemeente counts for, and where that area lies; the reader chooses the kind of area."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from stagematch.regions.models import MunicipalityRegion, PostcodeArea, Region


class AreaKind(models.TextChoices):
    """What one tile of the map is."""

    MUNICIPALITY = "gemeente", _("gemeente")
    LABOUR_MARKET = "arbeidsmarktregio", _("arbeidsmarktregio")
    COROP = "corop", _("COROP-gebied")
    PROVINCE = "provincie", _("provincie")


REGIONS = (AreaKind.LABOUR_MARKET, AreaKind.COROP, AreaKind.PROVINCE)


@dataclass(frozen=True)
class Area:
    """One area: its key, its code in addresses, its name, and the middle of what lies in it in degrees."""

    pk: int
    code: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Atlas:
    """The area of every kind that each gemeente (primary key) lies in, as far as known."""

    areas: Mapping[str, Mapping[int, Area]] = field(default_factory=dict)
    knows_labour_market: bool = False

    def of(self, kind: str) -> Mapping[int, Area]:
        """Return the area of this kind per gemeente; one that lies in none is not in it."""
        return self.areas.get(kind, {})

    @property
    def kinds(self) -> list[AreaKind]:
        """The kinds to choose from: arbeidsmarktregio's only where it is known which gemeenten they have."""
        return [kind for kind in AreaKind if self.knows_labour_market or kind != AreaKind.LABOUR_MARKET]


@dataclass(frozen=True)
class _Spot:
    """The postcodes of one gemeente in one area, and their middle."""

    municipality: int
    pk: int
    code: str
    name: str
    latitude: float
    longitude: float
    weight: int


def atlas_of(municipalities: Collection[int], day: dt.date) -> Atlas:
    """Return where these gemeenten (primary keys) lie on `day`. One query, and none when there are no gemeenten.

    A gemeente on the border of two COROP areas counts for the one that has most of its postcodes.
    """
    if not municipalities:
        return Atlas()
    links = MunicipalityRegion.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        region__kind=Region.Kind.LABOUR_MARKET,
        valid_from__lte=day,
    )
    mine = links.filter(municipality=OuterRef("municipality")).order_by("-valid_from", "pk")
    columns = {
        AreaKind.MUNICIPALITY: ("municipality", "municipality__code", "municipality__name"),
        AreaKind.LABOUR_MARKET: ("labour", "labour_code", "labour_name"),
        AreaKind.COROP: ("corop", "corop__code", "corop__name"),
        AreaKind.PROVINCE: ("province", "province__code", "province__name"),
    }
    rows: QuerySet[Any, dict[str, Any]] = (
        PostcodeArea.objects.filter(municipality__in=municipalities)
        .order_by()
        .annotate(
            labour=Subquery(mine.values("region")[:1]),
            labour_code=Subquery(mine.values("region__code")[:1]),
            labour_name=Subquery(mine.values("region__name")[:1]),
            any_labour=Exists(links),
        )
        .values("any_labour", *(name for names in columns.values() for name in names))
        .annotate(latitude_mean=Avg("latitude"), longitude_mean=Avg("longitude"), n=Count("pk"))
    )
    found = list(rows)
    areas = {
        kind.value: _areas(
            _Spot(
                row["municipality"],
                row[pk],
                row[code] or "",
                row[name] or "",
                row["latitude_mean"],
                row["longitude_mean"],
                row["n"],
            )
            for row in found
            if row[pk] is not None
        )
        for kind, (pk, code, name) in columns.items()
    }
    return Atlas(areas, any(row["any_labour"] for row in found))


def _areas(spots: Iterable[_Spot]) -> dict[int, Area]:
    """The area per gemeente, each with the middle of the postcodes of its gemeenten here."""
    weights: dict[tuple[int, int], int] = {}
    everything = list(spots)
    for spot in everything:
        weights[spot.municipality, spot.pk] = weights.get((spot.municipality, spot.pk), 0) + spot.weight
    chosen: dict[int, int] = {}
    for (municipality, pk), _weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        chosen.setdefault(municipality, pk)
    inside: dict[int, list[_Spot]] = {}
    for spot in everything:
        if chosen[spot.municipality] == spot.pk:
            inside.setdefault(spot.pk, []).append(spot)
    areas = {}
    for pk, members in inside.items():
        weight = sum(spot.weight for spot in members)
        areas[pk] = Area(
            pk,
            members[0].code,
            members[0].name,
            sum(spot.latitude * spot.weight for spot in members) / weight,
            sum(spot.longitude * spot.weight for spot in members) / weight,
        )
    return {municipality: areas[pk] for municipality, pk in chosen.items()}
