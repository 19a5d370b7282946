"""What the pages of an import show of a file."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stagematch.ui.tables import OpenTable, open_table
from students.imports.writing import CHANGED, NEW, SAME
from students.models import StudentImport

OUTCOMES = {NEW: gettext_lazy("nieuw"), CHANGED: gettext_lazy("aangepast"), SAME: gettext_lazy("hetzelfde")}
SAMPLE_ROWS = 25
EXAMPLE_LENGTH = 28


def sample_of(table: OpenTable) -> dict[str, str]:
    """Return for each header of the file, in its order, the first value under it ('' when there is none near the top)."""
    examples = {header: "" for header in table.headers if header}
    for _number, cells in islice(table.rows, SAMPLE_ROWS):
        for header, cell in zip(table.headers, cells, strict=False):
            if header and cell is not None and not examples[header]:
                text = str(cell)
                examples[header] = text if len(text) <= EXAMPLE_LENGTH else f"{text[:EXAMPLE_LENGTH]}…"
    return examples


def corrected_rows(upload: StudentImport) -> tuple[list[Any], Iterator[list[Any]]]:
    """Return the header and rows of the file with what is wrong beside each; only the rows with a problem."""
    wrong: dict[int, list[str]] = defaultdict(list)
    for row, column, message in upload.problems:
        wrong[row].append(f"{column}: {message}" if column else message)
    table = open_table(bytes(upload.content))
    width = len(table.headers)

    def rows() -> Iterator[list[Any]]:
        for number, cells in table.rows:
            if number in wrong:
                padded = [*cells, *[""] * (width - len(cells))]
                yield [" ".join(wrong[number]), number, *(cell if cell is not None else "" for cell in padded)]

    return [_("Wat klopt er niet"), _("Rij"), *table.headers], rows()
