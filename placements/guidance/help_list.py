"""All of a school's students who need somebody now, a page at a time.

In which order, and why, is kept for five minutes: primary keys and reasons, no person (docs/decisions/0008). Who is on the
page is read every time, and when one of them found a place meanwhile all of it is made anew at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from django.http import QueryDict

from organisations.models import Organisation
from placements.browse.pager import Pager
from placements.guidance.enums import HelpReason
from placements.guidance.registry import Found
from placements.guidance.selectors import HelpRow, settings_of
from placements.guidance.urgent import PER_PAGE, Urgent, most_urgent, page_of
from placements.models import HelpSettings
from stagematch.clock import today
from stagematch.ui.kept import forget, kept

KEPT_SECONDS = 300
_KEPT_AS = "needing-help"


@dataclass(frozen=True)
class Ranking:
    """Everybody of a school who needs somebody now, the most urgent first, with nothing about who they are."""

    counts: dict[HelpReason, int]  # students per reason
    reasons: list[Found]  # each once: hundreds of students share them
    rows: list[tuple[int, int, tuple[int, ...], int]]  # search, student, which of the reasons, open applications

    def urgent(self, row: tuple[int, int, tuple[int, ...], int]) -> Urgent:
        """Return a row as it was before it was packed."""
        search, student, found, open_applications = row
        return Urgent(search, student, tuple(self.reasons[at] for at in found), open_applications)


def ranking_of(school: Organisation, settings: HelpSettings) -> Ranking:
    """Return the same students in the same order as `needing_help`. Three queries, and one for every registered reason."""
    places: dict[Found, int] = {}
    counts: Counter[HelpReason] = Counter()
    rows = []
    for one in most_urgent(school, None, period=None, settings=settings):
        # What names the episode is for the night alone.
        shown = [replace(found, cause="") for found in one.found]
        counts.update({found.code for found in shown})
        which = tuple(places.setdefault(found, len(places)) for found in shown)
        rows.append((one.search, one.student, which, one.open_applications))
    return Ranking(dict(counts), list(places), rows)


class HelpList:
    """A page of the list, and how many there are for every reason; `?reden=` narrows it. Two queries while it is kept."""

    def __init__(self, school: Organisation, query: QueryDict) -> None:
        self._school = school
        self._query = query
        reason = query.get("reden", "")
        self.chosen = reason if reason in HelpReason.values else ""
        self._settings = settings_of(school)
        self._of = [school.pk, today(), self._settings.pk, self._settings.changed_at if self._settings.pk else None]
        asked = self._read()
        if len(self.rows) < len(asked):
            # Somebody found a place or left since: the numbers would be wrong too.
            forget(_KEPT_AS, self._of)
            self._read()

    def _read(self) -> list[Urgent]:
        ranking = kept(_KEPT_AS, self._of, lambda: ranking_of(self._school, self._settings), seconds=KEPT_SECONDS)
        rows = ranking.rows
        if self.chosen:
            wanted = {at for at, found in enumerate(ranking.reasons) if found.code == self.chosen}
            rows = [row for row in rows if not wanted.isdisjoint(row[2])]
        self.total = len(ranking.rows)
        self.reasons = [(reason, ranking.counts[reason]) for reason in HelpReason if reason in ranking.counts]
        self.pager = Pager(self._query, len(rows), PER_PAGE)
        asked = [ranking.urgent(row) for row in rows[self.pager.start : self.pager.stop]]
        self.rows: list[HelpRow] = page_of(self._school, asked)
        return asked
