import datetime as dt

from placements.management.daily import DailyCommand
from placements.services import close_expired


class Command(DailyCommand):
    help = (
        "Close vacancies whose last day has passed; where a student waits for an answer, say so to the stagemakelaar."
    )

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        counts = close_expired(day=day, dry_run=dry_run)
        return [f"closed: {counts['closed']}", f"waiting for an answer first: {counts['waiting']}"]
