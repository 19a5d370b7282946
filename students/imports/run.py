"""The import itself: read once to see whether everything is right, and once more to write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict
from stagematch.ui.tables import ImportReport, OpenTable, Sheet, Table, open_table
from students.imports.checks import Row, Seen, check_together, students_of
from students.imports.columns import columns_for
from students.imports.writing import CHANGED, NEW, SAME, Batch, settle, write
from students.models import Student

Progress = Callable[[int, int], None]
BATCH = 500
"""Rows that are in memory at once."""
FIRST_ROWS = 10
CHANGED_ROWS = 40
NOT_IN_FILE = 50


@dataclass(frozen=True)
class StudentReport(ImportReport):
    """What an import of students did, or would do.

    `outcomes` is (row, student number, word) per row; `preview` the first rows as they would be, `changed` the first rows
    that change with what changes; `missing` how many active students of the school are not in the file (they stay as they
    are), `missing_names` the first of them.
    """

    rows: int = 0
    outcomes: list[tuple[int, str, str]] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[int, str, list[str]]] = field(default_factory=list)
    missing: int = 0
    missing_names: list[tuple[str, str]] = field(default_factory=list)


def import_students(
    *,
    school: Organisation,
    source: Path | bytes | Table | OpenTable,
    actor: User | None,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
) -> StudentReport:
    """Create or update the students of `school` from a CSV or XLSX file; one with a period also gets a search in concept.

    All rows or none. Students are recognised by student number; who is not in the file stays as they are. Reads the file
    row by row, so memory does not grow with it. `mapping` names the header of each column (by the column's name, see
    `columns_for`); without it headers are recognised. `actor` is the coordinator or admin who does it (None for the
    command line and for a school's own system). `progress(done, total)` is called now and then; the total is 0 while the
    file is being checked.

    Raises TableError when the file cannot be read at all, and Conflict `import_running` when another import of this
    school is at work and `wait` is False, or when somebody took one of the addresses while this one ran.
    """
    table = source if isinstance(source, Table | OpenTable) else open_table(source)
    sheet = Sheet(columns_for(school), table, mapping)
    if dry_run:
        return _Run(school, sheet, progress).check(dry_run=True)
    try:
        with transaction.atomic():
            # Two imports of one school at once would both see a student as new.
            Organisation.objects.select_for_update(no_key=True, nowait=not wait).get(pk=school.pk)
            run = _Run(school, sheet, progress)
            report = run.check(dry_run=False)
            if report.ok:
                run.write()
            return report
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        raise Conflict(
            "import_running", _("Er wordt nu al een bestand van je school ingelezen. Wacht tot dat klaar is.")
        ) from error
    except IntegrityError as error:
        raise Conflict(
            "changed_meanwhile",
            _("Terwijl we het bestand inlazen, veranderde iemand iets. Er is niets ingelezen. Probeer het opnieuw."),
        ) from error


class _Run:
    """One file on its way through."""

    def __init__(self, school: Organisation, sheet: Sheet, progress: Progress | None) -> None:
        self.school = school
        self.sheet = sheet
        self.progress = progress
        self.total = 0
        self.adopted: set[int] = set()

    def check(self, *, dry_run: bool) -> StudentReport:
        """Read every row, and say what is wrong, or else what would happen. Writes nothing."""
        seen = Seen()
        counts = dict.fromkeys((NEW, CHANGED, SAME), 0)
        outcomes: list[tuple[int, str, str]] = []
        preview: list[dict[str, Any]] = []
        changed: list[tuple[int, str, list[str]]] = []
        for rows in self._batches():
            known = students_of(self.school, rows)
            self.adopted |= known.adopted
            check_together(self.sheet, rows, known, seen, self.school)
            batch = settle(self.school, rows, known, for_real=False)
            for row, outcome, changes in zip(rows, batch.outcomes, batch.changes, strict=True):
                counts[outcome] += 1
                outcomes.append((row.number, row.values["number"], outcome))
                if len(preview) < FIRST_ROWS:
                    preview.append(_shown(row, outcome))
                if outcome == CHANGED and len(changed) < CHANGED_ROWS:
                    changed.append((row.number, f"{row.values['first_name']} {row.last_name}", changes))
            self.total += len(rows)
            self._say(self.total, 0)
        missing, names = self._not_in_file(seen.numbers)
        if self.sheet.problems:
            counts, outcomes, changed = dict.fromkeys((NEW, CHANGED, SAME), 0), [], []
        return StudentReport(
            counts[NEW],
            counts[CHANGED],
            counts[SAME],
            self.sheet.problems,
            self.sheet.unknown_headers,
            dry_run,
            self.sheet.problem_count,
            list(self.sheet.table.notes),
            self.total,
            outcomes,
            preview,
            changed,
            missing,
            names,
        )

    def write(self) -> None:
        """Read every row again and write what it changes; only after `check` found nothing wrong."""
        done = 0
        for rows in self._batches():
            batch: Batch = settle(self.school, rows, students_of(self.school, rows), for_real=True)
            write(batch)
            done += len(rows)
            self._say(done, self.total)

    def _batches(self) -> Iterator[list[Row]]:
        rows = (Row(number, values) for number, values in self.sheet.values())
        while batch := list(islice(rows, BATCH)):
            yield batch

    def _say(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(done, total)

    def _not_in_file(self, numbers: Mapping[str, int]) -> tuple[int, list[tuple[str, str]]]:
        """Count who of the school is not in the file, and name the first."""
        if not numbers:
            return 0, []
        missing: list[int] = []
        count = 0
        everyone = Student.objects.filter(school=self.school, is_active=True).order_by("class_name", "student_number")
        for pk, number in everyone.values_list("pk", "student_number").iterator(chunk_size=2000):
            if number not in numbers and pk not in self.adopted:
                count += 1
                if count <= NOT_IN_FILE:
                    missing.append(pk)
        named = Student.objects.filter(pk__in=missing).select_related("user").order_by("class_name", "student_number")
        return count, [(student.user.get_full_name() or student.user.email, student.class_name) for student in named]


def _shown(row: Row, outcome: str) -> dict[str, Any]:
    """Return a row for people: as it will be."""
    values = row.values
    return {
        "row": row.number,
        "outcome": outcome,
        "number": values["number"],
        "name": f"{values['first_name']} {row.last_name}",
        "email": values["email"],
        "programme": f"{values['programme'].qualification.crebo} {values['programme'].name}",
        "year": values["year"],
        "class_name": values["class_name"],
        "period": values["period"].name if values["period"] else "",
    }
