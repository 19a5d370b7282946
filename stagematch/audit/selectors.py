"""Who looked at somebody's data, told so that a person can read it: per day and per person, not per click."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from stagematch.audit.models import AccessLog


@dataclass(frozen=True)
class Look:
    """What one person (in one role) did with somebody's data on one day."""

    day: dt.date
    who: str
    role: str
    times: int
    last: dt.datetime
    actions: list[str]

    @property
    def what(self) -> str:
        """'bekeken, gedownload'."""
        return ", ".join(str(AccessLog.Action(action).label) for action in self.actions)


def looks_at(subject: AbstractBaseUser, *, limit: int) -> list[Look]:
    """Return the last looks at somebody's data, newest day first. One query.

    The name of who looked is told too: a student may know who opened the file, not only from where.
    """
    rows = (
        AccessLog.objects.filter(subject_id=subject.pk)
        .annotate(day=TruncDate("at"))
        .values("day", "actor", "actor__first_name", "actor__last_name", "actor_label")
        .annotate(times=Count("pk"), last=Max("at"), actions=ArrayAgg("action", distinct=True))
        .order_by("-day", "-last")[:limit]
    )
    return [
        Look(
            day=row["day"],
            who=f"{row['actor__first_name'] or ''} {row['actor__last_name'] or ''}".strip(),
            role=row["actor_label"],
            times=row["times"],
            last=row["last"],
            actions=sorted(row["actions"]),
        )
        for row in rows
    ]
