"""One student as the own school sees them (features B2, B3): how far, where it waits, what was agreed.

What the school sees of a reaction: place, organisation, state and dates. Not the motivation, not what the organisation
wrote; why it said no only when the student shares that answer (`SharedAnswer`). Needs and documents stay with the student.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from organisations import weekdays
from placements.enums import ApplicationStatus, PlacementStatus
from placements.guidance.enums import HelpReason
from placements.guidance.selectors import HelpRow, help_for, searches_of
from placements.guidance.services.tasks import coordinators_of
from placements.models import Application, HelpEvent, HelpNote, HelpTask, Placement
from placements.progress import Progress
from stagematch.accounts.models import User
from stagematch.clock import today
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

MOST_EVENTS = 20
MOST_REACTIONS = 50


@dataclass(frozen=True)
class Tile:
    """A tile of the hinkelbaan (`ui/pad.html`)."""

    naam: str
    klas: str


@dataclass(frozen=True)
class Reaction:
    """One reaction as the school may see it."""

    application: Application
    status: ApplicationStatus

    @property
    def is_late(self) -> bool:
        """The organisation should have answered by now (R1)."""
        return self.status in ApplicationStatus.unanswered() and self.application.answer_by < today()

    @property
    def answer(self) -> Any:
        """The rejection, only when the student shares it."""
        rejection = getattr(self.application, "rejection", None)
        return rejection if rejection is not None and hasattr(rejection, "shared") else None

    @property
    def is_unshared(self) -> bool:
        return self.status == ApplicationStatus.REJECTED and self.answer is None


class StudentPage:
    """All of one student's page; a fixed number of queries."""

    def __init__(self, student: Student, user: User) -> None:
        self.student, self.user = student, user
        self.progress = Progress(vars(student)["progress"])

    @property
    def tiles(self) -> list[Tile]:
        """Where the student is, from an empty profile to a place; a stop shows where it stopped."""
        names = [_("Profiel"), _("Zoekt"), _("In gesprek"), _("Aanbod"), _("Geplaatst")]
        order = [Progress.DRAFT, Progress.SEEKING, Progress.TALKING, Progress.OFFERED, Progress.PLACED]
        if self.progress == Progress.STOPPED:
            return [Tile(names[0], "is-done"), Tile(_("Gestopt"), "is-stop"), *(Tile(n, "is-off") for n in names[2:])]
        at = order.index(self.progress)
        done = self.progress == Progress.PLACED
        return [
            Tile(name, "is-done" if i < at or (done and i == at) else "is-now" if i == at else "")
            for i, name in enumerate(names)
        ]

    @cached_property
    def searches(self) -> list[PlacementSearch]:
        """What the student looks for, newest period first."""
        return searches_of(self.student)

    @property
    def search_rows(self) -> list[tuple[PlacementSearch, str, str]]:
        """Each search with its days and its wishes in words."""
        return [
            (
                search,
                weekdays.text(search.weekdays),
                weekdays.listing(search.wishes),  # type: ignore[attr-defined]
            )
            for search in self.searches
        ]

    @cached_property
    def _applications(self) -> list[Application]:
        """The newest, and however old the ones that became a stage."""
        rows = (
            Application.objects.filter(student=self.student)
            .select_related("vacancy__organisation", "rejection__shared", "placement")
            .defer("motivation", "learning_goals", "vacancy__search_vector", "vacancy__search_text")
            .order_by(F("placement__pk").asc(nulls_last=True), "-submitted_at", "pk")[:MOST_REACTIONS]
        )
        return sorted(rows, key=lambda row: (-row.submitted_at.timestamp(), row.pk))

    @cached_property
    def reactions(self) -> list[Reaction]:
        """Open ones first, then the newest."""
        found = [Reaction(row, ApplicationStatus(row.status)) for row in self._applications]
        return sorted(found, key=lambda r: not r.application.is_open)

    @property
    def open_count(self) -> int:
        return sum(reaction.application.is_open for reaction in self.reactions)

    @cached_property
    def placements(self) -> list[tuple[Placement, str]]:
        rows = [row.placement for row in self._applications if hasattr(row, "placement")]
        for row in rows:
            if row.vacancy_id == row.application.vacancy_id:
                row.vacancy = row.application.vacancy
        rows.sort(key=lambda row: (-row.starts_on.toordinal(), row.pk))
        return [(row, PlacementStatus(row.status).badge) for row in rows]

    @cached_property
    def help(self) -> HelpRow | None:
        """Why this student needs somebody now, or None."""
        return help_for(self.student, self.searches)

    @cached_property
    def tasks(self) -> list[HelpTask]:
        """Open ones first, then what was closed last."""
        rows = HelpTask.objects.visible_to(self.user).filter(student=self.student).select_related("owner")
        return sorted(rows, key=lambda t: (t.closed_at is not None, t.due_on))

    @cached_property
    def colleagues(self) -> list[User]:
        """Who can own a task."""
        return coordinators_of(self.student.school)

    @cached_property
    def notes(self) -> list[HelpNote]:
        rows = HelpNote.objects.visible_to(self.user).filter(student=self.student)
        return list(rows.select_related("author"))

    @cached_property
    def events(self) -> list[HelpEvent]:
        return list(HelpEvent.objects.filter(student=self.student).select_related("actor")[:MOST_EVENTS])

    def suggested(self, reason: str) -> dict[str, str]:
        """Return what the task form shows first when one came to do something about `reason`."""
        titles = {
            HelpReason.TRAVEL: _("Praten over reistijd"),
            HelpReason.WAITING: _("De organisatie bellen"),
            HelpReason.PROFILE: _("Samen het profiel afmaken"),
        }
        if reason not in HelpReason.values:
            return {}
        return {"title": titles.get(HelpReason(reason), _("Een gesprek plannen")), "reason": reason}

    @property
    def current(self) -> PlacementSearch | None:
        """The search that is open."""
        return next((s for s in self.searches if s.status == SearchStatus.OPEN and s.ends_on >= today()), None)
