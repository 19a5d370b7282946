"""The door of a roadshow: who is inside, also when the phones at the door have a poor connection (features W2).

Each tap has a number that the phone made. A tap that is sent twice is written once, and where somebody stands follows from
the times the taps were made, so the order in which they arrive does not matter: after the last 'toch niet binnen' the
first 'binnen' counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from roadshows import registration_rules, rules
from roadshows.enums import CheckInKind, ParticipantRole, RegistrationStatus
from roadshows.models import CheckIn, Registration, Roadshow
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.links.services import make_link, revoke_links
from stagematch.ui.errors import RuleError

PURPOSE = "check_in"
WALK_IN = "walk_in"
MOST_TAPS = 500
"""Taps in one message; a phone sends the rest in the next one."""
LATE_DAYS = 7
"""Days after the roadshow that a phone can still send what it kept."""


@dataclass
class Sent:
    """What became of the taps in one message, by the numbers the phone gave them."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def check_in(
    *,
    registration: Registration,
    actor: User | None,
    kind: str = CheckInKind.IN,
    client_id: UUID | None = None,
    happened_at: dt.datetime | None = None,
) -> Registration:
    """Note that somebody came in, or with kind `undo` that this was a mistake. The same `client_id` again does nothing.

    The caller has checked that `actor` (None: a helper with the link) works at this door. Raises RuleError `not_yet` before
    the day and `too_late` a week after it.
    """
    locked = Registration.objects.select_for_update(of=("self",)).select_related("roadshow").get(pk=registration.pk)
    moment = _moment(locked.roadshow, happened_at)
    number = client_id or uuid4()
    if CheckIn.objects.filter(client_id=number).exists():
        return locked
    CheckIn.objects.create(
        client_id=number,
        registration=locked,
        kind=CheckInKind(kind),
        happened_at=moment,
        received_at=now(),
        actor=actor,
    )
    locked.checked_in_at = _inside_since(locked)
    locked.save(update_fields=["checked_in_at"])
    return locked


@transaction.atomic
def walk_in(
    *,
    roadshow: Roadshow,
    name: str,
    role: str,
    actor: User | None,
    organisation_name: str = "",
    client_id: UUID | None = None,
    happened_at: dt.datetime | None = None,
) -> Registration:
    """Let somebody in who did not register: no address, no needs. The same `client_id` again does nothing.

    Whether there is room is for the people at the door to see. Raises RuleError as `check_in` does, and `name` and `role`
    for what cannot be.
    """
    locked = Roadshow.objects.select_for_update(no_key=True).get(pk=roadshow.pk)
    number = client_id or uuid4()
    known = Registration.objects.filter(roadshow=locked, public_id=number).first()
    if known is not None:
        return known
    _moment(locked, happened_at)
    if Registration.objects.filter(public_id=number).exists() or CheckIn.objects.filter(client_id=number).exists():
        raise _unknown()
    cleaned = " ".join(name.split())[:120]
    if not cleaned:
        raise RuleError("name", _("Vul een naam in."), field="name")
    if role not in ParticipantRole.values:
        raise RuleError("role", _("Kies als wat iemand komt."), field="role")
    last = Registration.objects.filter(roadshow=locked).aggregate(last=Max("number"))["last"] or 0
    moment = now()
    registration = Registration.objects.create(
        public_id=number,  # so that the phone can undo it before it was sent
        roadshow=locked,
        number=last + 1,
        name=cleaned,
        role=role,
        organisation_name=" ".join(organisation_name.split())[:160],
        status=RegistrationStatus.CONFIRMED,
        registered_at=moment,
        changed_at=moment,
        is_walk_in=True,
    )
    return check_in(registration=registration, actor=actor, client_id=number, happened_at=happened_at)


def receive_taps(*, roadshow: Roadshow, taps: Iterable[Any], actor: User | None) -> Sent:
    """Write down what a phone kept, each tap by itself: one that is wrong does not stop the others.

    A tap is a mapping with `id`, `kind` (in, undo or walk_in), `at`, and `code` or `registration`; a walk-in has `name`,
    `role` and `organisation_name` instead. What is refused gets a sentence for the person who holds the phone.
    """
    sent = Sent()
    for tap in list(taps)[:MOST_TAPS]:
        number = str(tap.get("id", ""))[:64] if isinstance(tap, Mapping) else ""
        try:
            _receive(roadshow, tap, actor)
        except RuleError as error:
            sent.refused[number] = error.message
        else:
            sent.done.append(number)
    return sent


def _receive(roadshow: Roadshow, tap: Any, actor: User | None) -> None:
    if not isinstance(tap, Mapping):
        raise _unknown()
    client_id, kind = _uuid(tap.get("id")), tap.get("kind")
    moment = _parsed(tap.get("at"))
    if client_id is None or moment is None or kind not in (*CheckInKind.values, WALK_IN):
        raise _unknown()
    if kind == WALK_IN:
        words = {key: tap.get(key) for key in ("name", "role", "organisation_name")}
        if not all(isinstance(word, str) and "\x00" not in word for word in words.values()):
            raise _unknown()
        walk_in(roadshow=roadshow, actor=actor, client_id=client_id, happened_at=moment, **words)  # type: ignore[arg-type]
        return
    people = Registration.objects.filter(roadshow=roadshow)
    public_id, code = _uuid(tap.get("registration")), tap.get("code")
    if public_id is not None:
        found = people.filter(public_id=public_id).first()
    else:
        found = people.filter(code=code).first() if isinstance(code, str) and "\x00" not in code else None
    if found is None:
        raise _unknown()
    check_in(registration=found, actor=actor, kind=kind, client_id=client_id, happened_at=moment)


@transaction.atomic
def make_helper_link(*, roadshow: Roadshow, actor: User) -> str:
    """Return a new secret address for helpers at the door; the one before it stops working.

    It works until the day after the roadshow, so that a phone can send what it kept. Raises PermissionDenied, and
    RuleError `no_day` without a day or after it.
    """
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied
    locked = Roadshow.objects.select_for_update(no_key=True).get(pk=roadshow.pk)
    if locked.day is None or locked.day < today() or locked.day > today() + dt.timedelta(days=390):
        raise RuleError("no_day", _("Een link voor helpers kan alleen als de dag bekend is en nog moet komen."))
    revoke_links(subject=locked, purpose=PURPOSE, actor=actor)
    expires_at = registration_rules.end_of_day(locked.day, days=1)
    return make_link(purpose=PURPOSE, subject=locked, expires_at=expires_at, actor=actor)


@transaction.atomic
def close_helper_links(*, roadshow: Roadshow, actor: User) -> int:
    """Stop every link for helpers; return how many worked. Raises PermissionDenied."""
    if not rules.may_manage(actor, roadshow):
        raise PermissionDenied
    return revoke_links(subject=roadshow, purpose=PURPOSE, actor=actor)


def live_helper_link(roadshow: Roadshow, link_pk: object) -> bool:
    """Tell whether somebody who came in by this link may still work at this door."""
    if not isinstance(link_pk, int):
        return False
    link = SecretLink.objects.filter(pk=link_pk, purpose=PURPOSE, object_id=roadshow.pk).first()
    return link is not None and link.state == "live"


def _inside_since(registration: Registration) -> dt.datetime | None:
    """Work out since when somebody is inside from all taps about them."""
    taps = list(CheckIn.objects.filter(registration=registration).order_by("happened_at", "pk"))
    undone = max((tap.happened_at for tap in taps if tap.kind == CheckInKind.UNDO), default=None)
    return next(
        (
            tap.happened_at
            for tap in taps
            if tap.kind == CheckInKind.IN and (undone is None or tap.happened_at > undone)
        ),
        None,
    )


def _moment(roadshow: Roadshow, happened_at: dt.datetime | None) -> dt.datetime:
    """Return when it happened, within the day of the roadshow and not later than now: a phone's clock may be wrong."""
    if roadshow.day is None or today() < roadshow.day:
        raise RuleError("not_yet", _("Inchecken kan op de dag van de roadshow."))
    if today() > roadshow.day + dt.timedelta(days=LATE_DAYS):
        raise RuleError("too_late", _("Deze roadshow is te lang geleden. Inchecken kan niet meer."))
    latest = min(now(), registration_rules.end_of_day(roadshow.day))
    earliest = registration_rules.end_of_day(roadshow.day, days=-1)
    return max(earliest, min(happened_at or latest, latest))


def _parsed(text: Any) -> dt.datetime | None:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _unknown() -> RuleError:
    return RuleError("unknown", _("Deze code hoort niet bij deze roadshow."))
