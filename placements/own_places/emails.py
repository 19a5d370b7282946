"""Who hears what about a place a student found.

The mails name the student and the school, so that it is clear who asks, and hold nothing else that was typed: nobody can
send their own words to a stranger through us.
"""

from typing import Any

from django.conf import settings

from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements.emails import link
from placements.models import OwnPlace
from placements.vacancy_emails import brokers_at
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.services import queue_mail
from students.models import Student

KINDS = ("own_place_asked", "own_place_contact", "own_place_school", "own_place_answered")


def _queue(kind: str, place: OwnPlace, to: User | str, address: str, **more: Any) -> None:
    who = to.pk if isinstance(to, User) else "contact"
    queue_mail(
        key=f"{kind}:{place.public_id}:{place.status}:{who}",
        template=kind,
        to=to,
        context={
            "student": place.student.user.get_full_name(),
            "school": place.student.school.name,
            "organisation": place.organisation_name,
            "link": address,
            **more,
        },
    )


def asked_of_brokers(place: OwnPlace) -> None:
    """To the stagemakelaars: a student says to have found a place with you."""
    assert place.organisation_id is not None  # noqa: S101 -- only called with one; narrows the type
    for person in brokers_at(place.organisation_id):
        _queue("own_place_asked", place, person, link("admin:own-place", place.public_id))


def asked_of_contact(place: OwnPlace, address: str) -> None:
    """To the address the student gave; `address` is the secret link."""
    _queue("own_place_contact", place, place.contact_email, address)


def asked_of_school(place: OwnPlace) -> None:
    """To the coordinators: is this a place for your student?"""
    rows = Membership.objects.active().filter(organisation=place.student.school_id, role=Role.COORDINATOR)
    for row in rows.select_related("user").order_by("pk"):
        _queue("own_place_school", place, row.user, link("school-own-place", place.public_id))


def answered(place: OwnPlace, *, ready: bool) -> None:
    """To the student: it goes on, or it does not; `ready` when the reaction could not be sent by itself."""
    address = link("own-places")
    if ready and place.vacancy is not None:
        address = link("apply", place.vacancy.public_id)
    _queue("own_place_answered", place, place.student.user, address, declined=place.status == "declined", ready=ready)


def register_samples() -> None:
    """Give every mail here a sample."""
    for kind in KINDS:
        samples.register(kind, _sample)


def _sample() -> dict[str, Any]:
    student = Student(user=User(first_name="Samira", last_name="Verzonnen"), school=Organisation(name="Roc De Brug"))
    return {
        "recipient": User(first_name="Fatma", last_name="Verzonnen"),
        "student": student.user.get_full_name(),
        "school": student.school.name,
        "organisation": "Buurthuis De Linde",
        "declined": False,
        "ready": False,
        "link": f"{settings.BASE_URL}/voorbeeld/",
    }
