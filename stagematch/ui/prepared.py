"""A query whose SQL Django works out once per process, and PostgreSQL plans once per connection, instead of at every request.

For a query with subqueries, putting the SQL together and planning it each take longer than answering it does. The ORM
stays the only place where the query is written, rules about who may see what included; only the values differ from call
to call.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

import psycopg
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg.types.numeric import Int8

from stagematch.cursors import cursor_of

Row = TypeVar("Row", bound=models.Model)
Value = int | dt.date | Collection[int]
"""A moment (dt.datetime) is a dt.date too."""
MOST = 64
"""As many numbers can be given for one list, unless it says otherwise; at most 100."""
_FIRST_NUMBER, _FIRST_DAY = 2_147_000_001, dt.date(1601, 1, 1)
_FIRST_MOMENT = dt.datetime(1602, 1, 1, tzinfo=dt.UTC)


class Prepared:
    """`build(**markers)` returns a `.values(…)` queryset; `rows(**values)` its rows, with the values put in.

    `build` is called once, with a marker for each name of `takes`: int, dt.date, dt.datetime, or list (of at most `most`
    numbers: a shorter one is filled up, so a close limit lets PostgreSQL guess well). It may only hand markers on to the
    query, never look at them, and never ask what day it is: that would be the day of the first call for ever. Raises
    ValueError when the SQL does not hold each of the markers, or holds another day.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, most: int = MOST, **takes: type) -> None:
        """Remember how to build; nothing is asked yet."""
        self._build = build
        self._most = most
        self._takes = takes
        self._made: _Made | None = None

    def rows(self, **values: Value) -> list[dict[str, Any]]:
        """Ask, and return a dict per row. An empty list of numbers gives no rows without asking."""
        found = self._ask(values)
        if found is None:
            return []
        made, fetched = found
        names = list(made.query.selected or [*made.query.values_select, *made.query.annotation_select])
        # The conversions of each field, such as reading JSON, as the queryset itself does them.
        return [
            dict(zip(names, row, strict=True)) for row in made.compiler.results_iter([fetched], tuple_expected=True)
        ]

    def objects(self, **values: Value) -> list[Any]:
        """As `rows`, for a `build` that returns a queryset of objects: those, with what is joined and annotated. No prefetch."""
        found = self._ask(values)
        if found is None:
            return []
        made, fetched = found
        compiler = copy.copy(made.compiler)  # what it compiled is shared and never changed; its answer is of this call
        vars(compiler)["execute_sql"] = lambda **_options: [fetched]
        asked = SimpleNamespace(
            db=connection.alias, query=SimpleNamespace(get_compiler=lambda using: compiler), _known_related_objects={}
        )
        return list(made.iterable(asked))

    def _ask(self, values: Mapping[str, Value]) -> tuple[_Made, list[Any]] | None:
        if values.keys() != self._takes.keys():
            raise ValueError(f"{sorted(values)} given, {sorted(self._takes)} expected")
        if any(self._takes[name] is list and not values[name] for name in values):
            return None
        if self._made is None:
            self._made = self._prepare()
        given = {
            name: _spread(value, self._most) if self._takes[name] is list else [value] for name, value in values.items()
        }
        parameters: list[Any] = [
            given[place.name][place.at] if isinstance(place, _Place) else place for place in self._made.places
        ]
        # psycopg takes the smallest type a number fits in; of one type it is the same statement every time.
        parameters = [Int8(value) if type(value) is int else value for value in parameters]
        with cursor_of(_Planned) as cursor:
            cursor.execute(self._made.sql, parameters)
            return self._made, cursor.fetchall()

    def _prepare(self) -> _Made:
        markers: dict[str, Any] = {}
        known: dict[Any, _Place] = {}
        for number, (name, kind) in enumerate(self._takes.items()):
            first = _FIRST_NUMBER + 100 * number
            if kind is list:
                markers[name] = [first + at for at in range(self._most)]
                known |= {marker: _Place(name, at) for at, marker in enumerate(markers[name])}
            else:
                first_of = {dt.date: _FIRST_DAY, dt.datetime: _FIRST_MOMENT}
                markers[name] = first_of[kind] + dt.timedelta(days=number) if kind in first_of else first
                known[markers[name]] = _Place(name, 0)
        queryset = self._build(**markers)
        query = queryset.query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = [known.get(value, value) if isinstance(value, int | dt.date) else value for value in parameters]
        if missing := set(known.values()) - {place for place in places if isinstance(place, _Place)}:
            raise ValueError(f"not in the query: {sorted({place.name for place in missing})}")
        if other := [place for place in places if isinstance(place, dt.date)]:
            raise ValueError(f"a day nobody gave: {other}")
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("a prefetch is not part of the query")
        return _Made(sql, places, compiler, query, queryset._iterable_class)


@dataclass(frozen=True)
class _Made:
    """A query put together: its text, what goes where in it, and how an answer is read."""

    sql: str
    places: list[Any]
    compiler: SQLCompiler
    query: Any
    iterable: Any


class _Planned(psycopg.Cursor[Any]):
    """Has PostgreSQL keep the plan of what is asked, for this connection (setting `prepare_threshold`)."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> _Planned:
        super().execute(query, params, **{"prepare": True, **options})
        # psycopg forgets the text when only the name of a plan was sent; Django's log of queries reads it here.
        self._query = SimpleNamespace(query=str(query).encode())  # type: ignore[assignment]
        return self


class _Place:
    """Where a value goes."""

    def __init__(self, name: str, at: int) -> None:
        self.name = name
        self.at = at


def _spread(numbers: Any, most: int) -> list[int]:
    """A list of a fixed length with the same numbers."""
    given = list(numbers)
    if len(given) > most:
        raise ValueError(f"{len(given)} numbers given, at most {most} fit")
    return given + given[:1] * (most - len(given))


def instance(model: type[Row], row: Mapping[str, Any], prefix: str = "") -> Row:
    """Return an object from the columns of a row that begin with `prefix`; what was not read is read when asked for."""
    names = [field.attname for field in model._meta.concrete_fields if prefix + field.attname in row]
    return model.from_db(connection.alias, names, [row[prefix + name] for name in names])
