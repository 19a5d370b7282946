"""XLSX files: the first sheet one can see, row by row, after a look at what the archive holds.

A workbook is a zip of XML. It comes from anybody with an account, so its size is read from the archive's own list before
anything is unpacked, and a file with programs in it or a password on it is refused with a sentence.
"""

from __future__ import annotations

import io
import pickle
import re
import tempfile
import warnings
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook as Book

from stagematch.ui.tables.errors import TableError

MAX_UNPACKED = 200 * 1024 * 1024
MAX_WORDS = 60 * 1024 * 1024
"""Bytes of the list of texts, the one part of a workbook that stands in memory as a whole."""
LAST_ROW = 1_048_576
LAST_CELL = 2_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20
_ROWS = 200
_BROKEN = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError, IndexError, EOFError, RuntimeError,
    NotImplementedError, zlib.error, ParseError,
)  # fmt: skip
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(rb"<f[ >/]")


class NoOutcome:
    """A cell with a formula that was never worked out, so that the file holds no value for it."""

    def __str__(self) -> str:
        return "="


def is_workbook(data: bytes) -> bool:
    """Tell whether these bytes are a zip, as every .xlsx is."""
    return data.startswith(_ZIP)


def refuse_old_or_locked(data: bytes) -> None:
    """Raise TableError for an Excel file with a password, and for one of before 2007."""
    if not data.startswith(_OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise TableError(_("Er zit een wachtwoord op dit bestand. Haal het eraf en probeer het opnieuw."))
    raise TableError(_("Dit is een oud Excel-bestand (.xls). Bewaar het als .xlsx of .csv en probeer het opnieuw."))


class Workbook:
    """The sheet that is read, and what is worth knowing about the others."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.notes: list[str] = []
        self._has_formulas = False
        try:
            self._inspect()
            self._book = _load(data, data_only=True)
            self._choose()
            self._kept = _Kept(self._read_all())
        except _BROKEN as error:
            raise TableError(_damaged()) from error

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of each row, the first row of the sheet first. Raises TableError when the file is damaged.

        The XML is read once, however often this is asked: what was read is kept in a file of its own.
        """
        try:
            yield from self._kept
        except _BROKEN as error:
            raise TableError(_damaged()) from error

    def _read_all(self) -> Iterator[list[Any]]:
        values = self._read(self._book)
        if not self._has_formulas:
            yield from values
            return
        for row, formulas in zip(values, self._read(_load(self._data, data_only=False)), strict=False):
            yield [
                NoOutcome() if cell is None and isinstance(formula, str) and formula.startswith("=") else cell
                for cell, formula in zip(row, formulas, strict=False)
            ]

    def _read(self, book: Book) -> Iterator[list[Any]]:
        sheet = book[self._name]
        sheet.reset_dimensions()  # what the file says about its own size may be anything
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > LAST_ROW or len(row) > LAST_CELL:
                raise TableError(_damaged())
            yield list(row)

    def _inspect(self) -> None:
        """Look at the archive without unpacking it."""
        with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
            parts = {info.filename.lower(): info for info in archive.infolist()}
            if any(name.endswith(("vbaproject.bin", ".xlm")) or "/macrosheets/" in name for name in parts):
                raise TableError(
                    _("Er zitten macro’s in dit bestand. Bewaar het als gewoon .xlsx-bestand, zonder macro’s.")
                )
            if "xl/workbook.xml" not in parts:
                raise TableError(
                    _(
                        "Dit is geen Excel-bestand (.xlsx). Open het in Excel of LibreOffice en bewaar het als .xlsx of .csv."
                    )
                )
            if any(info.flag_bits & 1 for info in parts.values()):
                raise TableError(_("Er zit een wachtwoord op dit bestand. Haal het eraf en probeer het opnieuw."))
            words = parts.get("xl/sharedstrings.xml")
            if sum(info.file_size for info in parts.values()) > MAX_UNPACKED or (words and words.file_size > MAX_WORDS):
                raise TableError(
                    _("Dit bestand is uitgepakt veel te groot. Zet de studenten in een nieuw, leeg bestand.")
                )

    def _choose(self) -> None:
        """Take the first sheet that can be seen and has something in it; name the ones that are left alone."""
        book = self._book
        filled: list[str] = []
        hidden: list[str] = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            if not any(any(cell is not None for cell in row) for row in _first(sheet.iter_rows(values_only=True))):
                continue
            (filled if sheet.sheet_state == "visible" else hidden).append(sheet.title)
        if not filled:
            if hidden:
                raise TableError(
                    _("Het werkblad ‘%(name)s’ is verborgen. Maak het zichtbaar en probeer het opnieuw.")
                    % {"name": hidden[0]}
                )
            raise TableError(_("Het bestand is leeg."))
        self._name = filled[0]
        if filled[1:]:
            self.notes.append(
                _("We lezen het werkblad ‘%(first)s’. Niet gelezen: %(others)s.")
                % {"first": filled[0], "others": ", ".join(filled[1:6])}
            )
        self._look_through(getattr(book[self._name], "_worksheet_path"))  # noqa: B009 -- private, and the only way to know

    def _look_through(self, part: str) -> None:
        """Search the sheet for merged cells, which leave holes, and for formulas. Reads it a megabyte at a time."""
        merged: list[tuple[str, int, str, int]] = []
        with zipfile.ZipFile(io.BytesIO(self._data)) as archive, archive.open(part) as stream:
            tail = b""
            while chunk := stream.read(_CHUNK):
                seen = tail + chunk
                self._has_formulas = self._has_formulas or _FORMULA.search(seen) is not None
                for first, top, last, bottom in _MERGED.findall(seen):
                    merged.append((first.decode(), int(top), last.decode(), int(bottom)))
                tail = seen[-80:]
        # Over one row it is a title above the list; over more rows a value stands in the first only.
        for first, top, last, bottom in merged:
            if bottom > top:
                raise TableError(
                    _("De cellen %(cells)s zijn samengevoegd. Splits ze en zet in elke rij de waarde.")
                    % {"cells": f"{first}{top}:{last}{bottom}"}
                )


class _Kept:
    """Rows that come from a slow source once, and from a temporary file after that. Only a chunk is in memory."""

    def __init__(self, source: Iterator[list[Any]]) -> None:
        self._source = source
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_CHUNK)  # noqa: SIM115 -- lives as long as this
        self._length = 0
        weakref.finalize(self, self._file.close)

    def __iter__(self) -> Iterator[list[Any]]:
        position = 0
        while True:
            if position == self._length and not self._read_on():
                return
            self._file.seek(position)
            chunk = pickle.load(self._file)  # noqa: S301 -- written by ourselves a moment ago, and only plain values
            position = self._file.tell()
            yield from chunk

    def _read_on(self) -> bool:
        """Take the next chunk from the source; return whether there was one."""
        chunk = list(islice(self._source, _ROWS))
        if chunk:
            self._file.seek(self._length)
            pickle.dump(chunk, self._file)
            self._length = self._file.tell()
        return bool(chunk)


def _first(rows: Iterator[tuple[Any, ...]], number: int = 50) -> Iterator[tuple[Any, ...]]:
    for _n, row in zip(range(number), rows, strict=False):
        yield row


def _load(data: bytes, *, data_only: bool) -> Book:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validation it leaves out; we read values only
        return load_workbook(io.BytesIO(data), read_only=True, data_only=data_only)


def _damaged() -> str:
    return _("Dit Excel-bestand is beschadigd. Open het, bewaar het opnieuw en probeer het nog eens.")
