"""Counts the shortage of one day."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shortages.services import take_count
from stagematch.clock import today
from stagematch.ui.errors import RuleError


class Command(BaseCommand):
    """Safe to start twice: a day that was counted is not counted again, unless `--again` asks for it."""

    help = "Telt het tekort van een dag: studenten, plekken, structureel tekort en wat zou helpen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="de dag (JJJJ-MM-DD), standaard vandaag")
        parser.add_argument("--dry-run", action="store_true", help="reken alles uit, maar bewaar niets")
        parser.add_argument("--again", action="store_true", help="vervang de telling van deze dag")

    def handle(self, *args: Any, **options: Any) -> None:
        day: dt.date = options["date"] or today()
        try:
            found = take_count(day=day, again=options["again"], dry_run=options["dry_run"], progress=self._say)
        except RuleError as error:
            raise CommandError(str(error)) from error
        counts = found.counts
        self.stdout.write(
            f"{found.day:%d-%m-%Y}: {counts['students']} studenten, {counts['placed']} geplaatst, "
            f"{counts['talking']} in gesprek, {counts['open']} zonder plek; {counts['free']} vrije plekken"
        )
        self.stdout.write(
            f"  structureel tekort {counts['shortage']}: {counts['without_fit']} zonder passende plek, en "
            f"{counts['competing']} studenten op {counts['capacity']} plekken"
        )
        if found.timings:
            self.stdout.write(f"  {sum(found.timings.values()):.1f} seconden, {counts['levers']} manieren die helpen")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
