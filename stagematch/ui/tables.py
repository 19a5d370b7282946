"""Reading tables as schools and organisations really send them: CSV or XLSX, Dutch headers, Excel's habits.

A file becomes rows of plain text or dates; a `Sheet` of columns turns rows into values and collects what is wrong, in plain Dutch.
Nothing here writes anything.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MAX_ROWS = 50_000
MAX_BYTES = 20 * 1024 * 1024
MAX_CELL = 5_000
_XLSX_MAGIC = b"PK\x03\x04"
_OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"


class TableError(Exception):
    """The file as a whole cannot be read; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in which row and column of the file (1 is the header)."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = _("Rij %(row)d") % {"row": self.row}
        return f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"


@dataclass(frozen=True)
class Table:
    """A header and its rows; each row knows its number in the file."""

    headers: list[str]
    rows: list[tuple[int, list[Any]]]


def normalise(header: object) -> str:
    """Make a header comparable: 'E-mail adres ' and 'e_mailadres' are the same word."""
    text = unicodedata.normalize("NFKD", str(header or "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", text.lower())


def read_table(source: Path | bytes) -> Table:
    """Read a CSV or XLSX file.

    Raises TableError with one sentence when it is empty, too big, not a table, or an old .xls file.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    if len(data) > MAX_BYTES:
        raise TableError(_("Het bestand is groter dan 20 MB. Verdeel het over meer bestanden."))
    if not data.strip():
        raise TableError(_("Het bestand is leeg."))
    if data.startswith(_OLD_EXCEL_MAGIC):
        raise TableError(_("Dit is een oud Excel-bestand (.xls). Bewaar het als .xlsx of .csv en probeer het opnieuw."))
    raw = _read_xlsx(data) if data.startswith(_XLSX_MAGIC) else _read_csv(data)
    return _tidy(raw)


def _read_xlsx(data: bytes) -> Iterator[list[Any]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield list(row)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise TableError(
            _("Dit Excel-bestand is beschadigd. Open het, bewaar het opnieuw en probeer het nog eens.")
        ) from error


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _read_csv(data: bytes) -> Iterator[list[Any]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16")
    elif b"\x00" in data:
        raise TableError(_("Dit is geen CSV- of Excel-bestand."))
    else:
        text = _decode(data)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=head.count)
    if not head.count(delimiter):
        raise TableError(_("Er is maar één kolom gevonden. Zet een puntkomma tussen de kolommen."))
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise TableError(_("De CSV is niet goed te lezen: %(error)s.") % {"error": error}) from error


def _clean(cell: Any) -> Any:
    if cell is None or isinstance(cell, dt.date):
        return cell.date() if isinstance(cell, dt.datetime) else cell
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # Excel keeps 2 as 2.0
    text = unicodedata.normalize("NFC", str(cell)).replace("\xa0", " ").replace("\x00", "").strip()
    return text or None


def _tidy(raw: Iterator[list[Any]]) -> Table:
    """Drop empty rows and columns at the end; the first row with text is the header."""
    headers: list[str] = []
    rows: list[tuple[int, list[Any]]] = []
    for number, cells in enumerate(raw, 1):
        cleaned = [_clean(cell) for cell in cells]
        if not any(cell is not None for cell in cleaned):
            continue
        if not headers:
            headers = [str(cell or "") for cell in cleaned]
            continue
        if len(rows) >= MAX_ROWS:
            raise TableError(_("Er zijn meer dan %(max)d rijen. Verdeel het bestand.") % {"max": MAX_ROWS})
        rows.append((number, cleaned))
    if not headers:
        raise TableError(_("Het bestand is leeg."))
    if not rows:
        raise TableError(_("Er staan kolomnamen in het bestand, maar geen rijen."))
    return Table(headers, rows)


Parser = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """A value we look for: under which names it comes, how to read it, whether it must be there.

    `parse` gets a non-empty cell (str or date) and raises ValueError with a Dutch sentence when it makes no sense of it.
    """

    name: str
    label: str
    aliases: Sequence[str]
    parse: Parser = str
    required: bool = False
    default: Any = None


@dataclass
class Sheet:
    """Columns laid over a table: rows as dicts of values, and the list of problems."""

    columns: Sequence[Column]
    table: Table
    problems: list[Problem] = field(default_factory=list)
    _where: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        positions: dict[str, int] = {}
        for index, header in enumerate(self.table.headers):
            positions.setdefault(normalise(header), index)
        for column in self.columns:
            found = next(
                (positions[n] for a in (column.label, *column.aliases) if (n := normalise(a)) in positions), None
            )
            if found is not None:
                self._where[column.name] = found
            elif column.required:
                self.problems.append(
                    Problem(1, column.label, _("deze kolom ontbreekt. Voeg hem toe, of geef de kolom deze naam."))
                )

    @property
    def unknown_headers(self) -> list[str]:
        """Headers nobody asked for; they are left alone and mentioned."""
        used = set(self._where.values())
        return [header for index, header in enumerate(self.table.headers) if index not in used and header]

    def values(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (row number, values by column name) for each row without problems of its own; the rest adds to `problems`."""
        if self.problems:
            return
        for number, cells in self.table.rows:
            before = len(self.problems)
            values = {column.name: self._value(column, number, cells) for column in self.columns}
            if len(self.problems) == before:
                yield number, values

    def _value(self, column: Column, number: int, cells: Sequence[Any]) -> Any:
        index = self._where.get(column.name)
        cell = cells[index] if index is not None and index < len(cells) else None
        if cell is None:
            if column.required:
                self.problems.append(Problem(number, column.label, _("is leeg.")))
            return column.default
        if isinstance(cell, str) and len(cell) > MAX_CELL:
            self.problems.append(Problem(number, column.label, _("is te lang.")))
            return column.default
        try:
            return column.parse(cell)
        except ValueError as error:
            self.problems.append(Problem(number, column.label, str(error)))
            return column.default

    def problem(self, row: int, column: str, message: str) -> None:
        """Add a problem found while looking at values together."""
        self.problems.append(Problem(row, column, message))


def text(max_length: int) -> Parser:
    """Read text of at most `max_length` characters."""

    def parse(cell: Any) -> str:
        value = str(cell)
        if len(value) > max_length:
            raise ValueError(_("is langer dan %(max)d tekens.") % {"max": max_length})
        return value

    return parse


def whole_number(low: int, high: int) -> Parser:
    """Read a whole number between `low` and `high`, both included; 'leerjaar 2' is read as 2."""

    def parse(cell: Any) -> int:
        found = re.fullmatch(r"\D*?(-?\d+)(?:[.,]0+)?\D*", str(cell))
        if not found:
            raise ValueError(_("‘%(cell)s’ is geen getal.") % {"cell": cell})
        value = int(found.group(1))
        if not low <= value <= high:
            raise ValueError(
                _("%(value)d kan niet. Het moet tussen %(low)d en %(high)d liggen.")
                % {"value": value, "low": low, "high": high}
            )
        return value

    return parse


_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"], 1)
} | {"maa": 3}


def date(cell: Any) -> dt.date:
    """Read a date: an Excel date or its day number, 1-2-2027, 2027-02-01 or '1 februari 2027'."""
    if isinstance(cell, dt.date):
        return cell
    value = str(cell).strip().lower()
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", value):
        day, month, year = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ].*)?", value):
        year, month, day = map(int, found.groups())
    elif (found := re.fullmatch(r"(\d{1,2}) ([a-z]{3})[a-z]*\.? (\d{4})", value)) and found.group(2) in _MONTHS:
        day, month, year = int(found.group(1)), _MONTHS[found.group(2)], int(found.group(3))
    elif value.isdecimal() and 30_000 < int(value) < 80_000:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value))  # Excel's own day number
    else:
        raise ValueError(_("‘%(cell)s’ is geen datum. Schrijf bijvoorbeeld 1-2-2027.") % {"cell": cell})
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(_("‘%(cell)s’ bestaat niet als datum.") % {"cell": cell}) from None


def one_of(choices: Mapping[str, Any], what: str) -> Parser:
    """Read one of a known list of words (by normalised name); `what` is the word for it in the message."""
    known = {normalise(name): value for name, value in choices.items()}

    def parse(cell: Any) -> Any:
        try:
            return known[normalise(cell)]
        except KeyError:
            some = ", ".join(list(choices)[:8])
            raise ValueError(
                _("‘%(cell)s’ kennen we niet als %(what)s. Bekend zijn bijvoorbeeld: %(some)s.")
                % {"cell": cell, "what": what, "some": some}
            ) from None

    return parse


def list_of(parse_one: Parser) -> Parser:
    """Read several values in one cell, with comma, semicolon, slash or a new line between them, or the word 'en'.

    A name that has 'en' in it ('School en werk') is tried whole first.
    """

    def parse_part(part: str) -> list[Any]:
        try:
            return [parse_one(part)]
        except ValueError:
            halves = [half.strip() for half in re.split(r"\ben\b", part) if half.strip()]
            if len(halves) < 2:
                raise
            try:
                return [parse_one(half) for half in halves]
            except ValueError:
                parse_one(part)  # says what is wrong with the whole, as it was written
                raise

    def parse(cell: Any) -> list[Any]:
        parts = [part.strip() for part in re.split(r"[,;/|\n]", str(cell)) if part.strip()]
        return [value for part in parts for value in parse_part(part)]

    return parse


_DAYS = {"ma": 1, "di": 2, "wo": 4, "do": 8, "vr": 16, "za": 32, "zo": 64}
_DAY_NAMES = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def _day(word: str) -> str:
    """Return the two letters of a day written whole or shortened, else the word itself."""
    return next((name[:2] for name in _DAY_NAMES if len(word) > 1 and name.startswith(word)), word)


def weekdays(cell: Any) -> int:
    """Read days as bits: 'ma, di', 'maandag en dinsdag', 'ma t/m do'."""
    value = str(cell).lower().replace("tot en met", "t/m").replace("tm", "t/m")
    mask = 0
    order = list(_DAYS)
    for part in re.split(r"[,;&+]|\ben\b", value):
        ends = [_day(word.strip(" .")) for word in part.split("t/m") if word.strip()]
        if not ends:
            continue
        unknown = [end for end in ends if end not in _DAYS]
        if unknown or len(ends) > 2:
            raise ValueError(_("‘%(cell)s’ zijn geen dagen. Schrijf bijvoorbeeld: ma, di, wo.") % {"cell": cell})
        first, last = order.index(ends[0]), order.index(ends[-1])
        if last < first:
            raise ValueError(_("‘%(cell)s’ loopt achteruit. Schrijf de eerste dag eerst.") % {"cell": cell})
        mask |= sum(_DAYS[day] for day in order[first : last + 1])
    if not mask:
        raise ValueError(_("‘%(cell)s’ zijn geen dagen. Schrijf bijvoorbeeld: ma, di, wo.") % {"cell": cell})
    return mask


def email(cell: Any) -> str:
    """Read an e-mail address, in lower case."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    value = str(cell).strip().lower().removeprefix("mailto:")
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(_("‘%(cell)s’ is geen e-mailadres.") % {"cell": cell}) from None
    return value


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do: never half of it."""

    created: int
    updated: int
    unchanged: int
    problems: list[Problem]
    unknown_headers: list[str]
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether the file is without problems (and so was imported, unless this was a dry run)."""
        return not self.problems

    def lines(self) -> list[str]:
        """Say in Dutch what happened."""
        if self.problems:
            top = _("Er klopt iets niet. Er is niets veranderd. Verbeter deze punten en probeer het opnieuw:")
            return [top, *(f"  {problem}" for problem in sorted(self.problems, key=lambda p: (p.row, p.column)))]
        verb = _("Proef: dit zou er gebeuren") if self.dry_run else _("Klaar")
        lines = [
            _("%(verb)s: %(created)d nieuw, %(updated)d aangepast, %(unchanged)d hetzelfde.")
            % {"verb": verb, "created": self.created, "updated": self.updated, "unchanged": self.unchanged}
        ]
        if self.unknown_headers:
            lines.append(_("Niet gebruikt: %(columns)s.") % {"columns": ", ".join(self.unknown_headers)})
        return lines
