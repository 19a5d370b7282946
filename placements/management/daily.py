"""What the daily commands share: `--date` for a missed or future day, `--dry-run`, and the clock set to that day."""

import datetime as dt
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stagematch.clock import at, today


class DailyCommand(BaseCommand):
    """A job that belongs to a day. Subclasses implement `run`; it is safe to run twice."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", default="", help="the day to do it for, as 2027-02-01 (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        """Do the work of `day`; return the lines to print."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        given = options["date"]
        try:
            day = dt.date.fromisoformat(given) if given else today()
        except ValueError as error:
            raise CommandError(f"{given} is not a date; write it as 2027-02-01.") from error
        with at(day) if given else nullcontext():
            lines = self.run(day, dry_run=options["dry_run"])
        self.stdout.write(f"{day}{' (dry run)' if options['dry_run'] else ''}")
        for line in lines:
            self.stdout.write(f"  {line}")
