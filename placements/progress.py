"""How far a student is, in one word, worked out by the database (features B2)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from organisations.models import StagePeriod
from placements.enums import ApplicationStatus, PlacementStatus
from placements.models import Application, Placement
from stagematch.clock import today
from students.enums import SearchStatus
from students.models import PlacementSearch, Student


class Progress(models.TextChoices):
    """The one word for how far a student is; the furthest counts."""

    DRAFT = "draft", _("profiel niet compleet")
    SEEKING = "seeking", _("zoekt")
    TALKING = "talking", _("in gesprek")
    OFFERED = "offered", _("heeft een aanbod")
    PLACED = "placed", _("geplaatst")
    STOPPED = "stopped", _("gestopt")

    @property
    def badge(self) -> str:
        """The colour of the badge; the word always stands in it."""
        return {"placed": "safe", "offered": "warning", "talking": "active", "seeking": "neutral"}.get(self, "neutral")


def with_progress(
    students: QuerySet[Student], period: StagePeriod | int | None = None, day: dt.date | None = None
) -> QuerySet[Student]:
    """Add how far students are, in the one query; with a `period` only what belongs to that period counts.

    Adds `progress`, `open_applications`, `all_applications`, `searching_since`, `period_name` (what `progress` is about)
    and `also_seeks` (the first period with an open search: who has a place now may look for the next).
    """
    day = day or today()
    mine = Application.objects.filter(student=OuterRef("pk"))
    search = PlacementSearch.objects.filter(student=OuterRef("pk"), ends_on__gte=day)
    placed = Placement.objects.filter(
        student=OuterRef("pk"), status__in=[PlacementStatus.AGREED, PlacementStatus.RUNNING], ends_on__gte=day
    )
    if period is not None:
        mine, search, placed = (
            mine.filter(search__period=period), search.filter(period=period), placed.filter(search__period=period)
        )  # fmt: skip
    talking = [ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND, ApplicationStatus.RESERVE]

    def number(rows: QuerySet[Application]) -> Subquery:
        return Subquery(rows.order_by().values("student").annotate(n=Count("pk")).values("n"))

    def name(rows: QuerySet[PlacementSearch], order: str) -> Subquery:
        return Subquery(rows.order_by(order, "pk").values("period__name")[:1])

    return students.annotate(
        progress=Case(
            When(Exists(placed) | Exists(search.filter(status=SearchStatus.PLACED)), then=Value(Progress.PLACED)),
            When(Exists(mine.filter(status=ApplicationStatus.OFFERED)), then=Value(Progress.OFFERED)),
            When(Exists(mine.filter(status__in=talking)), then=Value(Progress.TALKING)),
            When(Exists(search.filter(status=SearchStatus.OPEN)), then=Value(Progress.SEEKING)),
            When(Q(is_active=False) | Exists(search.filter(status=SearchStatus.STOPPED)), then=Value(Progress.STOPPED)),
            default=Value(Progress.DRAFT),
            output_field=CharField(),
        ),
        open_applications=number(mine.filter(status__in=ApplicationStatus.open_statuses())),
        all_applications=number(mine),
        searching_since=Subquery(search.order_by("-starts_on").values("opened_on")[:1]),
        period_name=Coalesce(name(search.filter(status=SearchStatus.PLACED), "starts_on"), name(search, "-starts_on")),
        also_seeks=name(search.filter(status=SearchStatus.OPEN), "starts_on"),
    )
