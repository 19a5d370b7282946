"""Repeats a recorded run and says whether it gives the same."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaking.models import MatchingRun
from matchmaking.services import replay
from stagematch.ui.errors import RuleError


class Command(BaseCommand):
    """Exit code 1 when the outcome differs."""

    help = "Herhaalt een matching-run met de bewaarde invoer en vergelijkt de uitkomst."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="nummer van de run")

    def handle(self, *args: Any, **options: Any) -> None:
        run = MatchingRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"Run {options['run']} bestaat niet.")
        try:
            result = replay(run)
        except RuleError as error:
            raise CommandError(error.message) from error
        for what, equal in (
            ("invoer", result.input_equal),
            ("uitkomst", result.outcome_equal),
            ("voorstellen", result.proposals_equal),
        ):
            self.stdout.write(f"  {what}: {'gelijk' if equal else 'ANDERS'}")
        self.stdout.write(f"Herhaald in {result.seconds:.2f} s, {result.proposals} voorstellen.")
        if not result.equal:
            sys.exit(1)
