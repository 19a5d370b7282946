import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaking.demo.load import NotEmptyError, load
from matchmaking.demo.world import SIZES
from stagematch.clock import today


class Command(BaseCommand):
    help = "Fill an empty database with demo data: real names of organisations, invented people and numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=list(SIZES), default="small")
        parser.add_argument("--seed", type=int, default=637)
        parser.add_argument(
            "--date", type=dt.date.fromisoformat, help="the day on which the demo plays (default: today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is a production environment (STAGEMATCH_ENV). Demo data does not belong here.")
        try:
            loaded = load(
                size=options["size"], seed=options["seed"], day=options["date"] or today(), say=self.stdout.write
            )
        except NotEmptyError as error:
            raise CommandError("This database holds data that is no demo. Use an empty database.") from error
        if not loaded:
            self.stdout.write("The demo data is already there; nothing changed.")
