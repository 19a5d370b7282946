import datetime as dt

from placements.guidance.night import help_night
from placements.management.daily import DailyCommand


class Command(DailyCommand):
    help = "Write a kind word to students who hear no often, and make tasks for their schools."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return help_night(day=day, dry_run=dry_run).lines()
