import datetime as dt

from placements.management.daily import DailyCommand
from placements.services import send_student_news


class Command(DailyCommand):
    help = "Tell who is next on the waiting lists, and mail students the new places of their saved searches."

    def run(self, day: dt.date, *, dry_run: bool) -> list[str]:
        return send_student_news(day=day, dry_run=dry_run).lines()
