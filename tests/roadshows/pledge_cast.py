"""The same few invented promises and people in every test about pledges."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import re

import pytest
from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership
from placements.models import Placement
from roadshows import services
from roadshows.enums import RoadshowStatus
from roadshows.models import Pledge, Roadshow
from roadshows.services import pledges
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from tests import factories as f

DAY = dt.date(2026, 9, 10)
EMAIL = "contact@buurt.example"


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=timezone.get_default_timezone())


@pytest.fixture
def partner(db):
    return f.OrganisationFactory(name="Samen Voor Plek", slug="samen-voor-plek", kind="partner")


@pytest.fixture
def organiser(partner):
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=partner, role=Role.ORGANISER)
    return user


@pytest.fixture
def other_organiser(other_organisation):
    user = f.UserFactory(email="other_organiser@cast.example")
    Membership.objects.create(user=user, organisation=other_organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(partner, organiser) -> Roadshow:
    made = services.create_roadshow(
        organisation=partner, title="Wijk maakt plek", actor=organiser, day=today(), is_public=True, goal_places=40
    )
    services.change_status(roadshow=made, to=RoadshowStatus.CONFIRMED, actor=organiser)
    pledges.set_desk(roadshow=made, is_open=True, actor=organiser)
    made.refresh_from_db()
    return Roadshow.objects.get(pk=made.pk)


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
