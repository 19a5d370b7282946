"""Two purposes of the tests' own."""

import datetime as dt

import pytest

from stagematch.clock import now
from stagematch.links import purposes
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def probe_pages(settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.links.urls"
    monkeypatch.setattr(purposes, "_purposes", dict(purposes._purposes))
    purposes.register_purpose("probe", url_name="probe", label="een proef")
    purposes.register_purpose("probe-careless", url_name="probe-careless", label="iets anders")


@pytest.fixture
def renewable():
    """The probe's purpose gives out a new link that works for a week."""
    purposes.register_purpose(
        "probe", url_name="probe", label="een proef", renew=lambda _link: now() + dt.timedelta(days=7)
    )


@pytest.fixture
def person(db):
    return UserFactory(first_name="Aya", email="aya@voorbeeld.example")
