"""Coming to a roadshow: registering, the waiting list, changing, calling off, and telling everybody what changed.

Seats are counted under a row lock on the roadshow, so that the last one is given once. Locks go in one order: the
secret link, the roadshow, the registration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import Organisation
from roadshows import registration_emails as emails
from roadshows import registration_rules, rules
from roadshows.enums import REGISTRATION_TRANSITIONS, RegistrationStatus, RoadshowStatus
from roadshows.models import Registration, Roadshow
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.links.services import lock_link
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError

Status = RegistrationStatus
REMIND_FROM = 9
"""The hour from which reminders go out: nobody is told at night."""


@dataclass
class RegistrationCounts:
    """What the hourly job did, or in a dry run would do."""

    lapsed: int = 0
    offered: int = 0
    reminded: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"places nobody answered for: {self.lapsed}",
            f"places offered to the waiting list: {self.offered}",
            f"reminders: {self.reminded}",
        ]


@transaction.atomic
def register(
    *,
    roadshow: Roadshow,
    name: str,
    email: str,
    role: str,
    actor: User | None,
    organisation: Organisation | None = None,
    organisation_name: str = "",
    access_needs: str = "",
    diet: str = "",
) -> Registration:
    """Give somebody a seat, or the next number of the waiting list when there is none, and mail what it became.

    An address registers once: who is on the list already gets a mail that says so, and nothing changes. Who called off
    joins at the end. Whoever asked, the caller gives the same answer on the page, so that nobody learns who comes.
    Raises RuleError `closed`.
    """
    address = email.strip().lower()
    locked = _lock(roadshow)
    if not registration_rules.takes_registrations(locked):
        raise RuleError("closed", _("Voor deze roadshow kun je je niet meer aanmelden."))
    known = Registration.objects.filter(roadshow=locked, email=address).first()
    if known is not None and known.is_open:
        known.roadshow = locked
        emails.again(known)
        return known
    number = (Registration.objects.filter(roadshow=locked).aggregate(last=Max("number"))["last"] or 0) + 1
    has_seat = _free_seats(locked) > 0 and not locked.registrations.waiting().exists()
    moment = now()
    fields: dict[str, Any] = {
        "roadshow": locked,
        "number": number,
        "name": name.strip(),
        "email": address,
        "role": role,
        "organisation": organisation,
        "organisation_name": (organisation_name.strip() or (organisation.name if organisation else ""))[:160],
        "access_needs": access_needs.strip(),
        "diet": diet.strip(),
        "status": Status.CONFIRMED if has_seat else Status.WAITING,
        "registered_at": moment,
        "changed_at": moment,
        "consented_at": moment,
    }
    registration = Registration.objects.create(**fields) if known is None else _save(known, fields)
    emails.registered(registration, place=None if has_seat else place_in_line(registration))
    return registration


@transaction.atomic
def change_registration(
    *,
    registration: Registration,
    actor: User | None,
    link: SecretLink | None = None,
    **fields: Any,
) -> Registration:
    """Correct name, role, organisation, access needs or diet. The address stays: it is who one is here.

    Raises PermissionDenied, LinkClosed, and Conflict `not_coming` for who called off.
    """
    locked = _lock_own(registration, actor, link)
    if not locked.is_open:
        raise _not_coming()
    allowed = {"name", "role", "organisation", "organisation_name", "access_needs", "diet"}
    return _save(locked, {name: value for name, value in fields.items() if name in allowed})


@transaction.atomic
def accept_seat(*, registration: Registration, actor: User | None, link: SecretLink | None = None) -> Registration:
    """Say 'ik kom' to a place that came free. Saying it twice is fine.

    Raises PermissionDenied, LinkClosed, and Conflict `no_offer` when the term passed or nothing was offered.
    """
    locked = _lock_own(registration, actor, link)
    if locked.status == Status.CONFIRMED:
        return locked
    if locked.status != Status.OFFERED or locked.offered_until is None or locked.offered_until <= now():
        raise Conflict("no_offer", _("Deze plek is niet meer vrij. De tijd om te antwoorden is voorbij."))
    _move(locked, Status.CONFIRMED)
    emails.registered(locked, place=None)
    return locked


@transaction.atomic
def cancel_registration(
    *, registration: Registration, actor: User | None, link: SecretLink | None = None
) -> Registration:
    """Call off, or say 'ik kom niet' to an offered place; the next one in line gets the seat. Twice is fine.

    The organisers may do it for somebody who telephones. Raises PermissionDenied, LinkClosed, and Conflict `over` once
    the day has passed.
    """
    locked = _lock_own(registration, actor, link, or_organiser=True)
    if not locked.is_open:
        return locked
    if locked.roadshow.day is not None and locked.roadshow.day < today():
        raise Conflict("over", _("Deze roadshow is al geweest."))
    had_place = locked.status == Status.CONFIRMED
    _move(locked, Status.CANCELLED)
    emails.called_off(locked, had_place=had_place)
    fill_seats(roadshow=locked.roadshow)
    return locked


@transaction.atomic
def fill_seats(*, roadshow: Roadshow) -> int:
    """Offer every free seat to whoever waits longest; return how many. Nothing moves in the last hours before it begins."""
    locked = _lock(roadshow)
    moment = now()
    until = registration_rules.term_from(locked, moment)
    if until is None or locked.status not in registration_rules.GOES_ON:
        return 0
    free = _free_seats(locked)
    if free <= 0:
        return 0
    rows = list(Registration.objects.filter(roadshow=locked).waiting().select_for_update()[:free])
    for row in rows:
        row.roadshow = locked
        _move(row, Status.OFFERED, offered_until=until)
        emails.seat_offered(row)
    return len(rows)


def run_registrations(*, moment: dt.datetime, dry_run: bool = False) -> RegistrationCounts:
    """Let offers lapse whose term passed, offer what is free, and remind of tomorrow. Catches up after a missed night."""
    counts = RegistrationCounts()
    due = Registration.objects.filter(status=Status.OFFERED, offered_until__lte=moment)
    busy = Roadshow.objects.filter(status__in=registration_rules.GOES_ON, day__gte=today())
    if dry_run:
        counts.lapsed = due.count()
        counts.reminded = sum(len(_to_remind(roadshow)) for roadshow in _of_tomorrow(busy))
        return counts
    for roadshow in Roadshow.objects.filter(pk__in=due.values("roadshow")).order_by("pk"):
        counts.lapsed += _lapse(roadshow, moment)
    for roadshow in busy.filter(registrations__status=Status.WAITING).distinct().order_by("pk"):
        counts.offered += fill_seats(roadshow=roadshow)
    for roadshow in _of_tomorrow(busy):
        counts.reminded += _remind(roadshow)
    return counts


@transaction.atomic
def announce(*, roadshow: Roadshow, what: str) -> int:
    """Mail everybody who wants to come and the organisers how the roadshow stands now; return how many participants.

    `what` is confirmed, moved, cancelled, or details for another time or place on the same day. Called by whoever changed the roadshow, in the same transaction.
    """
    people = list(Registration.objects.filter(roadshow=roadshow).open().exclude(email="").order_by("number"))
    emails.changed(roadshow, people, what=what)
    return len(people)


def place_in_line(registration: Registration) -> int | None:
    """Return somebody's number on the waiting list, the first being 1; None for who does not wait."""
    if registration.status != Status.WAITING:
        return None
    ahead = Registration.objects.filter(roadshow=registration.roadshow_id, number__lt=registration.number)
    return ahead.waiting().count() + 1


def _lock(roadshow: Roadshow) -> Roadshow:
    """Lock without keeping out rows that only point here, such as a pledge that is typed at the same moment."""
    return Roadshow.objects.select_for_update(no_key=True).get(pk=roadshow.pk)


def _lock_own(
    registration: Registration, actor: User | None, link: SecretLink | None, *, or_organiser: bool = False
) -> Registration:
    if link is not None:
        lock_link(link)
    roadshow = _lock(registration.roadshow)
    by_link = link is not None and link.purpose == emails.PURPOSE and link.object_id == registration.pk
    is_own = actor is not None and registration.email != "" and actor.email.lower() == registration.email
    if not (by_link or is_own or (or_organiser and actor is not None and rules.may_manage(actor, roadshow))):
        raise PermissionDenied
    locked = Registration.objects.select_for_update().get(pk=registration.pk)
    locked.roadshow = roadshow
    return locked


def _free_seats(roadshow: Roadshow) -> int:
    """Return how many seats are free; a large number when there is no limit. The roadshow is locked."""
    if roadshow.capacity is None:
        return 1_000_000
    return roadshow.capacity - Registration.objects.filter(roadshow=roadshow).seated().count()


def _move(registration: Registration, to: RegistrationStatus, offered_until: dt.datetime | None = None) -> None:
    """Change the state; the registration is locked."""
    if to not in REGISTRATION_TRANSITIONS[Status(registration.status)]:
        raise _not_coming()
    _save(registration, {"status": to, "offered_until": offered_until})


def _save(registration: Registration, fields: dict[str, Any]) -> Registration:
    fields = fields | {"changed_at": now()}
    for name, value in fields.items():
        setattr(registration, name, value)
    registration.save(update_fields=list(fields))
    return registration


def _not_coming() -> Conflict:
    return Conflict("not_coming", _("Deze aanmelding staat niet meer open. Meld je opnieuw aan als je toch komt."))


@transaction.atomic
def _lapse(roadshow: Roadshow, moment: dt.datetime) -> int:
    locked = _lock(roadshow)
    due = Registration.objects.filter(roadshow=locked, status=Status.OFFERED, offered_until__lte=moment)
    rows = list(due.order_by("number").select_for_update())
    for row in rows:
        row.roadshow = locked
        _move(row, Status.LAPSED)
        emails.seat_lapsed(row)
    fill_seats(roadshow=locked)
    return len(rows)


def _of_tomorrow(roadshows: Any) -> list[Roadshow]:
    """Roadshows of tomorrow; and of today, when the job did not run yesterday and it has not begun."""
    days = [today()]
    if timezone.localtime(now()).hour >= REMIND_FROM:
        days.append(today() + dt.timedelta(days=1))
    found = roadshows.filter(day__in=days).exclude(status=RoadshowStatus.CANCELLED).order_by("pk")
    return [row for row in found if (registration_rules.begins_at(row) or now()) > now()]


def _to_remind(roadshow: Roadshow) -> list[Registration]:
    rows = list(Registration.objects.filter(roadshow=roadshow, status=Status.CONFIRMED).exclude(email=""))
    keys = {f"{emails.FOLDER}/reminder:{row.public_id}:{roadshow.day}": row for row in rows}
    sent = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
    return [row for key, row in keys.items() if key not in sent]


@transaction.atomic
def _remind(roadshow: Roadshow) -> int:
    locked = _lock(roadshow)  # two runs at once would each make a link
    rows = _to_remind(locked)
    for row in rows:
        row.roadshow = locked
        emails.reminder(row)
    return len(rows)
