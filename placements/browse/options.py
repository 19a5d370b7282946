"""The choices of the filters: all reference data in one query, and that query at most once a minute."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import CharField, DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.db.models.signals import post_delete, post_save

from organisations.models import Qualification, StagePeriod, TargetGroup, WorkField
from stagematch.clock import today
from stagematch.regions.models import Region

CACHE_SECONDS = 60
_SOURCES = (TargetGroup, WorkField, Qualification, StagePeriod, Region)

Row = tuple[str, int, str, str]


@dataclass(frozen=True)
class Option:
    """One choice: `value` stands in the address, `pk` in the database."""

    facet: str
    pk: int
    value: str
    label: str


class Options:
    """All choices by facet, and by facet and value. Reads the database once, or the shared cache."""

    def __init__(self) -> None:
        self.by_facet: dict[str, list[Option]] = {}
        for facet, pk, value, label in _cached_rows():
            self.by_facet.setdefault(facet, []).append(Option(facet, pk, value, label))
        self._by_value = {(o.facet, o.value): o for options in self.by_facet.values() for o in options}

    def of(self, facet: str) -> list[Option]:
        return self.by_facet.get(facet, [])

    def get(self, facet: str, value: str) -> Option | None:
        return self._by_value.get((facet, value))

    def pks(self, facet: str, values: list[str]) -> list[int]:
        return [option.pk for value in values if (option := self.get(facet, value))]


def _part(rows: QuerySet[Any], facet: str, value: str, name: str, order: str | None = None) -> QuerySet[Any, Any]:
    position = F(order) if order else Cast(Value(None), DateField())
    part: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            _facet=Value(facet, output_field=CharField()),
            _pk=F("pk"),
            _value=F(value),
            _name=F(name),
            _position=position,
        )
        .values_list("_facet", "_pk", "_value", "_name", "_position")
    )
    return part


def _key() -> str:
    # The name of the database keeps two sites on one cache apart.
    return f"filter-options:{connection.settings_dict['NAME']}"


def _cached_rows() -> list[Row]:
    """The rows of today: what is valid depends on the day, also when a job runs for another one."""
    day = today()
    cached: tuple[dt.date, list[Row]] | None = cache.get(_key())
    if cached is not None and cached[0] == day:
        return cached[1]
    rows = _rows()
    cache.set(_key(), (day, rows), CACHE_SECONDS)
    return rows


def forget(**_signal: object) -> None:
    """Read the choices anew at the next page; called when one of them is saved or deleted."""
    cache.delete(_key())


def register() -> None:
    """Watch the tables the choices come from. Called in `ready()`; what is written in bulk shows within a minute."""
    for model in _SOURCES:
        post_save.connect(forget, sender=model, dispatch_uid=f"filter-options-save-{model._meta.label}")
        post_delete.connect(forget, sender=model, dispatch_uid=f"filter-options-delete-{model._meta.label}")


def _rows() -> list[Row]:
    day = today()
    valid = Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gt=day))
    newer = Qualification.objects.filter(valid, crebo=OuterRef("crebo"), valid_from__gt=OuterRef("valid_from"))
    parts = [
        _part(TargetGroup.objects.filter(valid), "doelgroep", "slug", "name"),
        _part(WorkField.objects.filter(valid), "werkveld", "slug", "name"),
        _part(Qualification.objects.filter(valid).exclude(Exists(newer)), "opleiding", "crebo", "name"),
        _part(StagePeriod.objects.filter(ends_on__gt=day), "periode", "slug", "name", "starts_on"),
        _part(Region.objects.filter(valid, kind=Region.Kind.PROVINCE), "provincie", "code", "name"),
        _part(Region.objects.filter(valid, kind=Region.Kind.COROP), "corop", "code", "name"),
    ]
    union = parts[0].union(*parts[1:], all=True)
    rows = sorted(union, key=lambda row: (row[0], row[4] or day, str(row[3]).casefold()))
    return [(facet, pk, str(value), str(name)) for facet, pk, value, name, _ in rows]


__all__ = ["CACHE_SECONDS", "Option", "Options", "forget", "register"]
