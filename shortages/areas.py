"""In which province, COROP-gebied and arbeidsmarktregio a gemeente lies on a day, and what areas are called."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import CharField, Count, Q, Value

from shortages.enums import AreaLevel
from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region

COUNTRY = "NL"
UNKNOWN = ""  # where a student lives who did not fill in a postcode yet
LEVELS = {
    Region.Kind.PROVINCE: AreaLevel.PROVINCE,
    Region.Kind.COROP: AreaLevel.COROP,
    Region.Kind.LABOUR_MARKET: AreaLevel.LABOUR_MARKET,
}


@dataclass(frozen=True)
class Where:
    """The codes of the areas a gemeente lies in; empty when that is not known."""

    municipality: str = UNKNOWN
    province: str = UNKNOWN
    corop: str = UNKNOWN
    labour_market: str = UNKNOWN

    def areas(self) -> Iterable[tuple[AreaLevel, str]]:
        """Yield every area it lies in, from large to small."""
        yield AreaLevel.COUNTRY, COUNTRY
        for level, code in (
            (AreaLevel.PROVINCE, self.province),
            (AreaLevel.COROP, self.corop),
            (AreaLevel.LABOUR_MARKET, self.labour_market),
            (AreaLevel.MUNICIPALITY, self.municipality),
        ):
            if code:
                yield level, code


@dataclass
class _Found:
    weights: dict[AreaLevel, tuple[int, str]] = field(default_factory=dict)

    def offer(self, level: AreaLevel, code: str | None, weight: int) -> None:
        """Keep the area with most postcodes; the code decides between equals, so that it is the same every night."""
        if code and (weight, code) > self.weights.get(level, (0, "")):
            self.weights[level] = (weight, code)

    def code(self, level: AreaLevel) -> str:
        return self.weights.get(level, (0, UNKNOWN))[1]


_CERTAIN = 1_000_000  # an official division outweighs any number of postcodes


def where_of(day: dt.date) -> dict[int | None, Where]:
    """Return for every gemeente (primary key) where it lies on `day`; for None, that this is not known. Three queries."""
    codes = dict(Municipality.objects.values_list("pk", "code"))
    places = _places(day)
    nowhere = Where()
    return {pk: places.get(code, Where(municipality=code)) for pk, code in codes.items()} | {None: nowhere}


def homes_of(day: dt.date) -> list[dict[AreaLevel, str]]:
    """Return for every gemeente that has postcodes the areas it lies in on `day`. Two queries."""
    return [dict(place.areas()) for place in _places(day).values()]


def _places(day: dt.date) -> dict[str, Where]:
    """An imported division of gemeenten goes first; else a gemeente lies where most of its postcodes lie."""
    found: dict[str, _Found] = {}
    for municipality, province, corop, number in (
        PostcodeArea.objects.filter(municipality__isnull=False)
        .order_by()
        .values_list("municipality__code", "province__code", "corop__code")
        .annotate(n=Count("pk"))
    ):
        place = found.setdefault(municipality, _Found())
        place.offer(AreaLevel.PROVINCE, province, number)
        place.offer(AreaLevel.COROP, corop, number)
    links = MunicipalityRegion.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day
    ).values_list("municipality__code", "region__kind", "region__code")
    for municipality, kind, code in links:
        found.setdefault(municipality, _Found()).offer(LEVELS[Region.Kind(kind)], code, _CERTAIN)
    return {
        code: Where(
            municipality=code,
            province=place.code(AreaLevel.PROVINCE),
            corop=place.code(AreaLevel.COROP),
            labour_market=place.code(AreaLevel.LABOUR_MARKET),
        )
        for code, place in found.items()
    }


Names = dict[AreaLevel, dict[str, str]]


def all_names() -> Names:
    """Return the names of all areas by kind and code, in the order of the names; the newest name of each. One query."""
    names: Names = {level: {} for level in AreaLevel}
    names[AreaLevel.COUNTRY][COUNTRY] = str(AreaLevel.COUNTRY.label)
    levels = {str(kind): level for kind, level in LEVELS.items()} | {"": AreaLevel.MUNICIPALITY}
    columns = ("kind", "code", "name", "valid_from")
    gemeenten = Municipality.objects.order_by().annotate(kind=Value("", CharField())).values_list(*columns)
    rows = list(Region.objects.order_by().values_list(*columns).union(gemeenten, all=True).order_by("name"))
    newest: dict[tuple[str, str], dt.date] = {}
    for kind, code, _name, since in rows:
        newest[kind, code] = max(since, newest.get((kind, code), since))
    for kind, code, name, since in rows:
        if newest[kind, code] == since:
            names[levels[kind]][code] = name
    return names
