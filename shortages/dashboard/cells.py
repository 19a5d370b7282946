"""The cells of the newest count for one school, read in one query, and what they add up to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from organisations.models import Organisation, Programme, StagePeriod
from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot
from stagematch.clock import today

_COUNTS = ("students", "placed", "talking", "open", "without_fit", "competing", "silent", "structural")
_NIGHT = ("pk", "day", "definition", "finished_at", "started_at")
_PERIOD = ("pk", "slug", "name", "starts_on", "ends_on")


@dataclass(frozen=True)
class Night:
    """The count that is shown: when it was made and by which definitions."""

    pk: int
    day: dt.date
    definition: int
    finished_at: dt.datetime | None
    started_at: dt.datetime

    @property
    def counted_at(self) -> dt.datetime:
        """When it was done, on the clock of the wall."""
        return timezone.localtime(self.finished_at or self.started_at)


@dataclass(frozen=True)
class Row:
    """One `DemandCell` of the school."""

    period: int
    programme: int
    municipality: int | None
    year: int
    days: int
    counts: tuple[Any, ...]

    @property
    def open(self) -> int:
        return int(self.counts[3])


@dataclass(frozen=True)
class Totals:
    """Counts of a group of cells, as `DemandCell` defines them; `students = placed + talking + open`."""

    students: int = 0
    placed: int = 0
    talking: int = 0
    open: int = 0
    without_fit: int = 0
    competing: int = 0
    silent: int = 0
    exact_structural: float = 0.0

    @property
    def structural(self) -> int:
        """The structural shortage in whole students, never more than are without a place."""
        return min(self.open, int(self.exact_structural + 0.5))

    @property
    def friction(self) -> int:
        """Who could be placed with the places of now."""
        return self.open - self.structural

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Totals":
        """Add cells up."""
        columns = list(zip(*(row.counts for row in rows), strict=True))
        return cls(*(sum(column) for column in columns)) if columns else cls()


@dataclass(frozen=True)
class Counted:
    """All cells of one school in the newest count; `night` is None when nothing was ever counted."""

    night: Night | None
    rows: list[Row]
    periods: list[StagePeriod]
    programmes: list[Programme]


def read_cells(school: Organisation | None) -> Counted:
    """Return the newest finished count for a school. One query; a second one when the school is not in it."""
    done = ShortageSnapshot.objects.filter(status=SnapshotStatus.DONE, day__lte=today()).order_by("-day", "-pk")
    found: list[tuple[Any, ...]] = []
    if school is not None:
        night_columns = [f"snapshot__{name}" for name in _NIGHT]
        period_columns = [f"period__{name}" for name in _PERIOD]
        programme_columns = ["programme__pk", "programme__public_id", "programme__name"]
        cells = DemandCell.objects.filter(school=school, snapshot=Subquery(done.values("pk")[:1]))
        found = list(
            cells.values_list(
                *night_columns, *period_columns, *programme_columns, "municipality", "year", "days", *_COUNTS
            )
        )
    if not found:
        alone = done.values_list(*_NIGHT).first()
        return Counted(Night(*alone) if alone else None, [], [], [])
    n, p = len(_NIGHT), len(_NIGHT) + len(_PERIOD)
    periods = {row[n]: row[n:p] for row in found}
    programmes = {row[p]: row[p : p + 3] for row in found}
    rows = [Row(row[n], row[p], row[p + 3], row[p + 4], row[p + 5], row[p + 6 :]) for row in found]
    return Counted(
        night=Night(*found[0][:n]),
        rows=rows,
        periods=sorted(
            (StagePeriod(**dict(zip(_PERIOD, values, strict=True))) for values in periods.values()),
            key=lambda period: (period.starts_on, period.ends_on, period.pk),
        ),
        programmes=sorted(
            (Programme(pk=pk, public_id=public_id, name=name) for pk, public_id, name in programmes.values()),
            key=lambda programme: (programme.name, programme.pk),
        ),
    )
