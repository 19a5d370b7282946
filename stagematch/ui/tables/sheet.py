"""Columns laid over a table: rows as values, and what is wrong in which row and column."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from stagematch.ui.tables.parsing import Parser
from stagematch.ui.tables.reading import DELIMITERS, MAX_CELL, OpenTable, Table, normalise
from stagematch.ui.tables.workbooks import NoOutcome

MAX_PROBLEMS = 2_000
"""Problems that are kept; the rest is counted."""
_EXCEL_ERROR = re.compile(
    r"#(N/A|N/B|REF!|VERW!|NAME\?|NAAM\?|VALUE!|WAARDE!|DIV/0!|DEEL/0!|NUM!|GETAL!|NULL!|LEEG!|SPILL!|CALC!)"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TWICE_ENCODED = re.compile(r"[ÃÂÄÅ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


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
    """Columns laid over a table: rows as dicts of values, and the list of problems.

    `mapping` says which header holds which column (by the column's name; '' or absent means: not in this file). Without
    it the headers are recognised by label, alias and name.
    """

    columns: Sequence[Column]
    table: Table | OpenTable
    mapping: Mapping[str, str] | None = None
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    _where: dict[str, int] = field(default_factory=dict)
    _incomplete: bool = False

    def __post_init__(self) -> None:
        positions: dict[str, int] = {}
        for index, header in enumerate(self.table.headers):
            positions.setdefault(normalise(header), index)
        times = Counter(normalise(header) for header in self.table.headers if header)
        for column in self.columns:
            names = self._names(column)
            found = next((positions[n] for name in names if (n := normalise(name)) and n in positions), None)
            if found is not None:
                self._where[column.name] = found
                header = self.table.headers[found]
                if times[normalise(header)] > 1:
                    self.problem(
                        self.header_row,
                        column.label,
                        _("‘%(header)s’ staat twee keer boven een kolom. Haal er één weg of geef hem een andere naam.")
                        % {"header": header},
                    )
            elif column.required:
                self._incomplete = True
                self.problem(
                    self.header_row,
                    column.label,
                    _("deze kolom ontbreekt. Voeg hem toe, of geef de kolom deze naam."),
                )

    def _names(self, column: Column) -> Sequence[str]:
        if self.mapping is not None:
            return [self.mapping.get(column.name, "")]
        return (column.label, *column.aliases, column.name)

    @property
    def header_row(self) -> int:
        """The row with the names of the columns."""
        return getattr(self.table, "header_row", 1)

    @property
    def used_headers(self) -> dict[str, str]:
        """The header found for each column that is in the file, by the column's name."""
        return {name: self.table.headers[index] for name, index in self._where.items()}

    @property
    def unknown_headers(self) -> list[str]:
        """Headers nobody asked for; they are left alone and mentioned."""
        used = set(self._where.values())
        return [header for index, header in enumerate(self.table.headers) if index not in used and header]

    def values(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (row number, values by column name) for each row without problems of its own; the rest adds to `problems`.

        Without a column that must be there nothing is yielded: every row would say the same.
        """
        if self._incomplete:
            return
        for number, cells in self.table.rows:
            before = self.problem_count
            shape = self._wrong_shape(cells)
            if shape:
                self.problem(number, "", shape)
                continue
            values = {column.name: self._value(column, number, cells) for column in self.columns}
            if self.problem_count == before:
                yield number, values

    def _wrong_shape(self, cells: Sequence[Any]) -> str:
        """Say what is wrong with a row of a CSV that does not have the columns of the header; '' when nothing is."""
        if not self.table.strict_width:
            return ""
        width = len(self.table.headers)
        filled = [cell for cell in cells if cell is not None]
        if width > 2 and len(filled) == 1 and cells[0] is not None:
            for sign, name in zip(DELIMITERS, _sign_names(), strict=True):
                if str(filled[0]).count(sign) >= 2:
                    return _("tussen de waarden staat %(sign)s, en boven in het bestand niet. Maak dat gelijk.") % {
                        "sign": name
                    }
        if len(cells) > width and any(cell is not None for cell in cells[width:]):
            return _(
                "er zijn %(cells)d waarden en %(width)d kolommen. Staat er in een waarde een puntkomma of komma te veel?"
            ) % {"cells": len(cells), "width": width}
        return ""

    def _value(self, column: Column, number: int, cells: Sequence[Any]) -> Any:
        index = self._where.get(column.name)
        cell = cells[index] if index is not None and index < len(cells) else None
        if cell is None:
            if column.required:
                self.problem(number, column.label, _("is leeg."))
            return column.default
        try:
            if not isinstance(cell, dt.date):
                _refuse_damage(cell)
            return column.parse(cell)
        except ValueError as error:
            self.problem(number, column.label, str(error))
            return column.default

    def problem(self, row: int, column: str, message: str) -> None:
        """Add a problem; past the first two thousand they are only counted."""
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(row, column, message))


def _sign_names() -> list[str]:
    return [_("een puntkomma"), _("een komma"), _("een tab"), _("een streepje (|)")]


def _refuse_damage(cell: object) -> None:
    """Raise ValueError for a cell that holds something a program left behind instead of what somebody typed."""
    if isinstance(cell, NoOutcome):
        raise ValueError(_("hier staat een formule zonder uitkomst. Zet de waarde zelf in de cel."))
    text = str(cell)
    if len(text) > MAX_CELL:
        raise ValueError(_("is te lang."))
    if text.startswith("="):
        raise ValueError(_("hier staat een formule. Zet de waarde zelf in de cel."))
    if text.startswith("#") and _EXCEL_ERROR.fullmatch(text):
        raise ValueError(_("‘%(cell)s’ is een fout uit Excel. Verbeter de formule of typ de waarde.") % {"cell": text})
    if text.isascii() and text.isprintable():
        return
    if "\ufffd" in text:
        raise ValueError(_("‘%(cell)s’ heeft een letter die kapot is (\ufffd). Typ hem opnieuw.") % {"cell": text[:60]})
    if _TWICE_ENCODED.search(text):
        raise ValueError(
            _("‘%(cell)s’ heeft verkeerde letters. Bewaar het bestand opnieuw als ‘CSV UTF-8’ of als .xlsx.")
            % {"cell": text[:60]}
        )
    if _CONTROL.search(text):
        raise ValueError(_("heeft een teken dat je niet ziet en dat er niet hoort. Typ de waarde opnieuw."))


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do: never half of it."""

    created: int
    updated: int
    unchanged: int
    problems: list[Problem]
    unknown_headers: list[str]
    dry_run: bool
    problem_count: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the file is without problems (and so was imported, unless this was a dry run)."""
        return not self.problems

    def lines(self) -> list[str]:
        """Say in Dutch what happened."""
        if self.problems:
            top = _("Er klopt iets niet. Er is niets veranderd. Verbeter deze punten en probeer het opnieuw:")
            lines = [top, *(f"  {problem}" for problem in sorted(self.problems, key=lambda p: (p.row, p.column)))]
            if self.problem_count > len(self.problems):
                lines.append("  " + _("En nog %(n)d punten.") % {"n": self.problem_count - len(self.problems)})
            return lines
        verb = _("Proef: dit zou er gebeuren") if self.dry_run else _("Klaar")
        lines = [
            _("%(verb)s: %(created)d nieuw, %(updated)d aangepast, %(unchanged)d hetzelfde.")
            % {"verb": verb, "created": self.created, "updated": self.updated, "unchanged": self.unchanged}
        ]
        lines += self.notes
        if self.unknown_headers:
            lines.append(_("Niet gebruikt: %(columns)s.") % {"columns": ", ".join(self.unknown_headers)})
        return lines
