"""Room for students at three levels: vacancy, team and praktijkbegeleider, the last in people and in hours a week (R7).

The one place that counts a place as taken or gives it back. Everything here works on rows that the caller has locked
with `locks.lock_room`, in its order; the check constraints of the tables say the same once more.
"""

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.claims import Claim
from organisations.models import SupervisorCapacity, TeamCapacity
from placements.enums import ApplicationStatus
from placements.models import Application, Placement, Vacancy
from placements.services.locks import Room
from stagematch.ui.errors import Conflict, RuleError


def offers_out(
    *, vacancy: Vacancy | None = None, pool: TeamCapacity | None = None, supervisor: SupervisorCapacity | None = None
) -> int:
    """How many offers wait for an answer, at a vacancy, in a pool or with a praktijkbegeleider."""
    return _offers(vacancy=vacancy, pool=pool, supervisor=supervisor).places


def _offers(
    *, vacancy: Vacancy | None = None, pool: TeamCapacity | None = None, supervisor: SupervisorCapacity | None = None
) -> Claim:
    offers = Application.objects.filter(status=ApplicationStatus.OFFERED)
    if vacancy is not None:
        offers = offers.filter(vacancy=vacancy)
    if pool is not None:
        offers = offers.filter(vacancy__pool=pool)
    if supervisor is not None:
        offers = offers.filter(offered_supervisor=supervisor)
    found = offers.aggregate(n=Count("pk"), hours=Sum("vacancy__guidance_hours"))
    return Claim(found["n"], found["hours"] or 0)


def offered_at_pool(pool: TeamCapacity) -> Claim:
    """What the offers that are out would take of a team's room."""
    return _offers(pool=pool)


def offered_to(capacity: SupervisorCapacity) -> Claim:
    """What the offers that are out would take of one praktijkbegeleider's room."""
    return _offers(supervisor=capacity)


def require_room(room: Room, *, offers_count: bool) -> None:
    """Raise when vacancy, team or praktijkbegeleider has no place or no hours left; with `offers_count` offers take room.

    Conflict vacancy_full, pool_full, supervisor_full, supervisor_hours_full; RuleError pool_full and wrong_supervisor
    when there is no pool or nobody was chosen at all.
    """
    vacancy, pool, supervisor = room.vacancy, room.pool, room.supervisor
    none = Claim()
    if vacancy.places_taken + (_offers(vacancy=vacancy) if offers_count else none).places >= vacancy.places:
        raise Conflict("vacancy_full", _full(_("Deze vacature"), vacancy.places, vacancy.places_taken, offers_count))
    if pool is None:
        raise RuleError("pool_full", _("Het team van deze plek heeft nog geen ruimte opgegeven. Vul die eerst in."))
    if pool.taken + (_offers(pool=pool) if offers_count else none).places >= pool.places:
        raise Conflict("pool_full", _full(_("Het team"), pool.places, pool.taken, offers_count))
    if supervisor is None:
        raise RuleError("wrong_supervisor", _("Er is nog geen begeleider gekozen. Kies eerst een begeleider."))
    name = supervisor.supervisor.user.get_full_name()
    waiting = _offers(supervisor=supervisor) if offers_count else none
    if supervisor.taken + waiting.places >= supervisor.places:
        raise Conflict("supervisor_full", _full(name, supervisor.places, supervisor.taken, offers_count))
    free = supervisor.hours_per_week - supervisor.taken_hours - waiting.hours
    if vacancy.guidance_hours > free:
        raise Conflict("supervisor_hours_full", _no_hours(name, vacancy.guidance_hours, max(0, free), offers_count))


def _full(who: str, places: int, taken: int, offers_count: bool) -> str:
    if not offers_count:
        return _("Deze plek is net aan iemand anders gegeven. Dat is balen. Neem contact op met de stagemakelaar.")
    room = ngettext("%(n)d plek", "%(n)d plekken", places) % {"n": places}
    return _(
        "%(who)s heeft ruimte voor %(room)s: %(taken)d bezet, en de rest is aangeboden. "
        "Wacht op antwoord, of zet deze student op de reservelijst."
    ) % {"who": who, "room": room, "taken": taken}


def _no_hours(who: str, needed: int, free: int, offers_count: bool) -> str:
    if not offers_count:
        return _full(who, 0, 0, offers_count)
    return _(
        "Een student op deze plek vraagt %(needed)d uur begeleiding per week. %(who)s heeft er nog %(free)d vrij. "
        "Kies een andere begeleider, of geef %(who)s meer uren."
    ) % {"needed": needed, "who": who, "free": free}


def take_room(room: Room) -> int:
    """Count one place at all three levels; return the hours a week it takes, to keep with the placement."""
    hours = room.vacancy.guidance_hours
    room.vacancy.places_taken += 1
    room.vacancy.save(update_fields=["places_taken"])
    assert room.pool is not None and room.supervisor is not None  # noqa: S101, PT018 -- narrows the types
    room.pool.taken += 1
    room.pool.save(update_fields=["taken"])
    room.supervisor.taken += 1
    room.supervisor.taken_hours += hours
    room.supervisor.save(update_fields=["taken", "taken_hours"])
    return hours


def release_room(room: Room, placement: Placement) -> None:
    """Give back the place and hours of `placement`, whose vacancy, pool and praktijkbegeleider are locked in `room`."""
    if room.vacancy.places_taken:
        room.vacancy.places_taken -= 1
        room.vacancy.save(update_fields=["places_taken"])
    if room.pool is not None and room.pool.taken:
        room.pool.taken -= 1
        room.pool.save(update_fields=["taken"])
    if room.supervisor is not None and room.supervisor.taken:
        room.supervisor.taken -= 1
        room.supervisor.taken_hours = max(0, room.supervisor.taken_hours - placement.guidance_hours)
        room.supervisor.save(update_fields=["taken", "taken_hours"])
