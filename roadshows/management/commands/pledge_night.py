import datetime as dt

from placements.management.daily import DailyCommand
from roadshows.services.pledge_questions import pledge_night


class Command(DailyCommand):
    help = "Follow what was promised at roadshows: states, suggestions, questions after 1, 3, 6 and 12 months."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return pledge_night(day=day, dry_run=dry_run).lines()
