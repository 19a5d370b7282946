"""A round that is open for the team of `team_lead`, and a second team without anybody who has an account."""

# mypy: disable-error-code="no-any-return"

import datetime as dt

import pytest

from organisations.inventory.services import open_round
from organisations.models import InventoryRequest, InventoryRound, Organisation, StagePeriod
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.regions.models import Municipality, Region
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


@pytest.fixture
def region(db, school, organisation, other_organisation):
    """The school and `organisation` lie in one region, `other_organisation` elsewhere."""
    here = Region.objects.create(kind="corop", code="NL337", name="Leiden en Bollenstreek", valid_from=f.LONG_AGO)
    there = Region.objects.create(kind="corop", code="NL411", name="West-Noord-Brabant", valid_from=f.LONG_AGO)
    town = Municipality.objects.create(code="GM0546", name="Leiden", valid_from=f.LONG_AGO)
    far = Municipality.objects.create(code="GM0758", name="Breda", valid_from=f.LONG_AGO)
    f.PostcodeFactory(pc4="2311", municipality=town, corop=here)
    f.PostcodeFactory(pc4="4811", municipality=far, corop=there)
    for found, where in ((school, town), (organisation, town), (other_organisation, far)):
        Organisation.objects.filter(pk=found.pk).update(municipality=where)
        found.refresh_from_db()
    return here
