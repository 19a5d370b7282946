"""Reads for the pages of organisations and teams."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Location, Membership, Organisation, Team, TeamCapacity
from stagematch.accounts.models import User
from stagematch.clock import today


def organisation_for_page(slug: str, user: object) -> Organisation | None:
    """Return an organisation with its locations and active teams, or None when this person may not see it."""
    return (
        Organisation.objects.visible_to(user)  # type: ignore[arg-type]
        .select_related("municipality")
        .prefetch_related(
            Prefetch("locations", Location.objects.select_related("postcode")),
            Prefetch(
                "teams", Team.objects.filter(is_active=True).select_related("location__postcode").order_by("name")
            ),
        )
        .filter(slug=slug)
        .first()
    )


@dataclass(frozen=True)
class Room:
    """The room one praktijkbegeleider has, or a whole team, in one period."""

    name: str
    places: int
    taken: int
    is_me: bool = False
    hours_per_week: int = 0

    @property
    def free(self) -> int:
        """Places nobody has yet."""
        return self.places - self.taken

    @property
    def text(self) -> str:
        """The same in words, for everybody who does not see tiles."""
        return _("%(taken)s van %(places)s bezet") % {"taken": self.taken, "places": self.places}


@dataclass(frozen=True)
class PoolView:
    """A team in one period, with its praktijkbegeleiders."""

    period: str
    total: Room
    supervisors: list[Room]


@dataclass(frozen=True)
class TeamView:
    """A team as its own people see it."""

    team: Team
    pools: list[PoolView]
    brokers: list[User]


def teams_of(user: User) -> list[Team]:
    """Return the active teams somebody leads or guides students in."""
    return list(
        Team.objects.filter(
            memberships__user=user,
            memberships__is_active=True,
            memberships__role__in=[Role.TEAM_LEAD, Role.SUPERVISOR],
            is_active=True,
        )
        .select_related("organisation", "location__postcode")
        .order_by("organisation__name", "name")
        .distinct()
    )


def _rooms(teams: list[Team], user: User) -> dict[int, list[PoolView]]:
    """The room per team in the periods that are not over, with its praktijkbegeleiders by name. One query."""
    guide = {name: F(f"supervisors__{name}") for name in ("places", "taken", "hours_per_week")}
    person = {name: F(f"supervisors__supervisor__user__{name}") for name in ("id", "first_name", "last_name", "email")}
    rows: Any = (
        TeamCapacity.objects.filter(team__in=teams, period__ends_on__gte=today())
        .annotate(**{f"guide_{name}": value for name, value in (guide | person).items()})
        .select_related("period")
        .order_by("period__starts_on", "pk", "supervisors__supervisor__user__last_name", "supervisors__pk")
    )
    views: dict[int, PoolView] = {}
    by_team: dict[int, list[PoolView]] = {}
    for row in rows:  # a room comes once per praktijkbegeleider, and once when it has none
        if row.pk not in views:
            total = Room(name=_("Het hele team"), places=row.places, taken=row.taken)
            views[row.pk] = PoolView(row.period.name, total, [])
            by_team.setdefault(row.team_id, []).append(views[row.pk])
        if row.guide_id is not None:
            name = str(User(first_name=row.guide_first_name, last_name=row.guide_last_name, email=row.guide_email))
            room = Room(name, row.guide_places, row.guide_taken, row.guide_id == user.pk, row.guide_hours_per_week)
            views[row.pk].supervisors.append(room)
    return by_team


def team_views(teams: list[Team], user: User) -> list[TeamView]:
    """Return each team with its room in the periods that are not over, and whom to ask; two queries in all."""
    by_team = _rooms(teams, user)
    brokers: dict[int, list[User]] = {}
    members = Membership.objects.active().filter(
        organisation__in={team.organisation_id for team in teams}, role=Role.BROKER
    )
    for member in members.select_related("user").order_by("user__last_name", "pk"):
        brokers.setdefault(member.organisation_id, []).append(member.user)
    return [TeamView(team, by_team.get(team.pk, []), brokers.get(team.organisation_id, [])) for team in teams]
