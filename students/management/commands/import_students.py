from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from organisations.models import Organisation
from stagematch.ui.commands import ImportCommand
from stagematch.ui.tables import ImportReport
from students.imports import columns_for, import_students


class Command(ImportCommand):
    help = "Import a school's students from CSV or XLSX: all or nothing, recognised by student number."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--school", required=True, help="the school's slug, e.g. zadkine")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=HEADER",
            help="which header holds a column, e.g. number=Leerlingnr; give every column that is in the file",
        )

    def run(self, source: Path, progress: Callable[[int, int], None], **options: Any) -> ImportReport:
        school = Organisation.objects.schools().filter(slug=options["school"]).first()
        if school is None:
            known = ", ".join(Organisation.objects.schools().order_by("slug").values_list("slug", flat=True)[:40])
            raise CommandError(f"Er is geen school {options['school']!r}. Bekend zijn: {known}.")
        mapping = dict(pair.partition("=")[::2] for pair in options["column"]) or None
        known_names = [column.name for column in columns_for(school)]
        if mapping and (wrong := set(mapping) - set(known_names)):
            raise CommandError(f"Onbekende kolom {', '.join(sorted(wrong))}. Bekend zijn: {', '.join(known_names)}.")
        return import_students(
            school=school, source=source, actor=None, mapping=mapping, dry_run=options["dry_run"], progress=progress
        )
