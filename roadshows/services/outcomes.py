"""Every write about opbrengsten: what somebody took on at a roadshow, with an owner, a day and a state (features W7)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from roadshows import rules
from roadshows.enums import OUTCOME_TRANSITIONS, OutcomeKind, OutcomeStatus
from roadshows.models import Outcome, Roadshow
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict


@transaction.atomic
def add_outcome(
    *, roadshow: Roadshow, kind: str, text: str, actor: User, owner: str = "", due_on: dt.date | None = None
) -> Outcome:
    """Write down what was taken on. Raises PermissionDenied for who does not organise the roadshow."""
    _require_organiser(actor, roadshow)
    return Outcome.objects.create(
        roadshow=roadshow, kind=OutcomeKind(kind), text=text.strip(), owner=owner.strip(), due_on=due_on
    )


@transaction.atomic
def update_outcome(
    *, outcome: Outcome, kind: str, text: str, owner: str, due_on: dt.date | None, status: str, actor: User
) -> Outcome:
    """Change the words, the owner, the day or the state; all or nothing.

    Raises PermissionDenied, and Conflict `status_changed` when the table does not allow the step from where it is now.
    """
    _require_organiser(actor, outcome.roadshow)
    locked = Outcome.objects.select_for_update().get(pk=outcome.pk)
    source, target = OutcomeStatus(locked.status), OutcomeStatus(status)
    if target != source and target not in OUTCOME_TRANSITIONS[source]:
        raise Conflict(
            "status_changed",
            _("Deze opbrengst staat op '%(status)s'. Daar kun je nu niet '%(to)s' van maken.")
            % {"status": source.label, "to": target.label},
        )
    locked.kind, locked.text, locked.owner = OutcomeKind(kind), text.strip(), owner.strip()
    locked.due_on, locked.status = due_on, target
    locked.save(update_fields=["kind", "text", "owner", "due_on", "status"])
    return locked


def _require_organiser(actor: User, roadshow: Roadshow) -> None:
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied
