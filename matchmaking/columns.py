"""Reads a query as columns: one row from Postgres with one binary string per column, which numpy takes as it is.

Postgres builds each string in one pass (`string_agg(int4send(…))`), so that reading 100,000 students costs the client
milliseconds. NULLs would silently vanish from such a string: every column's length is checked against `count(*)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from stagematch.cursors import cursor_of

Kind = Literal["i4", "i8", "f8", "uuid"]
Column = npt.NDArray[Any]

_SEND: dict[Kind, tuple[str, str]] = {
    "i4": ("int4send(({})::int4)", ">i4"),
    "i8": ("int8send(({})::int8)", ">i8"),
    "f8": ("float8send(({})::float8)", ">f8"),
    # The first half of a UUID: 60 random bits in version 4.
    "uuid": ("uuid_send({})", ">u8"),
}


class SnapshotError(Exception):
    """The data cannot be turned into arrays; the message says which part of it, and what to do."""


@dataclass(frozen=True)
class Query:
    """Columns (name: kind and SQL expression) and where they come from (FROM and WHERE, our own text only)."""

    columns: Mapping[str, tuple[Kind, str]]
    source: str
    params: Sequence[Any] = ()


def read(columns: Mapping[str, tuple[Kind, str]], source: str, params: Sequence[Any] = ()) -> dict[str, Column]:
    """Read the columns of one query. Raises `SnapshotError` when a column holds NULL."""
    return read_together(Query(columns, source, params))[0]


def read_together(*queries: Query) -> list[dict[str, Column]]:
    """Read several queries in one statement: each of them is one row, so side by side they are one row too."""
    parts = [f"({_statement(query)}) AS q{number}" for number, query in enumerate(queries)]
    statement = "SELECT * FROM " + ", ".join(parts)  # noqa: S608 -- put together from this package's own text
    with cursor_of(binary=True) as cursor:
        # As text: in a web request django-pghistory looks at every statement, and only knows text.
        cursor.execute(statement, [value for query in queries for value in query.params])
        row = iter(cursor.fetchone())
    return [_columns(query, int(next(row)), row) for query in queries]


def _statement(query: Query) -> str:
    wanted = [
        f"string_agg({_SEND[kind][0].format(expression)}, ''::bytea)" for kind, expression in query.columns.values()
    ]
    return f"SELECT count(*), {', '.join(wanted)} {query.source}"


def _columns(query: Query, count: int, row: Iterator[Any]) -> dict[str, Column]:
    result: dict[str, Column] = {}
    for name, (kind, _) in query.columns.items():
        column = np.frombuffer(next(row) or b"", dtype=_SEND[kind][1])
        if kind == "uuid":
            column = column[::2]
        if len(column) != count:
            msg = f"Kolom {name} heeft {count - len(column)} lege waarden van {count}."
            raise SnapshotError(msg)
        result[name] = column.astype(column.dtype.newbyteorder("="))
    return result


def rows_of(known: Column, wanted: Column) -> tuple[Column, Column]:
    """Positions in the sorted `known` of the values of `wanted`, and which of `wanted` are known at all."""
    if len(known) == 0:
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return place, known[place] == wanted


class Bits:
    """Gives every value its own bit of a 64-bit mask."""

    def __init__(self, values: Column, what: str) -> None:
        """`values` that count; raises `SnapshotError` when there are more than 64 different ones."""
        self.values: Column = np.unique(values)
        if len(self.values) > 64:
            msg = f"Er zijn {len(self.values)} verschillende {what} in gebruik; de matching rekent met hoogstens 64."
            raise SnapshotError(msg)

    def masks(self, owners: Column, owner: Column, value: Column) -> npt.NDArray[np.uint64]:
        """For every one of the sorted `owners` the mask of its values; links (`owner`, `value`) of others are dropped."""
        result = np.zeros(len(owners), np.uint64)
        row, is_owner = rows_of(owners, owner)
        bit, is_value = rows_of(self.values, value)
        use = is_owner & is_value
        np.bitwise_or.at(result, row[use], np.uint64(1) << bit[use].astype(np.uint64))
        return result

    def bit(self, values: Column) -> Column:
        """The bit number of each value; values must be known."""
        return rows_of(self.values, values)[0]

    def in_mask(self, mask: int) -> list[int]:
        """The values of a mask, for words."""
        return [int(value) for bit, value in enumerate(self.values) if mask >> bit & 1]
