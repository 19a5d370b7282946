from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from stagematch.regions.reference import import_reference, kinds
from stagematch.ui.commands import ImportCommand
from stagematch.ui.tables import ImportReport


class Command(ImportCommand):
    help = (
        "Import reference data of one kind from CSV or XLSX: all or nothing, existing rows are updated, none removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(kinds()))
        super().add_arguments(parser)

    def run(self, source: Path, progress: Callable[[int, int], None], **options: Any) -> ImportReport:
        return import_reference(kinds()[options["kind"]], source, dry_run=options["dry_run"])
