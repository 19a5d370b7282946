# ruff: noqa: S608, ISC004 -- the statement is made of our own names; every value from outside is a parameter
"""How many places each choice of a filter would leave, for all filters in one query.

The vacancies that fulfil the filters without choices (words, distance, hours) are read once, each with a flag per other
filter. Every count then uses the flags of the *other* filters: ticking a second doelgroep shows what it would add.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import BooleanField, Case, F, QuerySet, Value, When

from organisations.enums import Need
from organisations.models import Qualification
from placements.filters import DAYS, VacancyFilter
from placements.models import Vacancy


@dataclass(frozen=True)
class Counts:
    """`total` found vacancies, and per (facet, key) what a choice leaves; keys are primary keys or choice values."""

    total: int = 0
    places: int = 0
    by_choice: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, facet: str, key: object) -> int:
        return self.by_choice.get((facet, str(key)), 0)


# The order of `values()` is the order of the columns, so the common table expression names them once more.
_COLUMNS = (
    "pk",
    "years",
    "weekdays",
    "kind",
    "allowance",
    "offers",
    "period_id",
    "places",
    "places_taken",
    "corop",
    "province",
    "step_free",
)

_COLUMN_OF = {
    "leerjaar": "years",
    "dag": "weekdays",
    "soort": "kind",
    "vergoeding": "allowance",
    "periode": "period_id",
    "corop": "corop",
    "provincie": "province",
}
"""Facets that are one column of the common table expression; they are counted in one pass over it."""
_REGIONS = ("corop", "provincie")  # two facets of one filter
_BITS = {
    "leerjaar": {str(year): 1 << (year - 1) for year in range(1, 5)},
    "dag": {day: int(bit) for day, bit in DAYS.items()},
}
"""Facets whose column is a set: what is counted per set belongs to each of its choices."""


def _table(model: object) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # type: ignore[attr-defined]


def count(filters: VacancyFilter) -> Counts:
    """Count every choice of every filter. One query, whatever was chosen."""
    flags = filters.conditions(faceted=True)
    base: QuerySet[Vacancy] = filters.queryset.order_by()
    for condition in filters.conditions(faceted=False).values():
        base = base.filter(condition)
    names = {name: f"ok_{name}" for name in flags}
    rows = base.annotate(
        **{
            names[name]: Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())
            for name, q in flags.items()
        },
        corop=F("location__postcode__corop"),
        province=F("location__postcode__province"),
        step_free=F("location__step_free"),
    ).values(*_COLUMNS, *names.values())
    sql, params = rows.query.sql_with_params()

    def others(name: str) -> str:
        return " and ".join(flag for other, flag in names.items() if other != name) or "true"

    everything = " and ".join(names.values()) or "true"
    parts = [
        f"select 'places', '', coalesce(sum(places - places_taken), 0) from base where {everything}",
        f"select 'toegankelijk', '1', count(*) from base"
        f" where (step_free or offers & {int(Need.STEP_FREE)} > 0) and {others('toegankelijk')}",
        _by_column({facet: others("regio" if facet in _REGIONS else facet) for facet in _COLUMN_OF}, everything),
    ]
    for name, through, column in (
        ("doelgroep", Vacancy.target_groups.through, "targetgroup_id"),
        ("werkveld", Vacancy.work_fields.through, "workfield_id"),
    ):
        parts.append(
            f"select '{name}', t.{column}::text, count(*) from base join {_table(through)} t on t.vacancy_id = base.pk"
            f" where {others(name)} group by t.{column}"
        )
    # A crebo can have several rows, one per version of the reference data, and a vacancy can name more of them. `distinct`
    # hashes the pairs, where `count(distinct …)` would sort them.
    parts.append(
        f"select 'opleiding', crebo, count(*) from (select distinct q.crebo, base.pk from base"
        f" join {_table(Vacancy.qualifications.through)} t on t.vacancy_id = base.pk"
        f" join {_table(Qualification)} q on q.id = t.qualification_id where {others('opleiding')}) own group by crebo"
    )
    statement = f"with base ({', '.join([*_COLUMNS, *names.values()])}) as materialized ({sql}) " + " union all ".join(
        parts
    )
    with connection.cursor() as cursor:
        # Only fixed words and names of our own tables are put into the text; every value is a parameter.
        cursor.execute(statement, params)  # the parts hold no per cent sign, so they need no escaping
        found = cursor.fetchall()
    return _read(found)


def _by_column(asked: dict[str, str], everything: str) -> str:
    """Count the facets that are a column of the vacancy all at once, each under its own condition, and the total."""
    which = " ".join(f"when grouping({_COLUMN_OF[facet]}) = 0 then '{facet}'" for facet in asked)
    number = " ".join(
        f"when grouping({_COLUMN_OF[facet]}) = 0 then count(*) filter (where {condition})"
        for facet, condition in asked.items()
    )
    key = ", ".join(f"{column}::text" for column in _COLUMN_OF.values())
    sets = ", ".join(f"({column})" for column in _COLUMN_OF.values())
    return (
        f"select case {which} else 'total' end, coalesce({key}, ''),"
        f" case {number} else count(*) filter (where {everything}) end"
        f" from base group by grouping sets ({sets}, ())"
    )


def _read(found: list[tuple[str, str, int]]) -> Counts:
    """Add up what was counted per set of leerjaren or days to each leerjaar and day."""
    numbers: Counter[tuple[str, str]] = Counter()
    for facet, key, number in found:
        if facet in _BITS:
            for choice, bit in _BITS[facet].items():
                if int(key) & bit:
                    numbers[facet, choice] += int(number)
        else:
            numbers[facet, str(key)] += int(number)
    return Counts(numbers.pop(("total", ""), 0), numbers.pop(("places", ""), 0), dict(numbers))
