"""What an answer starts from: what was said this time, else last year, else the room the team had, else two students."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from organisations.enums import InventoryChoice
from organisations.models import InventoryAnswer, InventoryRequest, StagePeriod, SupervisorCapacity, TeamCapacity

USUAL_PLACES = 2  # many teams guide two students; a first suggestion, nothing more (domain A5-25)


@dataclass(frozen=True)
class Prefill:
    """The values a form starts with, and in words where they come from."""

    choice: str = ""
    source: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def values_of(answer: InventoryAnswer) -> dict[str, Any]:
    """Return an answer as the values of the form."""
    return {
        "places": answer.places or None,
        "hours_per_week": answer.hours_per_week,
        "supervisors": [membership.pk for membership in answer.supervisors.all()],
        "other_supervisors": answer.other_supervisors,
        "work": answer.work,
        "needed": answer.needed,
        "reasons": _bits(answer.reasons),
        "note": answer.note,
    }


def _bits(number: int) -> list[int]:
    return [1 << shift for shift in range(number.bit_length()) if number >> shift & 1]


def previous_period(period: StagePeriod) -> StagePeriod | None:
    """Return the period that began about a year earlier and lasted about as long, or None."""
    a_year_before = period.starts_on - dt.timedelta(days=365)
    around = StagePeriod.objects.filter(
        starts_on__range=(a_year_before - dt.timedelta(days=60), a_year_before + dt.timedelta(days=60))
    )
    length = (period.ends_on - period.starts_on).days
    fitting = [p for p in around if abs((p.ends_on - p.starts_on).days - length) <= 60]
    return min(fitting, key=lambda p: (abs((p.starts_on - a_year_before).days), p.pk), default=None)


def last_answer(request: InventoryRequest) -> InventoryAnswer | None:
    """Return what this team answered for the newest period that began before this one."""
    return (
        InventoryAnswer.objects.filter(
            request__team=request.team_id, request__period__starts_on__lt=request.period.starts_on
        )
        .select_related("request__period")
        .prefetch_related("supervisors")
        .order_by("-request__period__starts_on", "-pk")
        .first()
    )


def prefill_for(request: InventoryRequest) -> Prefill:
    """Return what to start the form with."""
    if request.given is not None:
        return Prefill(request.given.choice, "", values_of(request.given))
    before = last_answer(request)
    if before is not None:
        values = values_of(before) | {"note": "", "reasons": []}
        if before.choice == InventoryChoice.ARRANGED:
            values["hours_per_week"] = values["hours_per_week"] or None
        return Prefill(before.choice, before.request.period.name, values)
    rooms = Prefetch("supervisors", SupervisorCapacity.objects.select_related("supervisor"))
    pool = (
        TeamCapacity.objects.filter(team=request.team_id, period__starts_on__lt=request.period.starts_on, places__gt=0)
        .select_related("period")
        .prefetch_related(rooms)
        .order_by("-period__starts_on", "-pk")
        .first()
    )
    if pool is None:
        return Prefill(values={"places": USUAL_PLACES})
    guides = list(pool.supervisors.all())
    return Prefill(
        InventoryChoice.YES,
        pool.period.name,
        {
            "places": pool.places,
            "hours_per_week": sum(guide.hours_per_week for guide in guides) or None,
            "supervisors": [guide.supervisor_id for guide in guides],
        },
    )


def summary(answer: InventoryAnswer) -> str:
    """Return an answer in one line, e.g. 'ja, 2 plekken, 4 uur begeleiding per week'."""
    parts = [str(answer.get_choice_display())]
    if answer.places:
        parts.append(_("1 plek") if answer.places == 1 else _("%(n)s plekken") % {"n": answer.places})
    if answer.hours_per_week:
        parts.append(_("%(n)s uur begeleiding per week") % {"n": answer.hours_per_week})
    return ", ".join(parts)
