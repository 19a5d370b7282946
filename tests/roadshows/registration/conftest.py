"""A roadshow with two seats, and who organises it."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import uuid

import pytest

from organisations.enums import Role
from organisations.models import Membership
from roadshows.models import Roadshow
from roadshows.views import registration as views
from stagematch.accounts.models import User
from tests import factories as f
from tests.roadshows.registration.steps import make_roadshow


@pytest.fixture(autouse=True)
def own_counters(monkeypatch):
    """The brake counts per address of the visitor, and all tests come from one."""
    monkeypatch.setattr(views, "COUNTERS", f"test-{uuid.uuid4()}")


@pytest.fixture
def organiser(organisation) -> User:
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation) -> Roadshow:
    return make_roadshow(organisation)
