"""What the pages of the workspace read: a queue by answer-by date, the talks ahead, and the room that is left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import SupervisorCapacity, Team, TeamCapacity
from organisations.weekdays import short
from placements.enums import ApplicationStatus
from placements.models import Application
from stagematch.accounts.models import User
from stagematch.clock import today


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    application: Application
    due: str
    is_late: bool
    is_chosen: bool


def due_text(application: Application, day: dt.date) -> tuple[str, bool]:
    """Say in words how long there is left to answer, and whether it is late or today (R1)."""
    if application.status not in ApplicationStatus.unanswered():
        return application.get_status_display(), False
    days = (application.answer_by - day).days
    if days < 0:
        return ngettext("%(n)d dag te laat", "%(n)d dagen te laat", -days) % {"n": -days}, True
    if days == 0:
        return _("vandaag"), True
    return ngettext("nog %(n)d dag", "nog %(n)d dagen", days) % {"n": days}, False


URGENT_FIRST = ("answer_by", "submitted_at", "pk")
"""The order of the queue."""


def queue_of(user: User) -> QuerySet[Application]:
    """Return what this stagemakelaar screens, most urgent first, with no more than a line of the queue says.

    The cards beside it join a dozen tables (`screening_rows`): asked for by key, for those few.
    """
    return (
        Application.objects.screened_by(user)
        .select_related("vacancy", "assigned_to")
        .only(
            *("public_id", "alias", "status", "origin", "answer_by"),
            *("vacancy__title", "assigned_to__first_name", "assigned_to__email"),
        )
        .order_by(*URGENT_FIRST)
    )


def queue_rows(applications: list[Application], chosen: set[str]) -> list[QueueRow]:
    """Turn a page of applications into lines."""
    day = today()
    return [QueueRow(a, *due_text(a, day), is_chosen=str(a.public_id) in chosen) for a in applications]


def teams_for(user: User) -> QuerySet[Team]:
    """Return the teams to choose from."""
    return Team.objects.visible_to(user).select_related("organisation").order_by("organisation__name", "name")


def free_supervisors(application: Application) -> QuerySet[SupervisorCapacity]:
    """Return the praktijkbegeleiders of the vacancy's pool who have a place and the hours left, who is on the vacancy first."""
    vacancy = application.vacancy
    named = vacancy.supervisors.through.objects.filter(vacancy=vacancy, supervisorcapacity=OuterRef("pk"))
    return (
        SupervisorCapacity.objects.filter(
            pool=vacancy.pool_id, taken__lt=F("places"), taken_hours__lte=F("hours_per_week") - vacancy.guidance_hours
        )
        .select_related("supervisor__user")
        .order_by(Exists(named).desc(), "supervisor__user__last_name", "pk")
    )


@dataclass(frozen=True)
class SupervisorRoom:
    """One praktijkbegeleider with a tile for each place: taken, in talks, free."""

    name: str
    days: str
    tiles: list[str]
    text: str


@dataclass(frozen=True)
class TeamRoom:
    """The room of one team in one period."""

    pool: TeamCapacity
    free: int
    supervisors: list[SupervisorRoom]


def room(user: User, *, teams: QuerySet[Team], upcoming_from: dt.date | None = None) -> list[TeamRoom]:
    """Return how much room each team has in the periods that have not ended, in three queries whatever the size."""
    pools = (
        TeamCapacity.objects.filter(team__in=teams, period__ends_on__gte=upcoming_from or today())
        .select_related("team__organisation", "period")
        .prefetch_related(
            Prefetch(
                "supervisors",
                SupervisorCapacity.objects.select_related("supervisor__user")
                .annotate(in_talks=Count("offers", filter=Q(offers__status=ApplicationStatus.OFFERED)))
                .order_by("supervisor__user__last_name", "pk"),
            )
        )
        .order_by("team__organisation__name", "team__name", "period__starts_on")
    )
    return [
        TeamRoom(pool, pool.places - pool.taken, [_supervisor_room(s) for s in pool.supervisors.all()])
        for pool in pools
    ]


def _supervisor_room(capacity: SupervisorCapacity) -> SupervisorRoom:
    busy = min(getattr(capacity, "in_talks", 0), capacity.places - capacity.taken)
    free = capacity.places - capacity.taken - busy
    return SupervisorRoom(
        name=capacity.supervisor.user.get_full_name(),
        days=short(capacity.weekdays),
        tiles=["vol"] * capacity.taken + ["bezig"] * busy + [""] * free,
        text=_("%(taken)d bezet, %(busy)d met aanbod, %(free)d vrij")
        % {"taken": capacity.taken, "busy": busy, "free": free},
    )
