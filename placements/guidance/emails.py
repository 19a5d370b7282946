"""Mails around helping students. Nothing of what a school notes is in them: mail is read by more eyes than one thinks."""

import datetime as dt
from typing import Any

from django.conf import settings

from organisations.models import Organisation
from placements.emails import link
from placements.guidance.services.tasks import coordinators_of
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.services import queue_mail
from students.models import PlacementSearch

KINDS = ("help_hint", "help_tasks")


def hint(search: PlacementSearch) -> None:
    """To the student who heard no a few times: a kind word and three tips. Once per search."""
    queue_mail(
        key=f"help_hint:{search.public_id}",
        template="help_hint",
        to=search.student.user,
        context={"school": search.student.school.name, "link": link("vacancy-list"), "search_link": link("my-search")},
    )


def new_tasks(school: Organisation, *, day: dt.date, number: int) -> None:
    """To the coordinators of a school: there are new tasks. Not about whom."""
    for person in coordinators_of(school):
        queue_mail(
            key=f"help_tasks:{school.public_id}:{day}:{person.pk}",
            template="help_tasks",
            to=person,
            context={"school": school.name, "number": number, "link": link("school-tasks")},
        )


def register_samples() -> None:
    """Give every mail of this module a sample. Called in `ready()`."""
    for kind in KINDS:
        samples.register(kind, lambda kind=kind: _sample(kind))  # type: ignore[misc]


def _sample(kind: str) -> dict[str, Any]:
    student = User(first_name="Samira", last_name="Verzonnen", email="samira@student.example")
    coordinator = User(first_name="Fatma", last_name="Verzonnen", email="fatma@debrug.example")
    return {
        "recipient": student if kind == "help_hint" else coordinator,
        "school": "Roc De Brug",
        "number": 3,
        "link": f"{settings.BASE_URL}/voorbeeld/",
        "search_link": f"{settings.BASE_URL}/mijn/zoektocht/",
    }
