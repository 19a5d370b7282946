"""Where a student stands in the row of a full place, told as it is."""

from dataclasses import dataclass

from django.db.models import Q

from placements.models import Vacancy, WaitingListEntry
from stagematch.clock import today
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


def place_in_line(student: Student, vacancy: Vacancy) -> PlaceInLine | None:
    """Return where the student stands, or None when they do not wait here. Two queries."""
    entry = WaitingListEntry.objects.filter(student=student, vacancy=vacancy).first()
    return _place(entry) if entry else None


def _place(entry: WaitingListEntry) -> PlaceInLine:
    waiting = list(
        WaitingListEntry.objects.filter(vacancy=entry.vacancy_id, told_at__isnull=True)
        .order_by("created_at", "pk")
        .values_list("pk", flat=True)
    )
    number = waiting.index(entry.pk) + 1 if entry.pk in waiting else 0
    return PlaceInLine(entry, number, len(waiting))


def lines_of(student: Student) -> list[PlaceInLine]:
    """Return every row this student waits in, longest first. Two queries, whatever their number."""
    mine = list(
        WaitingListEntry.objects.filter(student=student)
        .select_related("vacancy__organisation")
        .defer("vacancy__search_vector", "vacancy__search_text")
    )
    if not mine:
        return []
    rows: dict[int, list[int]] = {}
    everybody = WaitingListEntry.objects.filter(
        Q(vacancy__in=[entry.vacancy_id for entry in mine]), told_at__isnull=True
    )
    for pk, vacancy in everybody.order_by("created_at", "pk").values_list("pk", "vacancy"):
        rows.setdefault(vacancy, []).append(pk)
    places = []
    for entry in mine:
        row = rows.get(entry.vacancy_id, [])
        places.append(PlaceInLine(entry, row.index(entry.pk) + 1 if entry.pk in row else 0, len(row)))
    return places
