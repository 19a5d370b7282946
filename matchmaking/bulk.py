"""Writing many rows of a model at once with COPY, with the defaults of the model filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]], *, own_keys: bool = True) -> int:
    """Write rows (dicts by attribute name, e.g. `team_id`) into the table of `model`; return how many.

    Fields a row leaves out get the model's default. With `own_keys` the rows carry
    their own ids; call `set_sequences` afterwards.
    """
    fields = _columns(model)
    quote = connection.ops.quote_name
    # The database numbers rows that bring no key of their own.
    fields = [field for field in fields if not (isinstance(field, models.AutoField) and not own_keys)]
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


def copy_columns(model: type[models.Model], columns: Mapping[str, Any]) -> int:
    """Write whole columns (by attribute name) into the table of `model`; return how many rows.

    Every value is a sequence of equal length or one value for all rows; None is NULL. Much faster than row by row, for
    plain numbers and short words; the database numbers the rows. Fields that are left out get the model's default.
    """
    fields = [f for f in _columns(model) if not isinstance(f, models.AutoField)]
    lists = {
        name: value.tolist() if hasattr(value, "tolist") else list(value)
        for name, value in columns.items()
        if hasattr(value, "__len__") and not isinstance(value, str)
    }
    lengths = {len(value) for value in lists.values()}
    if len(lengths) != 1:
        msg = f"{model.__name__}: columns of {sorted(lengths)} rows"
        raise ValueError(msg)
    size = lengths.pop()
    parts = [
        lists[f.attname] if f.attname in lists else [columns.get(f.attname, f.get_default())] * size for f in fields
    ]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(f.column)) for f in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {quote(model._meta.db_table)} ({names}) from stdin") as copy,
    ):
        for start in range(0, size, _BATCH):
            batch = zip(*(part[start : start + _BATCH] for part in parts), strict=True)
            copy.write("".join("\t".join(_NULL if v is None else str(v) for v in row) + "\n" for row in batch))
    return size


_NULL = "\\N"
_BATCH = 20_000
