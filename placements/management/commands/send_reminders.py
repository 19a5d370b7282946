import datetime as dt

from placements.management.daily import DailyCommand
from placements.services import send_reminders


class Command(DailyCommand):
    help = "Queue the reminders of a day: answers that are due (R1) and interviews of the next day."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return send_reminders(day=day, dry_run=dry_run).lines()
