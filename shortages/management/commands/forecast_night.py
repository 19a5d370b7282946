import datetime as dt

from placements.management.daily import DailyCommand
from shortages.services import forecast_night


class Command(DailyCommand):
    help = "Forecast who will have no place when the coming periods begin, and warn schools that asked for it."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return forecast_night(day=day, dry_run=dry_run).lines()
