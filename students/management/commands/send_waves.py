"""`manage.py send_waves --date 2027-02-01`: send the planned invitations of a day by hand."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stagematch.clock import at, today
from students.services.waves import send_waves


class Command(BaseCommand):
    help = "Verstuurt de uitnodigingen die scholen voor een dag planden. Twee keer draaien kan geen kwaad."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="standaard vandaag")
        parser.add_argument("--dry-run", action="store_true", help="zeg wat er zou gebeuren, verander niets")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["date"] or today()
        with at(day):
            number = send_waves(day=day, dry_run=options["dry_run"])
        self.stdout.write(f"{number} studenten {'zouden' if options['dry_run'] else 'kregen'} een uitnodiging.")
