"""Runs the matching of one night: here, or in the worker."""

import datetime as dt
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaking.enums import RunStatus, RunTrigger
from matchmaking.models import MatchingRun
from matchmaking.services import run_matching
from stagematch.clock import today

PATIENCE_SECONDS = 900


class Command(BaseCommand):
    """Safe to start twice: a night that was published is not done again, unless `--again` asks for one more run."""

    help = "Verdeelt de vrije stageplekken over de studenten die zoeken, en zet de voorstellen klaar."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=dt.date.fromisoformat, help="de nacht (JJJJ-MM-DD), standaard vandaag")
        parser.add_argument("--dry-run", action="store_true", help="reken alles uit, maar publiceer niets")
        parser.add_argument("--again", action="store_true", help="ook als deze nacht al is gedaan")
        parser.add_argument("--via-worker", action="store_true", help="laat de worker het doen en wacht erop")
        parser.add_argument("--no-wait", dest="wait", action="store_false", help="wacht niet op de worker")
        parser.add_argument(
            "--wait", dest="wait", action="store_true", default=True, help="wacht op de worker (standaard)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        night: dt.date = options["date"] or today()
        trigger = RunTrigger.BY_HAND if options["again"] else RunTrigger.NIGHTLY
        if options["via_worker"]:
            run = self._via_worker(night, trigger, dry_run=options["dry_run"], wait=options["wait"])
            if run is None:
                return
        else:
            run = run_matching(night=night, trigger=trigger, dry_run=options["dry_run"], progress=self._say)
        self._report(run)

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def _via_worker(self, night: dt.date, trigger: RunTrigger, *, dry_run: bool, wait: bool) -> MatchingRun | None:
        from matchmaking import tasks

        if trigger == RunTrigger.NIGHTLY:
            result = tasks.nightly_matching.delay(night=night.isoformat(), dry_run=dry_run)
        else:
            result = tasks.run_matching_by_hand.delay(night=night.isoformat(), dry_run=dry_run)
        self._say("De worker heeft de opdracht.")
        if not wait:
            return None
        ends, said = time.monotonic() + PATIENCE_SECONDS, ""
        while not result.ready():
            if time.monotonic() > ends:
                raise CommandError("De worker is na 15 minuten nog niet klaar. Draait hij wel?")
            running = MatchingRun.objects.filter(status=RunStatus.RUNNING).exists()
            line = "De worker is bezig …" if running else "Wachten op de worker …"
            if line != said:
                self._say(line)
                said = line
            time.sleep(0.25)
        if result.failed():
            raise CommandError(f"De matching is mislukt: {result.result}")
        return MatchingRun.objects.get(pk=str(result.result))

    def _report(self, run: MatchingRun) -> None:
        counts = run.counts
        if run.status == RunStatus.REFUSED:
            raise CommandError("De controle vond een fout. Er is niets gepubliceerd. Zie de run in het beheer.")
        self.stdout.write(f"Run {run.pk}, nacht van {run.night:%d-%m-%Y}: {run.get_status_display()}")
        self.stdout.write(
            f"  {counts.get('students', 0)} studenten zoeken, {counts.get('vacancies', 0)} vacatures, "
            f"{counts.get('places', 0)} vrije plekken, {counts.get('pairs', 0)} mogelijke combinaties"
        )
        self.stdout.write(
            f"  {counts.get('placed', 0)} studenten met een voorstel uit de verdeling, "
            f"{counts.get('unplaced', 0)} zonder, {counts.get('proposals', 0)} voorstellen in totaal"
        )
        if run.finished_at is not None:
            seconds = sum(run.timings.get(step, 0) for step in ("read", "engine", "pack", "publish", "mail"))
            self.stdout.write(f"  {seconds:.1f} seconden")
