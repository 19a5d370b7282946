"""Where a student stands in the row of a full place, told as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from placements.models import Vacancy, WaitingListEntry
from stagematch.clock import today
from stagematch.ui.prepared import Prepared
from students.models import Student


@dataclass(frozen=True)
class PlaceInLine:
    """One row of the waiting list. `number` is 1 for who is told first; 0 for whom was told already."""

    entry: WaitingListEntry
    number: int
    total: int

    @property
    def is_turn(self) -> bool:
        """Whether this student was told that there is room, and the next one waits for them."""
        return self.entry.turn_until is not None and self.entry.turn_until >= today()

    @property
    def is_over(self) -> bool:
        """Whether the turn went by."""
        return self.entry.told_at is not None and not self.is_turn


def _with_places(entries: QuerySet[WaitingListEntry]) -> QuerySet[WaitingListEntry]:
    """Count, in the same query, who of the row is before each of these entries."""
    row = WaitingListEntry.objects.filter(vacancy=OuterRef("vacancy"), told_at__isnull=True).order_by()
    before = Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk"))

    def number(rows: QuerySet[WaitingListEntry]) -> Coalesce:
        counted = rows.values("vacancy").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))

    return entries.annotate(ahead=number(row.filter(before)), waiting=number(row))


def _lines(counted: Iterable[Any]) -> list[PlaceInLine]:
    return [PlaceInLine(entry, 0 if entry.told_at else entry.ahead + 1, entry.waiting) for entry in counted]


def place_in_line(student: Student, vacancy: Vacancy) -> PlaceInLine | None:
    """Return where the student stands, or None when they do not wait here. One query."""
    found = _lines(_with_places(WaitingListEntry.objects.filter(student=student, vacancy=vacancy)))
    return found[0] if found else None


def _entries_of(student: int) -> QuerySet[WaitingListEntry]:
    return _with_places(
        WaitingListEntry.objects.filter(student=student)
        .select_related("vacancy__organisation")
        .defer("vacancy__search_vector", "vacancy__search_text")
    )


_entries = Prepared(_entries_of, student=int)


def lines_of(student: Student) -> list[PlaceInLine]:
    """Return every row this student waits in, longest first. One query, whatever their number."""
    return _lines(_entries.objects(student=student.pk))
