"""The filters of the queue: read from the address, put into words, turned into a condition. Everything is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.enums import ApplicationOrigin, ApplicationStatus
from placements.models import Application
from stagematch.accounts.models import User
from stagematch.clock import today

STAGES: dict[str, tuple[Any, frozenset[ApplicationStatus]]] = {
    "antwoord": (gettext_lazy("Wacht op antwoord"), ApplicationStatus.unanswered()),
    "gesprek": (gettext_lazy("In gesprek"), frozenset({ApplicationStatus.INVITED, ApplicationStatus.SECOND_ROUND})),
    "aanbod": (gettext_lazy("Aanbod en reserve"), frozenset({ApplicationStatus.OFFERED, ApplicationStatus.RESERVE})),
    "alles": (gettext_lazy("Alles wat open staat"), ApplicationStatus.open_statuses()),
}
WHO = {"mij": gettext_lazy("Wat ik oppak"), "niemand": gettext_lazy("Wat nog niemand oppakt")}
MAX_OPTIONS = 300


@dataclass(frozen=True)
class QueueFilter:
    """What somebody wants to see. Values that mean nothing are left out, so an old or wrong address just shows more."""

    stage: str = "antwoord"
    team: int | None = None
    vacancy: UUID | None = None
    status: str = ""
    who: str = ""
    late: bool = False
    origin: str = ""
    period: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> QueueFilter:
        """Read the filters from an address."""
        stage = query.get("fase", "")
        return cls(
            stage=stage if stage in STAGES else "antwoord",
            team=_number(query.get("team")),
            vacancy=_uuid(query.get("plek")),
            status=_one_of(query.get("status"), ApplicationStatus.open_statuses()),
            who=_one_of(query.get("van"), WHO),
            late=query.get("laat") == "ja",
            origin=_one_of(query.get("herkomst"), ApplicationOrigin.values),
            period=_number(query.get("periode")),
        )

    def condition(self, user: User) -> Q:
        """Which applications of the queue these filters keep."""
        condition = Q(status__in=STAGES[self.stage][1])
        if self.status:
            condition = Q(status=self.status)
        if self.team:
            condition &= Q(vacancy__team=self.team)
        if self.vacancy:
            condition &= Q(vacancy__public_id=self.vacancy)
        if self.period:
            condition &= Q(vacancy__period=self.period)
        if self.origin:
            condition &= Q(origin=self.origin)
        if self.late:
            condition &= Q(status__in=ApplicationStatus.unanswered(), answer_by__lt=today())
        if self.who:
            condition &= Q(assigned_to=user) if self.who == "mij" else Q(assigned_to__isnull=True)
        return condition

    @property
    def values(self) -> dict[str, str]:
        """The filters as they stand in an address, without what says nothing."""
        found = {
            "fase": self.stage if self.stage != "antwoord" else "",
            "team": str(self.team or ""),
            "plek": str(self.vacancy or ""),
            "status": self.status,
            "van": self.who,
            "laat": "ja" if self.late else "",
            "herkomst": self.origin,
            "periode": str(self.period or ""),
        }
        return {key: value for key, value in found.items() if value}

    @property
    def query(self) -> str:
        """The filters as a query string; of the plain queue it is 'fase=antwoord', so that it never means 'the default'."""
        query = QueryDict(mutable=True)
        query.update(self.values or {"fase": "antwoord"})
        return query.urlencode()

    @property
    def more(self) -> bool:
        """Whether one of the less used filters is set, so that they are shown unfolded."""
        return bool(self.vacancy or self.status or self.late or self.origin or self.period)


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else None


def _uuid(raw: str | None) -> UUID | None:
    try:
        return UUID(raw or "")
    except ValueError:
        return None


def _one_of(raw: str | None, known: Any) -> str:
    return raw if raw is not None and raw in known else ""


@dataclass(frozen=True)
class Options:
    """What there is to choose from: only teams, places and periods with an open application."""

    teams: list[tuple[int, str]]
    vacancies: list[tuple[str, str]]
    periods: list[tuple[int, str]]
    statuses: list[tuple[str, str]]
    origins: list[tuple[str, str]]


def options(user: User) -> Options:
    """Return the choices of the filters, in one query."""
    rows = list(
        Application.objects.screened_by(user)
        .open()
        .order_by("vacancy__title", "vacancy__pk")
        .values_list(
            "vacancy__public_id",
            "vacancy__title",
            "vacancy__team",
            "vacancy__team__name",
            "vacancy__period",
            "vacancy__period__name",
        )
        .distinct()[:MAX_OPTIONS]
    )
    statuses = [status for status in ApplicationStatus if status in ApplicationStatus.open_statuses()]
    return Options(
        teams=sorted({(row[2], row[3]) for row in rows}, key=lambda pair: (pair[1], pair[0])),
        vacancies=[(str(row[0]), row[1]) for row in rows],
        periods=sorted({(row[4], row[5]) for row in rows}),
        statuses=[(status.value, str(status.label).capitalize()) for status in statuses],
        origins=[(value, str(label).capitalize()) for value, label in ApplicationOrigin.choices],
    )


def counts(applications: QuerySet[Application], condition: Q | None = None) -> dict[str, int]:
    """Count, in one query, what waits, what must be answered today or is late, and what the filters show."""
    waiting = Q(status__in=ApplicationStatus.unanswered())
    return applications.aggregate(
        waiting=Count("pk", filter=waiting),
        today=Count("pk", filter=waiting & Q(answer_by=today())),
        late=Count("pk", filter=waiting & Q(answer_by__lt=today())),
        shown=Count("pk", filter=condition),
    )


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # Django's class is not generic at run time here
    """A paginator that was told how many rows there are."""

    def __init__(self, rows: QuerySet[Application], per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def stage_choices() -> list[tuple[str, str]]:
    """The phases of the queue, in their order."""
    return [(key, str(label)) for key, (label, _statuses) in STAGES.items()]


def who_choices() -> list[tuple[str, str]]:
    """Everybody's, mine or nobody's."""
    return [("", _("Van iedereen")), *((key, str(label)) for key, label in WHO.items())]


def safe_query(raw: str | Mapping[str, str]) -> str:
    """Return only what is a filter of the queue from a query string that came from outside."""
    query = QueryDict(raw[:500] if isinstance(raw, str) else "")
    return QueueFilter.read(query).query
