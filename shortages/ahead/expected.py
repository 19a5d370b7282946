"""The table a coordinator fills in: what was said before, what we suggest, and who is in the system already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme, StagePeriod
from shortages.ahead.schools import school_year
from shortages.models import ExpectedIntake, NumerusFixus
from stagematch.clock import today
from students.enums import SearchStatus
from students.models import PlacementSearch, Student


@dataclass(frozen=True)
class Cell:
    """One opleiding and leerjaar: `number` as said before (None: not said), `suggestion` with why, `known` in the system."""

    programme: Programme
    year: int
    number: int | None
    suggestion: int
    why: str
    known: int

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"n{self.programme.pk}-{self.year}"


@dataclass(frozen=True)
class Row:
    """One opleiding: a cell per leerjaar it has, and its numerus fixus in the year the period belongs to."""

    programme: Programme
    cells: list[Cell]
    limit: NumerusFixus | None


@dataclass(frozen=True)
class ExpectedSheet:
    """What the page shows of one school and period."""

    school: Organisation
    period: StagePeriod
    rows: list[Row]
    years: list[int]
    filled_by: str
    filled_at: dt.datetime | None

    @property
    def intake_year(self) -> int:
        """The school year whose first-years this is about."""
        return school_year(self.period.starts_on)

    @property
    def intake_label(self) -> str:
        """That school year in figures: 2026-2027."""
        return f"{self.intake_year}-{self.intake_year + 1}"

    @property
    def told(self) -> int | None:
        """All expected students together, as the school said; None when it said nothing."""
        said = [cell.number for row in self.rows for cell in row.cells if cell.number is not None]
        return sum(said) if said else None


def sheet_of(school: Organisation, period: StagePeriod) -> ExpectedSheet:
    """Read the table of one school and period, in six queries whatever its size."""
    programmes = list(Programme.objects.filter(school=school).select_related("qualification").order_by("name", "pk"))
    said = {
        (row.programme_id, row.year): row
        for row in ExpectedIntake.objects.filter(programme__school=school, period=period).select_related("filled_by")
    }
    limits = {(row.programme_id, row.intake_year): row for row in NumerusFixus.objects.filter(programme__school=school)}
    present = _counted(
        Student.objects.filter(programme__school=school, is_active=True).values_list("programme", "year")
    )
    searching = _counted(
        PlacementSearch.objects.filter(student__programme__school=school, period=period, student__is_active=True)
        .exclude(status=SearchStatus.STOPPED)
        .values_list("student__programme", "student__year")
    )
    intake = school_year(period.starts_on)
    shift = intake - school_year(today())
    rows = []
    for programme in programmes:
        cells = []
        for year in range(1, programme.years + 1):
            row = said.get((programme.pk, year))
            limit = limits.get((programme.pk, intake - year + 1))
            suggestion, why = _suggest(programme, year, shift, present, limit)
            known = searching.get((programme.pk, year), 0)
            cells.append(Cell(programme, year, row.number if row else None, suggestion, why, known))
        rows.append(Row(programme, cells, limits.get((programme.pk, intake))))
    last = max(said.values(), key=lambda row: row.filled_at, default=None)
    return ExpectedSheet(
        school=school,
        period=period,
        rows=rows,
        years=list(range(1, max((p.years for p in programmes), default=0) + 1)),
        filled_by=str(last.filled_by) if last and last.filled_by else "",
        filled_at=last.filled_at if last else None,
    )


def _counted(pairs: object) -> dict[tuple[int, int], int]:
    rows = pairs.annotate(n=Count("pk")).order_by()  # type: ignore[attr-defined]
    return {(programme, year): n for programme, year, n in rows}


def _suggest(
    programme: Programme, year: int, shift: int, present: dict[tuple[int, int], int], limit: NumerusFixus | None
) -> tuple[int, str]:
    """How many students it could be, from who is there now and moves up; of who is not there yet, as many as now."""
    before = year - shift
    if before >= 1:
        number = present.get((programme.pk, before), 0)
        return number, _("zoveel zitten er nu in leerjaar %(year)d") % {"year": before}
    if limit is not None and limit.places is not None:
        return limit.places, _("volgens de numerus fixus")
    return present.get((programme.pk, 1), 0), _("evenveel als nu in leerjaar 1")
