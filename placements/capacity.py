"""Room for a vacancy at its three levels, as the stagemakelaar sees it while writing: vacancy, team, praktijkbegeleiders."""

from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import SupervisorCapacity, TeamCapacity
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Application, Vacancy

MOST_TILES = 12
_OFFERED = Q(offers__status=ApplicationStatus.OFFERED)


@dataclass(frozen=True)
class Level:
    """How much is taken, offered and free at one level, in students and, for people, in hours a week."""

    name: str
    places: int
    taken: int
    offered: int
    hours: int | None = None
    hours_taken: int = 0
    hours_offered: int = 0
    named: bool = False

    @property
    def free(self) -> int:
        """Places nobody has and nobody was offered."""
        return max(0, self.places - self.taken - self.offered)

    @property
    def hours_free(self) -> int:
        """Hours a week nobody needs yet; 0 where hours are not counted."""
        return max(0, (self.hours or 0) - self.hours_taken - self.hours_offered)

    @property
    def tiles(self) -> list[str]:
        """A tile per place; none when there are too many to look at."""
        if self.places > MOST_TILES:
            return []
        busy = min(self.offered, self.places - self.taken)
        return ["vol"] * self.taken + ["bezig"] * busy + [""] * (self.places - self.taken - busy)

    @property
    def text(self) -> str:
        """The same in words."""
        words = _("%(taken)d bezet, %(offered)d met aanbod, %(free)d vrij") % {
            "taken": self.taken,
            "offered": self.offered,
            "free": self.free,
        }
        if self.hours is None:
            return words
        return words + _(". Uren per week: %(free)d van %(all)d vrij") % {"free": self.hours_free, "all": self.hours}

    def fits(self, hours_each: int) -> int:
        """How many more students fit here, each with so many hours a week."""
        return self.free if self.hours is None else min(self.free, self.hours_free // max(1, hours_each))


@dataclass(frozen=True)
class Capacity:
    """All three levels, and how many more students really fit."""

    vacancy: Level
    pool: Level | None
    people: list[Level] = field(default_factory=list)
    promised: int = 0
    hours_each: int = 1

    @property
    def free(self) -> int:
        """Students that can still be placed: the least of the three levels."""
        if self.pool is None:
            return 0
        return min(self.vacancy.free, self.pool.free, sum(one.fits(self.hours_each) for one in self.people))

    @property
    def limit(self) -> str:
        """What stands in the way, in one sentence; empty when every place of the vacancy can be filled."""
        if self.pool is None:
            return _("Het team heeft voor deze periode nog geen ruimte opgegeven.")
        if not self.people:
            return _("Het team heeft voor deze periode nog geen praktijkbegeleider met ruimte.")
        if self.free >= self.vacancy.free:
            return ""
        if self.pool.free == self.free:
            return ngettext(
                "Het team kan nog maar %(n)d student begeleiden.",
                "Het team kan nog maar %(n)d studenten begeleiden.",
                self.free,
            ) % {"n": self.free}
        return ngettext(
            "De praktijkbegeleiders hebben samen plek en uren voor %(n)d student.",
            "De praktijkbegeleiders hebben samen plek en uren voor %(n)d studenten.",
            self.free,
        ) % {"n": self.free}


def capacity_of(vacancy: Vacancy, people: "list[SupervisorCapacity] | None" = None) -> Capacity:
    """Return the room of a vacancy with its pool and its praktijkbegeleiders. Three queries at most.

    `people` are those of `people_of` its pool, for who has them already.
    """
    offers = Application.objects.filter(status=ApplicationStatus.OFFERED).order_by().values("status")
    published = (
        Vacancy.objects.filter(pool=OuterRef("pool"), status=VacancyStatus.PUBLISHED).order_by().values("status")
    )
    counted = Vacancy.objects.filter(pk=vacancy.pk).values_list(
        Coalesce(Subquery(offers.filter(vacancy=OuterRef("pk")).values(n=Count("pk"))), 0),
        Coalesce(Subquery(offers.filter(vacancy__pool=OuterRef("pool")).values(n=Count("pk"))), 0),
        Coalesce(Subquery(published.values(n=Sum("places"))), 0),
    )
    here, offered, promised = counted.get()
    own = Level(str(_("Deze vacature")), vacancy.places, vacancy.places_taken, here)
    # With the people the caller has read the pool just now; else the copy on the vacancy may be of a while ago.
    pool = vacancy.pool if people is not None else TeamCapacity.objects.filter(vacancies=vacancy).first()
    if pool is None:
        return Capacity(own, None, hours_each=vacancy.guidance_hours)
    team = Level(vacancy.team.name, pool.places, pool.taken, offered)
    named = {one.pk for one in vacancy.supervisors.all()}
    rows = people_of(pool) if people is None else people
    levels = [_person(row, row.pk in named) for row in rows]
    return Capacity(own, team, levels, promised, vacancy.guidance_hours)


def people_of(pool: TeamCapacity) -> "list[SupervisorCapacity]":
    """Return the praktijkbegeleiders of a pool with what is offered to them. One query."""
    return list(
        SupervisorCapacity.objects.filter(pool=pool)
        .select_related("supervisor__user")
        .annotate(
            in_offers=Count("offers", filter=_OFFERED),
            in_offers_hours=Coalesce(Sum("offers__vacancy__guidance_hours", filter=_OFFERED), 0),
        )
        .order_by("supervisor__user__last_name", "pk")
    )


def _person(row: SupervisorCapacity, named: bool) -> Level:
    return Level(
        name=row.supervisor.user.get_full_name(),
        places=row.places,
        taken=row.taken,
        offered=int(getattr(row, "in_offers", 0)),
        hours=row.hours_per_week,
        hours_taken=row.taken_hours,
        hours_offered=int(getattr(row, "in_offers_hours", 0)),
        named=named,
    )
