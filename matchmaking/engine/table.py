"""Columns that check themselves: the base of the engine's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
I16 = npt.NDArray[np.int16]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
U16 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]


class EngineInputError(ValueError):
    """A column has a wrong length, dtype or value. The message names the column and the first bad row."""


def col(dtype: type[np.generic], low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"dtype": np.dtype(dtype), "low": low, "high": high}


def convert(name: str, value: object, dtype: npt.DTypeLike, low: float | None, high: float | None) -> Column:
    """`value` as a contiguous read-only column of `dtype`, every value kept exactly and within low..high."""
    wanted = np.dtype(dtype)
    given: Column = np.asarray(value)
    if given.ndim != 1:
        raise EngineInputError(f"{name}: expected one dimension, got {given.ndim}")
    if given.size == 0:
        given = given.astype(wanted)
    if wanted.kind in "iu" and given.dtype.kind not in "iub":
        raise EngineInputError(f"{name}: expected whole numbers, got {given.dtype}")
    if wanted.kind == "f" and given.dtype.kind not in "fiu":
        raise EngineInputError(f"{name}: expected numbers, got {given.dtype}")
    column = np.ascontiguousarray(given.astype(wanted, copy=False))
    bad = np.zeros(len(column), dtype=np.bool_)
    if wanted.kind in "iu" and given.dtype != wanted:
        bad |= (column != given) | ((column < 0) != (given < 0))
    if wanted.kind == "f":
        bad |= ~np.isfinite(column)
    if low is not None:
        bad |= column < low
    if high is not None:
        bad |= column > high
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        span = f" (allowed {low} to {high})" if low is not None or high is not None else ""
        raise EngineInputError(f"{name}: row {row} has {given[row]!r}, which is not a valid {wanted}{span}")
    column = column.view()
    column.flags.writeable = False
    return column


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length; see the module's docstring."""

    def __post_init__(self) -> None:
        length: int | None = None
        for column in fields(self):
            if "dtype" not in column.metadata:
                continue
            name = f"{type(self).__name__}.{column.name}"
            meta = column.metadata
            value = convert(name, getattr(self, column.name), meta["dtype"], meta["low"], meta["high"])
            if length is None:
                length = len(value)
            elif len(value) != length:
                raise EngineInputError(f"{name}: {len(value)} rows where {length} were expected")
            object.__setattr__(self, column.name, value)
        self.check()

    def check(self) -> None:
        """Rules between columns; raises `EngineInputError`."""

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(getattr(self, fields(self)[0].name))

    def columns(self) -> Iterator[tuple[str, Column]]:
        """Name and array of every column, in the order of declaration."""
        for column in fields(self):
            if "dtype" in column.metadata:
                yield column.name, getattr(self, column.name)

    def take(self, rows: npt.ArrayLike) -> Self:
        """The same table with only these rows, in this order; a row may be taken twice."""
        index = np.asarray(rows, dtype=np.int64)
        table = object.__new__(type(self))
        for name, column in self.columns():
            picked = column[index]
            picked.flags.writeable = False
            object.__setattr__(table, name, picked)
        return table

    @classmethod
    def of(cls, **columns: npt.ArrayLike) -> Self:
        """A table from columns of any whole-number (or float) kind, converted as the class says."""
        return cls(**columns)

    @classmethod
    def empty(cls) -> Self:
        """A table without rows."""
        return cls(**{c.name: np.zeros(0, c.metadata["dtype"]) for c in fields(cls) if "dtype" in c.metadata})

    def _ordered(self, low: str, high: str) -> None:
        wrong = np.flatnonzero(getattr(self, low) > getattr(self, high))
        if len(wrong):
            raise EngineInputError(f"{type(self).__name__}: row {int(wrong[0])} has {low} after {high}")

    def _unique_uid(self) -> None:
        uid: U64 = getattr(self, "uid")  # noqa: B009 - declared by the subclasses
        if len(np.unique(uid)) != len(uid):
            raise EngineInputError(f"{type(self).__name__}.uid: the same value twice")
