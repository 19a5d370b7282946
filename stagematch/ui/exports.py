"""Giving a table away as CSV or XLSX that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.styles import Font

CSV, XLSX = "csv", "xlsx"
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def content_type(kind: str) -> str:
    """Return the media type of a CSV or XLSX file."""
    return _TYPES[kind]


def safe_cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula: text that starts like one gets an apostrophe before it.

    Spaces in front are looked through, because some programs drop them. Numbers and dates stay what they are.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    clean = "".join(char for char in value if char in "\t\r\n" or ord(char) >= 32)
    return (
        f"'{clean}" if clean.lstrip(" \u00a0\ufeff").startswith(_STARTS_A_FORMULA) or clean.startswith("\t") else clean
    )


def table_response(*, name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], kind: str) -> HttpResponse:
    """Return a download `name`.csv or `name`.xlsx. CSV has semicolons and a byte-order mark, as Dutch Excel expects."""
    body = _csv(head, rows) if kind == CSV else _xlsx(head, rows)
    response = HttpResponse(body, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _csv(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([safe_cell(str(cell)) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 -- a new book has a sheet
    sheet.append([safe_cell(str(cell)) for cell in head])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    sheet.freeze_panes = "A2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
