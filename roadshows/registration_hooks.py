"""What registration tells the rooms below: its secret links, samples of its mails, and what it forgets."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from placements.services.retention import register_forgetter
from placements.states import diagram, register_chapter
from roadshows import registration_rules
from roadshows.enums import REGISTRATION_TRANSITIONS, TRANSITIONS, RegistrationStatus, RoadshowStatus
from roadshows.registration_emails import FOLDER, KINDS, PURPOSE
from stagematch.clock import now
from stagematch.links.models import SecretLink
from stagematch.links.purposes import register_purpose
from stagematch.mail import samples
from stagematch.ui import invariants
from students.services import register_address_forgetter, register_export


def register() -> None:
    """Register everything; called when Django starts."""
    from roadshows.services import forgetting
    from roadshows.services.checkin import PURPOSE as CHECK_IN

    register_purpose(PURPOSE, url_name="registration", label=_("je aanmelding voor een roadshow"), renew=_renewal)
    register_purpose(CHECK_IN, url_name="check-in-helper", label=_("helpen bij de ingang van een roadshow"))
    for kind in KINDS:
        samples.register(f"{FOLDER}/{kind}", lambda kind=kind: _sample(kind))  # type: ignore[misc]
    register_forgetter("access needs and diets of roadshow participants", forgetting.forget_needs)
    register_forgetter("participants of roadshows, but for their number", forgetting.forget_participants)
    register_export("aanmeldingen voor roadshows", forgetting.told_by)
    register_address_forgetter("roadshows", forgetting.forget_address)
    register_chapter("Roadshow", roadshow_states)
    register_chapter("Registration for a roadshow (aanmelding)", registration_states)
    invariants.register(
        "whoever is inside a roadshow has a check-in",
        """select r.id from roadshows_registration r where r.checked_in_at is not null and not exists (
             select 1 from roadshows_checkin c where c.registration_id = r.id and c.kind = 'in'
             and c.happened_at = r.checked_in_at)""",
    )


def roadshow_states() -> list[str]:
    """The states of a roadshow for docs/states.md."""
    return [
        *diagram(TRANSITIONS, start=RoadshowStatus.PLANNED),
        "",
        "Only `roadshows.services.change_status` moves a roadshow; `confirmed`, `moved` and `cancelled` are mailed to everybody",
        "who registered and to the organisers.",
    ]


def registration_states() -> list[str]:
    """The states of a registration for docs/states.md."""
    rows = [
        f"| `{status.value}` | {status.label} | {'yes' if status in RegistrationStatus.seated() else ''}"
        f" | {'yes' if status in RegistrationStatus.open() else ''} |"
        for status in RegistrationStatus
    ]
    return [
        *diagram(REGISTRATION_TRANSITIONS, start=RegistrationStatus.CONFIRMED),
        "",
        "| status | for people | keeps a seat | hears about changes |",
        "|---|---|---|---|",
        *rows,
        "",
        "A registration begins as `confirmed`, or as `waiting` when every seat is taken. Seats are counted under a lock on the",
        "roadshow (`roadshows.services.registration`). Being inside is no status: it follows from the taps at the door.",
    ]


def _renewal(link: SecretLink) -> dt.datetime | None:
    """Say until when a new link works: a roadshow that moved takes its links along."""
    from roadshows.models import Registration

    assert isinstance(link.subject, Registration)  # noqa: S101 -- made for this purpose
    return registration_rules.link_expires_at(link.subject.roadshow, now())


def _sample(kind: str) -> dict[str, Any]:
    from roadshows.enums import ParticipantRole
    from roadshows.models import Registration, Roadshow

    roadshow = Roadshow(
        title="Utrecht maakt plek",
        slug="utrecht-maakt-plek",
        day=dt.date(2027, 2, 11),
        begins_at=dt.time(13, 0),
        ends_at=dt.time(17, 0),
        venue="Buurthuis De Ooievaar",
        place="Utrecht",
        access_info="De ingang is gelijkvloers.",
        status=RoadshowStatus.MOVED,
        status_reason="De zaal was dubbel verhuurd.",
    )
    registration = Registration(
        roadshow=roadshow,
        name="Samira Verzonnen",
        email="samira@student.example",
        role=ParticipantRole.STUDENT,
        status=RegistrationStatus.OFFERED if kind == "seat_offered" else RegistrationStatus.CONFIRMED,
        offered_until=dt.datetime(2027, 2, 8, 12, 0, tzinfo=dt.UTC),
    )
    return {
        "recipient": None,
        "roadshow": roadshow,
        "registration": registration,
        "link": f"{settings.BASE_URL}/voorbeeld/",
        "place": None,
        "what": "moved",
    }
