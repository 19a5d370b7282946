"""Writing many rows at once with COPY, with the defaults of the models filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows (dicts by attribute name, e.g. `team_id`) into the table of `model`; return how many.

    Fields a row leaves out get the model's default. The rows carry their own ids; call `set_sequence` afterwards.
    """
    fields = _columns(model)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    sql = f"copy {quote(model._meta.db_table)} ({names}) from stdin"
    json = {field.attname for field in fields if isinstance(field, models.JSONField)}
    defaults = {field.attname: field.get_default for field in fields}
    count = 0
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            values = [row[name] if name in row else default() for name, default in defaults.items()]
            if json:
                values = [Jsonb(v) if field.attname in json else v for field, v in zip(fields, values, strict=True)]
            copy.write_row(values)
            count += 1
    return count


def copy_links(model: type[models.Model], left: str, right: str, pairs: Iterable[tuple[int, int]]) -> int:
    """Write the rows of a many-to-many table; `left` and `right` are its column names."""
    quote = connection.ops.quote_name
    sql = f"copy {quote(model._meta.db_table)} ({quote(left)}, {quote(right)}) from stdin"
    count = 0
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for pair in pairs:
            copy.write_row(pair)
            count += 1
    return count


def set_sequences(*tables: type[models.Model]) -> None:
    """Let the next row that is not copied get an id after the highest one."""
    with connection.cursor() as cursor:
        for model in tables:
            pk = model._meta.pk
            if not isinstance(pk, models.AutoField):
                continue
            table = connection.ops.quote_name(model._meta.db_table)
            highest = f"(select max(id) from {table})"  # noqa: S608 -- the name of our own table, quoted
            cursor.execute(
                f"select setval(pg_get_serial_sequence(%s, %s), coalesce({highest}, 0) + 1, false)",
                [model._meta.db_table, pk.column],
            )


@contextmanager
def without_triggers(*tables: type[models.Model]) -> Iterator[None]:
    """Switch the history triggers of these tables off: loading a demo is not somebody's change."""
    names = [connection.ops.quote_name(model._meta.db_table) for model in tables]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"alter table {name} disable trigger user")
        yield
        for name in names:
            cursor.execute(f"alter table {name} enable trigger user")


def noon(day: dt.date, *, hour: int = 12) -> dt.datetime:
    """Return an aware moment on a day, in UTC."""
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)
