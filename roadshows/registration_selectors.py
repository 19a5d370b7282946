"""Counting who comes and who came; from the people while they are known, and from the kept counts after that."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from roadshows import registration_rules
from roadshows.enums import ParticipantRole, RegistrationStatus, RoadshowStatus
from roadshows.models import Attendance, Registration, Roadshow
from stagematch.accounts.models import User
from stagematch.clock import today

Status = RegistrationStatus


@dataclass(frozen=True)
class PublicCount:
    """What everybody may know: how many come, whether it is full, and whether one can register."""

    coming: int
    waiting: int
    is_full: bool
    is_open: bool


def registrations_of(roadshow: Roadshow) -> PublicCount:
    """Return the counts for the page of a roadshow, in one query while people are known."""
    found = Registration.objects.filter(roadshow=roadshow).aggregate(
        coming=Count("pk", filter=Q(status=Status.CONFIRMED)),
        offered=Count("pk", filter=Q(status=Status.OFFERED)),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
    )
    taken = found["coming"] + found["offered"]
    return PublicCount(
        coming=found["coming"],
        waiting=found["waiting"],
        is_full=roadshow.capacity is not None and (taken >= roadshow.capacity or found["waiting"] > 0),
        is_open=registration_rules.takes_registrations(roadshow),
    )


def is_registered(user: User | AnonymousUser, roadshow: Roadshow) -> bool:
    """Tell whether this person wants to come or waits; asks nothing for who is not signed in."""
    if not isinstance(user, User):
        return False
    return Registration.objects.of_address(user.email).filter(roadshow=roadshow).open().exists()


def attendance_of(roadshow: Roadshow) -> list[Attendance]:
    """Return per role how many had a place, came, walked in, called off and got no place; roles without anybody left out.

    Unsaved rows while people are known, the kept ones after that.
    """
    kept = list(Attendance.objects.filter(roadshow=roadshow))
    if kept:
        return kept
    return [
        Attendance(roadshow=roadshow, **row) for row in count_people(Registration.objects.filter(roadshow=roadshow))
    ]


def total(rows: list[Attendance]) -> Attendance:
    """Return the sum of rows, as one that is not saved."""
    names = ("registered", "came", "walk_ins", "cancelled", "waited", "no_shows")
    return Attendance(**{name: sum(getattr(row, name) for row in rows) for name in names})


def count_people(people: QuerySet[Registration]) -> list[dict[str, Any]]:
    """Return the counts of `Attendance` per role, for roles with anybody in them."""
    # Nobody stayed away before the day is over, also when the organisers forgot to say that it was held.
    gone_by = Q(roadshow__status__in=registration_rules.GOES_ON, roadshow__day__lt=today())
    rows = (
        people.order_by()
        .values("role")
        .annotate(
            registered=Count("pk", filter=Q(status=Status.CONFIRMED, is_walk_in=False)),
            came=Count("pk", filter=Q(checked_in_at__isnull=False)),
            walk_ins=Count("pk", filter=Q(is_walk_in=True)),
            cancelled=Count("pk", filter=Q(status=Status.CANCELLED)),
            no_shows=Count(
                "pk",
                filter=Q(status=Status.CONFIRMED, is_walk_in=False, checked_in_at__isnull=True)
                & (Q(roadshow__status__in=RoadshowStatus.over()) | gone_by),
            ),
            waited=Count("pk", filter=Q(status__in=[Status.WAITING, Status.OFFERED, Status.LAPSED])),
        )
    )
    order = list(ParticipantRole.values)
    return sorted((dict(row) for row in rows), key=lambda row: order.index(row["role"]))


def states_of(roadshow: Roadshow) -> list[tuple[RegistrationStatus, int]]:
    """Return every state with how many people are in it, in the order of the enum."""
    rows = Registration.objects.filter(roadshow=roadshow).order_by().values_list("status").annotate(Count("pk"))
    found = dict(rows)
    return [(status, found.get(status, 0)) for status in Status]
