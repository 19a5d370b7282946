"""A round that is open for the team of `team_lead`, and a second team without anybody who has an account."""

import datetime as dt

import pytest

from organisations.inventory.services import open_round
from organisations.models import InventoryRequest, InventoryRound, StagePeriod
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.secrets import TOKEN
from tests import factories as f


@pytest.fixture
def period(vacancy) -> StagePeriod:
    return vacancy.period


@pytest.fixture
def team_south(organisation):
    return f.TeamFactory(organisation=organisation, name="Team Zuid")


@pytest.fixture
def opened(organisation, broker, team_lead, team_south, period) -> InventoryRound:
    OutgoingMail.objects.all().delete()
    return open_round(owner=organisation, period=period, closes_on=today() + dt.timedelta(days=28), actor=broker)


@pytest.fixture
def asked(opened, vacancy) -> InventoryRequest:
    """The question to the team of `team_lead`."""
    return opened.requests.get(team=vacancy.team)


@pytest.fixture
def unreached(opened, team_south) -> InventoryRequest:
    """The question to the team without an address."""
    return opened.requests.get(team=team_south)


def link_in(mail: OutgoingMail) -> str:
    """Return the path of the secret link in a mail."""
    found = TOKEN.search(mail.body_text)
    assert found is not None
    return f"/inventarisatie/{found.group()}/"


def mails(template: str, to: User | str | None = None) -> list[OutgoingMail]:
    """Return the queued mails of a kind, oldest first."""
    found = OutgoingMail.objects.filter(template=template).order_by("pk")
    return list(found if to is None else found.filter(to_email=to.email if isinstance(to, User) else to))
