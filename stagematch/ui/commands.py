"""What the import commands share: reading the file, showing progress, and one clear answer."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stagematch.ui.tables import ImportReport, TableError


class ImportCommand(BaseCommand):
    """A command that imports one file. Subclasses implement `run`. Exit code 1 when the file was refused."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def run(self, source: Path, progress: Callable[[int, int], None], **options: Any) -> ImportReport:
        """Import `source`; return the report."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options.pop("file")
        if not source.is_file():
            raise CommandError(f"Het bestand {source} bestaat niet.")
        try:
            report = self.run(source, self._progress, **options)
        except TableError as error:
            raise CommandError(error.message) from error
        for line in report.lines():
            (self.stdout if report.ok else self.stderr).write(line)
        if not report.ok:
            sys.exit(1)

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"  {done} van {total} rijen" if total else f"  {done} rijen nagekeken", ending="\n")
