"""Reading tables as schools and organisations really send them: CSV or XLSX, Dutch headers, Excel's habits.

A file becomes rows of plain text or dates (`reading`, `workbooks`); a `Sheet` of columns (`sheet`) turns rows into values
with the parsers of `parsing` and collects what is wrong, in plain Dutch. Nothing here writes anything.
"""

from stagematch.ui.tables.errors import TableError
from stagematch.ui.tables.parsing import Parser, date, email, list_of, one_of, text, weekdays, whole_number
from stagematch.ui.tables.reading import (
    MAX_BYTES,
    MAX_CELL,
    MAX_ROWS,
    OpenTable,
    Table,
    normalise,
    open_table,
    read_table,
)
from stagematch.ui.tables.sheet import Column, ImportReport, Problem, Sheet

__all__ = [
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_ROWS",
    "Column",
    "ImportReport",
    "OpenTable",
    "Parser",
    "Problem",
    "Sheet",
    "Table",
    "TableError",
    "date",
    "email",
    "list_of",
    "normalise",
    "one_of",
    "open_table",
    "read_table",
    "text",
    "weekdays",
    "whole_number",
]
