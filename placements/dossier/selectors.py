"""Lists of stages: for the organisation, the school and the praktijkbegeleider."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField as Bool
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from placements.browse.pager import Pager, address
from placements.dossier.access import Acting, of_side, with_file
from placements.dossier.enums import Side, VogStatus
from placements.dossier.page import FilePage
from placements.enums import PlacementStatus
from placements.models import ContactMoment, Placement, Signature
from stagematch.accounts.models import User
from stagematch.clock import today
from students.enums import SearchStatus

PER_PAGE = 25
SOON = dt.timedelta(days=30)


def with_papers(placements: QuerySet[Placement]) -> QuerySet[Any]:
    """Add `papers_missing`: whether something keeps the stage from starting; the same as `Checklist.blocking`, in SQL.

    And `needs_place`: whether the student still looks for another place.
    """
    signed = (
        Signature.objects.filter(file__placement=OuterRef("pk"), reset_at__isnull=True)
        .order_by()
        .values("file__placement")
        .annotate(n=Count("pk"))
        .values("n")
    )
    complete = Q(
        Q(file__vog_status=VogStatus.SEEN) | Q(file__vog_status=VogStatus.NOT_NEEDED),
        ~Q(file__weekdays=0),
        ~Q(file__guidance__regex=r"^\s*$"),
        ~Q(file__allowance__regex=r"^\s*$"),
        ~Q(vacancy__organisation__sbb_number__regex=r"^\s*$"),
        ~Q(file__learning_goals=[]),
        file__isnull=False,
        file__is_minor__isnull=False,
        file__hours_per_week__isnull=False,
        file__total_hours__isnull=False,
        signed__gte=F("needed"),
    )
    return placements.annotate(
        signed=Coalesce(Subquery(signed, output_field=IntegerField()), Value(0)),
        needed=Case(When(file__is_minor=True, then=Value(4)), default=Value(3), output_field=IntegerField()),
    ).annotate(
        needs_place=Case(When(needs_replacement(), then=Value(True)), default=Value(False), output_field=Bool()),
        papers_missing=Case(
            When(complete, then=Value(False)),
            When(status__in=PlacementStatus.active(), then=Value(True)),
            default=Value(False),
            output_field=Bool(),
        ),
    )


def needs_replacement() -> Q:
    """Condition: the stage stopped early, and the student still looks for another place."""
    other = Placement.objects.filter(search=OuterRef("search"), status__in=PlacementStatus.holding())
    return Q(~Exists(other), status=PlacementStatus.ENDED_EARLY, search__status=SearchStatus.OPEN)


def state_conditions() -> dict[str, Q]:
    """Return the condition of every tab."""
    day = today()
    return {
        "incompleet": Q(papers_missing=True),
        "begint": Q(status=PlacementStatus.AGREED, starts_on__lte=day + SOON),
        "bezig": Q(status=PlacementStatus.RUNNING),
        "loopt-af": Q(status=PlacementStatus.RUNNING, ends_on__lte=day + SOON),
        "vervanging": Q(needs_place=True),
        "klaar": Q(status=PlacementStatus.FINISHED) | Q(status=PlacementStatus.ENDED_EARLY),
    }


@dataclass(frozen=True)
class Tab:
    """A state with its number of stages."""

    label: str
    number: int
    chosen: bool
    url: str


class PlacementOverview:
    """The stages of one organisation or school, as asked for in the address. Six queries, whatever their number."""

    def __init__(self, user: User, side: Side, query: QueryDict) -> None:
        self.user, self.side, self.query = user, side, query
        self.words = (query.get("q") or "").strip()[:80]
        self.conditions = state_conditions()
        state = query.get("stand") or ""
        self.state = state if state in self.conditions else ""
        asked = with_papers(of_side(user, side))
        if self.words:
            asked = asked.annotate(
                full_name=Concat("student__user__first_name", Value(" "), "student__user__last_name")
            ).filter(
                Q(full_name__icontains=self.words)
                | Q(vacancy__title__icontains=self.words)
                | Q(vacancy__organisation__name__icontains=self.words)
                | Q(student__student_number__istartswith=self.words)
            )
        self.asked = asked

    @property
    def labels(self) -> dict[str, str]:
        return {
            "incompleet": _("papieren missen nog"),
            "begint": _("begint binnen 30 dagen"),
            "bezig": _("bezig"),
            "loopt-af": _("loopt af binnen 30 dagen"),
            "vervanging": _("andere plek nodig"),
            "klaar": _("voorbij"),
        }

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of stages per tab, in one query."""
        rows: dict[str, int] = self.asked.prefetch_related(None).aggregate(
            total=Count("pk"),
            **{key.replace("-", "_"): Count("pk", filter=condition) for key, condition in self.conditions.items()},
        )
        return rows

    @property
    def total(self) -> int:
        return self.counts["total"]

    @property
    def tabs(self) -> list[Tab]:
        rows = [Tab(_("alles"), self.total, not self.state, address(self.query, stand=None))]
        for key, label in self.labels.items():
            number = self.counts[key.replace("-", "_")]
            rows.append(Tab(label, number, key == self.state, address(self.query, stand=key)))
        return rows

    def _chosen(self) -> QuerySet[Any]:
        rows = self.asked.filter(self.conditions[self.state]) if self.state else self.asked
        # What needs work first: running and coming stages by their first day, then what is over.
        is_over = Case(When(status__in=PlacementStatus.active(), then=Value(0)), default=Value(1))
        return rows.order_by(is_over, "starts_on", "student__user__last_name", "pk")

    @cached_property
    def pager(self) -> Pager:
        total = self.counts[self.state.replace("-", "_")] if self.state else self.total
        return Pager(self.query, total, PER_PAGE)

    @cached_property
    def pages(self) -> list[FilePage]:
        """The files on this page."""
        found = list(self._chosen()[self.pager.start : self.pager.stop])
        return [_page(placement, self.side, self.user) for placement in found]

    def everything(self) -> Iterator[Placement]:
        """The whole selection, in pieces, for an export."""
        return self._chosen().iterator(chunk_size=200)

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.state)


def _page(placement: Placement, side: Side, user: User) -> FilePage:
    return FilePage(Acting(placement, with_file(placement), side, user))


@dataclass(frozen=True)
class AgendaLine:
    """One thing in the agenda of a praktijkbegeleider."""

    day: dt.date
    text: str
    page: FilePage
    moment: ContactMoment | None = None


class Guidance:
    """The own students of a praktijkbegeleider, and what is coming. Five queries, whatever their number."""

    def __init__(self, user: User) -> None:
        recent = today() - dt.timedelta(days=60)
        found = (
            of_side(user, Side.SUPERVISOR)
            .filter(Q(status__in=PlacementStatus.active()) | Q(ends_on__gte=recent, status=PlacementStatus.FINISHED))
            .order_by("starts_on", "pk")
        )
        self.pages = [_page(placement, Side.SUPERVISOR, user) for placement in found[:100]]

    @property
    def current(self) -> list[FilePage]:
        return [page for page in self.pages if page.placement.is_active]

    @property
    def past(self) -> list[FilePage]:
        return [page for page in self.pages if not page.placement.is_active]

    @property
    def todo(self) -> int:
        """How many things wait for this person."""
        return sum(len(page.mine) for page in self.pages)

    @property
    def agenda(self) -> list[AgendaLine]:
        """First days, talks and last days to come, by date."""
        day = today()
        lines = []
        for page in self.current:
            placement = page.placement
            if placement.starts_on >= day:
                lines.append(AgendaLine(placement.starts_on, _("eerste dag"), page))
            lines += [
                AgendaLine(moment.planned_on, str(moment.get_kind_display()), page, moment)
                for moment in page.moments
                if moment.held_on is None
            ]
            if placement.ends_on >= day:
                lines.append(AgendaLine(placement.ends_on, _("laatste dag"), page))
        return sorted(lines, key=lambda line: line.day)[:12]
