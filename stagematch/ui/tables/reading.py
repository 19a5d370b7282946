"""From a file to a header and rows, one row at a time, so that a large file needs no more memory than a small one."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from stagematch.ui.tables import workbooks
from stagematch.ui.tables.errors import TableError

MAX_ROWS = 50_000
MAX_BYTES = 20 * 1024 * 1024
MAX_CELL = 5_000
MAX_COLUMNS = 300
TITLE_LINES = 10
"""Lines above the header (a title, a date, an empty line) that are looked past."""
DELIMITERS = ";,\t|"
_BINARY = (b"\x89PNG", b"%PDF", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_CHUNK = 1 << 16

Rows = Iterator[list[Any]]


@dataclass(frozen=True)
class Table:
    """A header and its rows; each row knows its number in the file."""

    headers: list[str]
    rows: list[tuple[int, list[Any]]]
    strict_width: bool = False
    notes: list[str] = field(default_factory=list)


class OpenTable:
    """A header, and rows that are read from the file each time they are asked for. Nothing of them is kept."""

    def __init__(self, read: Callable[[], Rows], *, strict_width: bool, notes: list[str]) -> None:
        self._read = read
        self.strict_width = strict_width
        self.notes = notes
        self.header_row, self.headers = _header(read())
        if self.header_row > 1:
            self.notes.append(
                _("De kolomnamen staan in rij %(row)d. Wat erboven staat, lezen we niet.") % {"row": self.header_row}
            )
        if next(self.rows, None) is None:
            raise TableError(_("Er staan kolomnamen in het bestand, maar geen rijen."))

    @property
    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield (row number, cells) of every row with something in it. Raises TableError past the limit."""
        count = 0
        for number, cells in enumerate(self._read(), 1):
            if number <= self.header_row:
                continue
            cleaned = [_clean(cell) for cell in cells]
            if not any(cell is not None for cell in cleaned):
                continue
            count += 1
            if count > MAX_ROWS:
                raise TableError(_("Er zijn meer dan %(max)d rijen. Verdeel het bestand.") % {"max": MAX_ROWS})
            yield number, cleaned


def normalise(header: object) -> str:
    """Make a header comparable: 'E-mail adres ' and 'e_mailadres' are the same word."""
    text = unicodedata.normalize("NFKD", str(header or "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", text.lower())


def open_table(source: Path | bytes, *, max_bytes: int = MAX_BYTES) -> OpenTable:
    """Open a CSV or XLSX file of at most `max_bytes`.

    Raises TableError with one sentence when it is empty, too big, damaged, locked, not a table, or an old .xls file;
    a fault further down (a quote that is never closed) is raised while the rows are read.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    if len(data) > max_bytes:
        raise TableError(
            _("Het bestand is groter dan %(mb)d MB. Verdeel het over meer bestanden.") % {"mb": max_bytes // 2**20}
        )
    if not data.strip():
        raise TableError(_("Het bestand is leeg."))
    workbooks.refuse_old_or_locked(data)
    if workbooks.is_workbook(data):
        book = workbooks.Workbook(data)
        return OpenTable(book.rows, strict_width=False, notes=book.notes)
    return _open_csv(data)


def read_table(source: Path | bytes) -> Table:
    """Read a whole CSV or XLSX file at once; for files that are small. Raises TableError as `open_table` does."""
    table = open_table(source)
    return Table(table.headers, list(table.rows), table.strict_width, table.notes)


def _open_csv(data: bytes) -> OpenTable:
    encoding = _encoding(data)

    def lines() -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")

    # Only whole lines: a file of one endless line must not be read to find its delimiter.
    top = lines()
    try:
        first = [line for line in (top.readline(_CHUNK) for _ in range(TITLE_LINES)) if line.strip()]
    except UnicodeDecodeError as error:  # of UTF-16: the other alphabets were looked through
        raise TableError(_damaged(1)) from error
    named = re.fullmatch(r"sep=([^\r\n])\s*", first[0]) if first else None
    delimiter = named.group(1) if named else max(DELIMITERS, key=lambda sign: _regularity(sign, first))
    if not any(delimiter in line for line in first[1 if named else 0 :]):
        raise TableError(_("Er is maar één kolom gevonden. Zet een puntkomma tussen de kolommen."))

    def read() -> Rows:
        rows = csv.reader(lines(), delimiter=delimiter)
        width = 0
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError) as error:
                raise TableError(_unclosed(number)) from error
            width = max(width, len(cells))
            if any(_swallowed(cell, delimiter, width) for cell in cells if "\n" in cell):
                raise TableError(_unclosed(number))
            if number == 1 and named:
                cells = []
            yield cells

    return OpenTable(read, strict_width=True, notes=[])


def _regularity(sign: str, lines: list[str]) -> int:
    """Return how much a sign looks like what stands between columns: often, and as often in most lines."""
    counts = Counter(line.count(sign) for line in lines)
    return max((number * times for number, times in counts.items()), default=0)


def _swallowed(cell: str, delimiter: str, width: int) -> bool:
    """Tell whether a cell holds whole rows: a quote was opened and never closed."""
    return width >= 4 and any(line.count(delimiter) >= width - 2 for line in cell.splitlines()[1:])


def _unclosed(number: int) -> str:
    return _("Rij %(row)d is niet te lezen. Vaak staat er een aanhalingsteken te veel of te weinig.") % {"row": number}


def _encoding(data: bytes) -> str:
    """Return the encoding of a text file. Raises TableError for what is no text, or text that got damaged."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data.startswith(_BINARY):
        raise TableError(_("Dit is geen CSV- of Excel-bestand."))
    if (where := data.find(b"\x00")) >= 0:
        raise TableError(
            _(
                "In regel %(line)d staat een teken dat er niet hoort (NUL). "
                "Open het bestand in Excel, bewaar het als ‘CSV UTF-8’ en probeer het opnieuw."
            )
            % {"line": _line(data, where)}
        )
    try:
        good = _is_utf8(data)
    except UnicodeDecodeError as error:
        # Excel saves Dutch names in Windows' own alphabet; then hardly any byte pair happens to be good UTF-8.
        if data.startswith(codecs.BOM_UTF8) or _has_utf8_pairs(data):
            raise TableError(_damaged(_line(data, error.start))) from error
        return _windows(data)
    return "utf-8-sig" if good else "utf-8"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = 0
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError("utf-8", b"", start + error.start, start + error.end, error.reason) from error
    return True


def _has_utf8_pairs(data: bytes) -> bool:
    """Tell whether any letter with an accent is written as UTF-8 writes it."""
    return re.search(rb"[\xc3\xc4\xc5][\x80-\xbf](?![\x80-\xff])", data) is not None


def _windows(data: bytes) -> str:
    if (wrong := re.search(rb"[\x81\x8d\x8f\x90\x9d]", data)) is not None:
        raise TableError(_damaged(_line(data, wrong.start())))
    return "cp1252"


def _damaged(line: int) -> str:
    return _(
        "In regel %(line)d staan letters die niet te lezen zijn. Bewaar het bestand opnieuw als ‘CSV UTF-8’ of als .xlsx."
    ) % {"line": line}


def _line(data: bytes, where: int) -> int:
    return data.count(b"\n", 0, where) + 1


def _clean(cell: Any) -> Any:
    if cell is None or isinstance(cell, dt.date):
        return cell.date() if isinstance(cell, dt.datetime) else cell
    if isinstance(cell, workbooks.NoOutcome):
        return cell
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # Excel keeps 2 as 2.0
    text = str(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("\xa0", " ").strip("\ufeff\u200b")
    text = text.replace("\x00", "").strip()
    # Our own downloads put an apostrophe before what a spreadsheet would take for a formula (ui/exports.py).
    return (text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@|%" else text) or None


def _header(raw: Rows) -> tuple[int, list[str]]:
    """Find the row with the names of the columns: the first with two or more, past a title above it.

    Raises TableError when the file has nothing in it, or too many columns.
    """
    first: tuple[int, list[str]] | None = None
    for number, cells in enumerate(raw, 1):
        if len(cells) > MAX_COLUMNS:
            raise TableError(_("Er zijn meer dan %(max)d kolommen. Haal de lege weg.") % {"max": MAX_COLUMNS})
        names = [str(_clean(cell) or "") for cell in cells]
        filled = sum(1 for name in names if name)
        if not filled:
            continue
        while names and not names[-1]:
            names.pop()
        first = first or (number, names)
        if filled > 1:
            return number, names
        if number > TITLE_LINES:
            break
    if first is None:
        raise TableError(_("Het bestand is leeg."))
    return first
