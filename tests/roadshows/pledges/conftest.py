"""A roadshow whose desk is open, and the people who organise it and another."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.core.cache import cache

from organisations.enums import Role
from organisations.models import Membership
from roadshows import services
from roadshows.enums import RoadshowStatus
from roadshows.models import Roadshow
from roadshows.services import pledges
from stagematch.clock import today
from tests import factories as f


@pytest.fixture(autouse=True)
def no_counts_of_earlier_tests():
    """Limits per address start anew."""
    cache.clear()


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
