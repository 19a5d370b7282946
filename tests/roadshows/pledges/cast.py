"""Promises, students and links for the tests about pledges."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import re

from django.utils import timezone

from placements.models import Placement
from roadshows.models import Pledge
from roadshows.services import pledges
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from tests import factories as f

DAY = dt.date(2026, 9, 10)
EMAIL = "contact@buurt.example"


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=timezone.get_default_timezone())


def promise(roadshow, organiser, organisation=None, *, number=2, day=None, **fields) -> Pledge:
    """A promise that an organiser recorded, so it counts; on `day` when given."""

    def record():
        return pledges.record_pledge(
            roadshow=roadshow,
            organisation=organisation,
            organisation_name="Buurthuis",
            actor=organiser,
            number=number,
            contact_email=fields.pop("contact_email", EMAIL),
            **fields,
        )

    if day is None:
        return record()
    with at(moment(day)):
        return record()


def place_student(vacancy, capacity, **fields) -> Placement:
    """Somebody has a place at this vacancy, as `accept_offer` leaves it."""
    search = f.SearchFactory(student__programme__school=f.SchoolFactory())
    application = f.ApplicationFactory(student=search.student, search=search, vacancy=vacancy, status="accepted")
    return Placement.objects.create(
        application=application,
        student=search.student,
        vacancy=vacancy,
        supervisor=capacity,
        starts_on=today(),
        ends_on=today() + dt.timedelta(days=100),
        **fields,
    )


def link_in_mail(template: str) -> str:
    """The path of the secret link in the newest mail of this template."""
    mail = OutgoingMail.objects.filter(template=template).order_by("-pk").first()
    assert mail is not None
    found = re.search(r"https?://[^/\s]+(/toezegging/\S+)", mail.body_text)
    assert found is not None, mail.body_text
    return found.group(1)
