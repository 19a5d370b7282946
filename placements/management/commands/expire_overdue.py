import datetime as dt

from placements.management.daily import DailyCommand
from placements.services import expire_offers


class Command(DailyCommand):
    help = "Let offers expire whose last day has passed; the stagemakelaar hears who is next."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return [f"offers expired: {expire_offers(day=day, dry_run=dry_run)}"]
