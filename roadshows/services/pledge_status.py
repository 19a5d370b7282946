"""The one setter of a pledge's state, its lock, and the log of what happened to it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from roadshows.models import Pledge, PledgeStep
from roadshows.pledge_enums import PLEDGE_TRANSITIONS, PledgeKind, PledgeStatus, PledgeStepKind
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError

# The day a state began; a step back clears the days of the states after it.
_DAYS = {
    PledgeStatus.STARTED: "started_on",
    PledgeStatus.PUBLISHED: "published_on",
    PledgeStatus.FILLED: "filled_on",
}
_ORDER = [PledgeStatus.PROMISED, *_DAYS]


def lock_pledge(pledge: Pledge) -> Pledge:
    """Return the pledge as it is now, under a row lock. Lock a vacancy before it, never after."""
    return (
        Pledge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("roadshow", "organisation", "team", "period")
        .get(pk=pledge.pk)
    )


def move_pledge(
    pledge: Pledge, *, to: PledgeStatus, actor: User | None, reason: str = "", through_link: bool = False
) -> Pledge:
    """Move a pledge that the caller has locked to state `to`; check the table, set its day, write the log.

    Raises Conflict `status_changed` when the table does not allow the step, and RuleError `reason` for withdrawing
    without saying why.
    """
    source = PledgeStatus(pledge.status)
    if to not in PLEDGE_TRANSITIONS[source] or (to == PledgeStatus.PUBLISHED and pledge.kind != PledgeKind.PLACES):
        raise Conflict(
            "status_changed",
            _("Deze toezegging staat nu op '%(status)s'. Wat je wilde doen, kan daarom niet meer.")
            % {"status": pledge.status_label},
        )
    reason = reason.strip()[:300]
    if to == PledgeStatus.WITHDRAWN and not reason:
        raise RuleError("reason", _("Schrijf in één zin waarom het niet lukt."), field="reason")
    day = today()
    fields: dict[str, Any] = {"status": to, "status_reason": reason}
    fields["ended_on"] = day if to in (PledgeStatus.LAPSED, PledgeStatus.WITHDRAWN) else None
    if to in _ORDER:
        for later in _ORDER[_ORDER.index(to) + 1 :]:
            fields[_DAYS[later]] = None
        if to in _DAYS and getattr(pledge, _DAYS[to]) is None:
            fields[_DAYS[to]] = day
    save(pledge, **fields)
    write_step(
        pledge,
        PledgeStepKind.STATUS,
        actor=actor,
        through_link=through_link,
        from_status=source,
        to_status=to,
        text=reason,
    )
    return pledge


def save(pledge: Pledge, **fields: Any) -> None:
    """Write these fields of a locked pledge."""
    for name, value in fields.items():
        setattr(pledge, name, value)
    pledge.save(update_fields=list(fields))


def write_step(pledge: Pledge, kind: PledgeStepKind, *, actor: User | None = None, **fields: Any) -> PledgeStep:
    """Add a line to the log of a pledge."""
    fields["text"] = str(fields.get("text", ""))[:300]
    return PledgeStep.objects.create(pledge=pledge, kind=kind, at=now(), actor=actor, **fields)
