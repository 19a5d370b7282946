"""One page of a school's list of students: its rows, read in one question and drawn once for as long as they say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils.safestring import SafeString

from organisations.models import StagePeriod
from placements.progress import Progress, with_progress
from stagematch.clock import today
from stagematch.mail.models import MailAddress
from stagematch.ui.drawn import DrawnOnce
from stagematch.ui.prepared import Prepared
from students.models import Student

PER_PAGE = 50


@dataclass(frozen=True)
class StudentRow:
    """What the list says of one student. Two that are equal are drawn alike."""

    public_id: UUID
    name: str
    email: str
    student_number: str
    school: str  # empty when it goes without saying
    class_name: str
    year: int
    rejections: int
    progress: Progress
    open_applications: int
    searching_since: dt.date | None
    period_name: str | None  # what `progress` is about
    also_seeks: str | None
    address_stopped: bool

    @property
    def drawn(self) -> SafeString:
        """The row as html; all its fields are the key."""
        return _drawn.html(self, self)


_drawn = DrawnOnce("placements/_student_row.html", "row", most=2048)


def rows_of(students: Sequence[int], period: StagePeriod | None, *, names_school: bool) -> list[StudentRow]:
    """Return these students as rows, in this order, with what belongs to `period`. One query; at most `PER_PAGE`.

    For primary keys of students the reader may see: nothing is checked here.
    """
    if period is None:
        found = _whenever.rows(day=today(), students=students)
    else:
        found = _then.rows(day=today(), students=students, period=period.pk)
    known = {row["id"]: _row(row, names_school) for row in found}
    return [known[student] for student in students if student in known]


_COLUMNS = (
    *("id", "public_id", "student_number", "class_name", "year", "rejections", "school__name"),
    *("user__first_name", "user__last_name", "user__email"),
    *("progress", "open_applications", "searching_since", "period_name", "also_seeks", "address_stopped"),
)


def _asked(day: dt.date, students: list[int], period: int | None = None) -> QuerySet[Student, dict[str, Any]]:
    # Addresses of mail are kept in lower case.
    stopped = MailAddress.objects.filter(email=Lower(OuterRef("user__email")), stopped_at__isnull=False)
    found = with_progress(Student.objects.filter(pk__in=students), period, day)
    rows: QuerySet[Student, dict[str, Any]] = found.annotate(address_stopped=Exists(stopped)).values(*_COLUMNS)
    return rows


_whenever = Prepared(_asked, most=PER_PAGE, day=dt.date, students=list)
_then = Prepared(_asked, most=PER_PAGE, day=dt.date, students=list, period=int)


def _row(row: Mapping[str, Any], names_school: bool) -> StudentRow:
    return StudentRow(
        public_id=row["public_id"],
        name=f"{row['user__first_name']} {row['user__last_name']}".strip(),
        email=row["user__email"],
        student_number=row["student_number"],
        school=row["school__name"] if names_school else "",
        class_name=row["class_name"],
        year=row["year"],
        rejections=row["rejections"],
        progress=Progress(row["progress"]),
        open_applications=row["open_applications"] or 0,
        searching_since=row["searching_since"],
        period_name=row["period_name"],
        also_seeks=row["also_seeks"],
        address_stopped=row["address_stopped"],
    )
