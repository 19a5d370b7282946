"""What can be chosen in the form of a vacancy, read together: eight lists would be eight questions."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Model, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, Concat, RowNumber

from organisations.models import (
    Location,
    Organisation,
    Qualification,
    StagePeriod,
    TargetGroup,
    Team,
    WorkField,
    WorkProcess,
)
from placements.models import Vacancy
from stagematch.clock import today

Choices = dict[str, list[tuple[int, str]]]
REFERENCE: dict[str, type[Model]] = {
    "target_groups": TargetGroup,
    "work_fields": WorkField,
    "qualifications": Qualification,
    "work_processes": WorkProcess,
}


def vacancy_choices(vacancy: Vacancy | None, organisations: QuerySet[Organisation]) -> Choices:
    """Return (key, name) of every list but the people, in the order a form shows them. One query.

    Reference data that is valid now, and what the vacancy has already; its lists come with it (`stagematch.along`).
    """
    over = Q(valid_until__isnull=False, valid_until__lte=today())
    parts = []
    for name, model in REFERENCE.items():
        chosen = [row.pk for row in getattr(vacancy, name).all()] if vacancy else []
        rows = model._default_manager.filter(~over | Q(pk__in=chosen))
        label = Concat("name", Value(" ("), "crebo", Value(")")) if model is Qualification else F("name")
        parts.append(_part(name, rows, label, model._meta.ordering))
    teams = Team.objects.filter(organisation__in=organisations)
    parts.append(_part("team", teams, F("name"), ["name"]))
    places = Location.objects.filter(organisation__in=organisations)
    parts.append(_part("location", places, Concat("name", Value(", "), "postcode__place"), ["name"]))
    periods = StagePeriod.objects.filter(Q(ends_on__gte=today()) | Q(pk=vacancy.period_id if vacancy else None))
    parts.append(_part("period", periods, F("name"), StagePeriod._meta.ordering))
    found: Choices = {name: [] for name in (*REFERENCE, "team", "location", "period")}
    for name, key, label, _number in sorted(parts[0].union(*parts[1:], all=True), key=lambda row: (row[0], row[3])):
        found[name].append((key, label))
    return found


def _part(name: str, rows: QuerySet[Any], label: Any, order: Any) -> QuerySet[Any]:
    """One list: its name, key, label, and its place in the order of the database."""
    number = Window(RowNumber(), order_by=list(order))
    words = Cast(label, CharField())
    return rows.order_by().values_list(Value(name, output_field=CharField()), "pk", words, number)
