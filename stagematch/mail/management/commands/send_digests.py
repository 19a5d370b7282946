import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stagematch.clock import today
from stagematch.mail.digests import send_digests


class Command(BaseCommand):
    help = "Queue the digests of a day: one mail per person with everything that waited for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", default="", help="the day to do it for, as 2027-02-01 (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        given = options["date"]
        try:
            day = dt.date.fromisoformat(given) if given else today()
        except ValueError as error:
            msg = f"{given} is not a date; write it as 2027-02-01."
            raise CommandError(msg) from error
        number = send_digests(day=day, dry_run=options["dry_run"])
        self.stdout.write(f"{day}{' (dry run)' if options['dry_run'] else ''}\n  digests: {number}")
