import datetime as dt

from placements.management.daily import DailyCommand
from shortages.services import send_month_mails


class Command(DailyCommand):
    help = "Mail every BPV-coördinator the shortage of the school, on the first working day of the month."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return [f"{send_month_mails(day=day, dry_run=dry_run)} mails"]
