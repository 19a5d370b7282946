import datetime as dt

from placements.dossier.night import placement_night
from placements.management.daily import DailyCommand


class Command(DailyCommand):
    help = "Start and finish stages, and queue the reminders about their papers and talks."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return placement_night(day=day, dry_run=dry_run).lines()
