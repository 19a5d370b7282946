import datetime as dt

from placements.management.daily import DailyCommand
from roadshows.services import registration
from stagematch.clock import now


class Command(DailyCommand):
    help = "Move the waiting lists of roadshows up and send the reminders for tomorrow's (W2)."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return registration.run_registrations(moment=now(), dry_run=dry_run).lines()
