"""Writing many rows at once with COPY, with the defaults of the models filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models

from matchmaking.bulk import copy_rows as copy_rows


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
