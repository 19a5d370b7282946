"""The cells of the newest count for one school, and what they add up to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Case, JSONField, Subquery, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from organisations.models import Organisation, Programme, StagePeriod
from shortages.enums import PublishedTable
from shortages.models import DemandCell, PublishedFigure

_COUNTS = ("students", "placed", "talking", "open", "without_fit", "competing", "silent", "structural")
OF_AREAS = ("level", "code", "places", "taken", "free", "unused", "blocked")
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
    """All cells of one school in one count, with their periods and opleidingen."""

    rows: list[Row]
    periods: list[StagePeriod]
    programmes: list[Programme]
    published: list[dict[str, Any]]  # the published figures of places, of every area and period


def night_of(school: Organisation | None) -> Night | None:
    """Return the newest count, which a school of `schools_of` carries; None when nothing was ever counted. No query."""
    found: dict[str, Any] | None = getattr(school, "newest_count", None)
    if found is None:
        return None
    done = found["finished_at"]
    return Night(
        pk=found["pk"],
        day=dt.date.fromisoformat(found["day"]),
        definition=found["definition"],
        finished_at=dt.datetime.fromisoformat(done) if done else None,
        started_at=dt.datetime.fromisoformat(found["started_at"]),
    )


def read_cells(school: Organisation | None, night: Night | None) -> Counted:
    """Return the cells of one count for a school. One query."""
    if school is None or night is None:
        return Counted([], [], [], [])
    columns = [f"period__{name}" for name in _PERIOD]
    columns += ["programme__pk", "programme__public_id", "programme__name", "municipality", "year", "days", *_COUNTS]
    cells = DemandCell.objects.filter(school=school, snapshot=night.pk)
    # With the first cell, so that the page asks one question less: what everybody may see of the places of that night.
    places = (
        PublishedFigure.objects.filter(snapshot=night.pk, table=PublishedTable.AREAS)
        .order_by()
        .values("snapshot")
        .annotate(found=JSONBAgg(JSONObject(period="period_id", **{name: name for name in OF_AREAS})))
        .values("found")
    )
    first = Subquery(cells.order_by("pk").values("pk")[:1])
    found: list[tuple[Any, ...]] = list(
        cells.annotate(published=Case(When(pk=first, then=Subquery(places)), output_field=JSONField())).values_list(
            *columns, "published"
        )
    )
    p = len(_PERIOD)
    periods = {row[0]: row[:p] for row in found}
    programmes = {row[p]: row[p : p + 3] for row in found}
    rows = [Row(row[0], row[p], row[p + 3], row[p + 4], row[p + 5], row[p + 6 : -1]) for row in found]
    return Counted(
        rows=rows,
        periods=sorted(
            (StagePeriod(**dict(zip(_PERIOD, values, strict=True))) for values in periods.values()),
            key=lambda period: (period.starts_on, period.ends_on, period.pk),
        ),
        programmes=sorted(
            (Programme(pk=pk, public_id=public_id, name=name) for pk, public_id, name in programmes.values()),
            key=lambda programme: (programme.name, programme.pk),
        ),
        published=next((row[-1] for row in found if row[-1]), []),
    )
