"""Mails about coming to a roadshow. Each has the own page of its reader and, where it helps, a file for the calendar.

Keys begin with the template and the number of the registration, so that retention finds every mail about a person.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from roadshows import registration_rules
from roadshows.calendar_file import invitation_for
from roadshows.enums import RegistrationStatus
from roadshows.models import Registration, Roadshow
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail

PURPOSE = "registration"
FOLDER = "roadshows"
KINDS = ("registered", "again", "seat_offered", "seat_lapsed", "called_off", "reminder", "changed")


def page_url(roadshow: Roadshow) -> str:
    """Return the full address of the roadshow's page."""
    return f"{settings.BASE_URL}{reverse('roadshow-detail', args=[roadshow.slug])}"


def personal_link(registration: Registration) -> str:
    """Make a new secret link to somebody's own page; the page of the roadshow when it is too late for one."""
    expires_at = registration_rules.link_expires_at(registration.roadshow, now())
    if expires_at is None:
        return page_url(registration.roadshow)
    return make_link(purpose=PURPOSE, subject=registration, expires_at=expires_at, email=registration.email)


def registered(registration: Registration, *, place: int | None) -> None:
    """Say that somebody has a place, or which number on the waiting list."""
    _to_participant("registered", registration, str(registration.number), with_calendar=True, place=place)


def again(registration: Registration) -> None:
    """Answer who registers twice: you were on the list already. Once a day, whoever pushes the button."""
    _to_participant("again", registration, now().date().isoformat())


def seat_offered(registration: Registration) -> None:
    """Offer the place that came free."""
    _to_participant("seat_offered", registration, str(registration.number))


def seat_lapsed(registration: Registration) -> None:
    """Say that the term passed and the place went on."""
    _to_participant("seat_lapsed", registration, str(registration.number))


def called_off(registration: Registration, *, had_place: bool) -> None:
    """Confirm that somebody does not come; the file takes the day out of the calendar."""
    _to_participant("called_off", registration, str(registration.number), with_calendar=had_place, is_off=True)


def reminder(registration: Registration) -> None:
    """Remind of tomorrow; once per day it is held on, so a roadshow that moves reminds again."""
    _to_participant("reminder", registration, str(registration.roadshow.day))


def changed(roadshow: Roadshow, registrations: list[Registration], *, what: str) -> None:
    """Tell everybody who wanted to come, and the organisers, how the roadshow stands now, once per change."""
    told = set()
    for registration in registrations:
        registration.roadshow = roadshow
        told.add(registration.email)
        _to_participant("changed", registration, str(roadshow.sequence), with_calendar=True, what=what)
    for user in organisers_of(roadshow):
        if user.email.lower() not in told:
            queue_mail(
                key=f"{FOLDER}/changed:{roadshow.public_id}:{user.pk}:{roadshow.sequence}",
                template=f"{FOLDER}/changed",
                to=user,
                context={"roadshow": roadshow, "registration": None, "link": page_url(roadshow), "what": what},
                calendar=invitation_for(roadshow, url=page_url(roadshow), name=user.get_full_name(), email=user.email),
            )


def organisers_of(roadshow: Roadshow) -> list[User]:
    """Return everybody who organises this roadshow, each once."""
    rows = (
        Membership.objects.active()
        .filter(role=Role.ORGANISER, organisation__roadshows_organised__roadshow=roadshow)
        .select_related("user")
        .order_by("user_id")
    )
    return list({row.user_id: row.user for row in rows}.values())


def _to_participant(
    kind: str,
    registration: Registration,
    cause: str,
    *,
    with_calendar: bool = False,
    is_off: bool = False,
    **more: Any,
) -> None:
    if not registration.email:
        return
    key = f"{FOLDER}/{kind}:{registration.public_id}:{cause}"
    if OutgoingMail.objects.filter(key=key).exists():
        return  # told already; and no second link that nobody gets
    roadshow, calendar = registration.roadshow, ""
    link = personal_link(registration) if registration.is_open else page_url(roadshow)
    # Who waits has nothing to put in a calendar yet.
    if with_calendar and (is_off or registration.status == RegistrationStatus.CONFIRMED):
        calendar = invitation_for(
            roadshow, url=page_url(roadshow), name=registration.name, email=registration.email, is_off=is_off
        )
    queue_mail(
        key=key,
        template=f"{FOLDER}/{kind}",
        to=registration.email,
        context={"registration": registration, "roadshow": roadshow, "link": link, **more},
        calendar=calendar,
    )
