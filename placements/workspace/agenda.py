"""The talks of a stagemakelaar by when they need something: now, today, this week, later."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, Interview
from stagematch.accounts.models import User
from stagematch.clock import now, today


def next_round(application: Application) -> int:
    """Which talk an invitation is for: the second once the first went well, or was; else the first."""
    if application.status == ApplicationStatus.SECOND_ROUND:
        return 2
    if application.status != ApplicationStatus.INVITED:
        return 1
    done = application.interviews.filter(round=1, status=InterviewStatus.HELD, is_positive=True).exists()
    return 2 if done else 1


def talks(user: User, *, only: User | None = None) -> QuerySet[Interview]:
    """The talks that still have to be held or written up, what needs something first; `only` keeps who is in them."""
    moment = now()
    rows = Interview.objects.filter(
        application__in=Application.objects.screened_by(user).open(), status__in=InterviewStatus.ahead()
    )
    if only is not None:
        rows = rows.filter(Q(host=only) | Q(pk__in=only.interviews_joined.values("interview")))
    return (
        rows.select_related("application__vacancy__team", "application__student__user", "host")
        .prefetch_related("slots", "participants")
        .annotate(
            urgency=Case(
                When(status=InterviewStatus.PLANNED, ends_at__lte=moment, then=Value(0)),
                When(asked_at__isnull=False, then=Value(1)),
                When(status=InterviewStatus.PLANNED, then=Value(2)),
                default=Value(3),
                output_field=IntegerField(),
            )
        )
        .order_by("urgency", "starts_at", "created_at", "pk")
    )


@dataclass(frozen=True)
class Row:
    """One talk, and what it waits for."""

    talk: Interview
    needs_record: bool
    asks_times: bool
    no_times_left: bool


@dataclass
class Group:
    """A heading of the agenda with its talks."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)


def grouped(page: list[Interview]) -> list[Group]:
    """Put a page of talks under headings; empty headings are left out, but for today."""
    titles = {
        "record": _("Schrijf het verslag"),
        "asked": _("Vraagt om andere tijden"),
        "today": _("Vandaag"),
        "week": _("Deze week"),
        "later": _("Later"),
        "proposed": _("Wacht op de student"),
    }
    groups = {key: Group(key, title) for key, title in titles.items()}
    for talk in page:
        groups[_group(talk)].rows.append(
            Row(
                talk,
                needs_record=_group(talk) == "record",
                asks_times=talk.asked_at is not None,
                no_times_left=talk.status == InterviewStatus.PROPOSED
                and talk.asked_at is None
                and not any(slot.starts_at > now() for slot in talk.slots.all()),
            )
        )
    return [group for group in groups.values() if group.rows]


def _group(talk: Interview) -> str:
    if talk.status == InterviewStatus.PROPOSED:
        return "asked" if talk.asked_at is not None else "proposed"
    assert talk.starts_at is not None and talk.ends_at is not None  # noqa: S101, PT018 -- it is planned
    if talk.ends_at <= now():
        return "record"
    day = timezone.localtime(talk.starts_at).date()
    if day == today():
        return "today"
    sunday = today() + dt.timedelta(days=6 - today().weekday())
    return "week" if day <= sunday else "later"


def needs_record(interview: Interview) -> bool:
    """Whether the talk is over but nothing has been written down yet."""
    return interview.status == InterviewStatus.PLANNED and interview.ends_at is not None and interview.ends_at < now()
