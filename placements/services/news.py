"""What students hear every morning: it is your turn, and there is something new."""

import datetime as dt
from dataclasses import dataclass

from placements.services.assisted import expire_requests
from placements.services.reports import take_over_everywhere
from placements.services.saved_searches import mail_saved_searches
from placements.services.waiting import tell_waiting_everywhere
from students.services import remind_incomplete


@dataclass
class NewsCounts:
    """How many were (in a dry run: would perhaps be) told."""

    waiting: int = 0
    searches: int = 0
    requests: int = 0
    reports: int = 0
    profiles: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"waiting lists: {self.waiting}",
            f"saved searches with something new: {self.searches}",
            f"requests on behalf of students that ended: {self.requests}",
            f"reports given to a new contact: {self.reports}",
            f"students who did not finish their search: {self.profiles}",
        ]


def send_student_news(*, day: dt.date, dry_run: bool = False) -> NewsCounts:
    """Do the morning round of `day`. Running twice tells nobody twice; a missed day is made up for by the next."""
    return NewsCounts(
        waiting=tell_waiting_everywhere(day=day, dry_run=dry_run),
        searches=mail_saved_searches(day=day, dry_run=dry_run),
        requests=0 if dry_run else expire_requests(),
        reports=0 if dry_run else take_over_everywhere(),
        profiles=remind_incomplete(day=day, dry_run=dry_run),
    )
