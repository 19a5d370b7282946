import datetime as dt

from placements.management.daily import DailyCommand
from placements.services import run_retention


class Command(DailyCommand):
    help = "Delete closed applications after the retention term, with all that was written about them (R8)."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return run_retention(day=day, dry_run=dry_run).lines()
