from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from organisations.models import Organisation
from placements.imports import import_vacancies
from stagematch.ui.commands import ImportCommand
from stagematch.ui.tables import ImportReport


class Command(ImportCommand):
    help = "Import an organisation's vacancies from CSV or XLSX, as concepts: all or nothing, recognised by their own number."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, help="the organisation's slug, e.g. wmo-radar")

    def run(self, source: Path, progress: Callable[[int, int], None], **options: Any) -> ImportReport:
        organisation = Organisation.objects.hosting().filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(
                f"Er is geen organisatie {options['organisation']!r}. Zoek het webadres op in het beheer."
            )
        return import_vacancies(
            organisation=organisation, source=source, actor=None, dry_run=options["dry_run"], progress=progress
        )
