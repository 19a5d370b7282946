"""The pages about published figures are drawn once per count, and who has a page already does not get it again."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.enums import Role
from shortages.areas import COUNTRY
from shortages.models import PublishedForecast
from tests import factories as f
from tests.shortages.published import DAY, world

pytestmark = pytest.mark.django_db
PAGES = [reverse("shortage-public"), reverse("shortage-area", args=["provincie", "PV28"]), reverse("open-data")]


@pytest.fixture
def place():
    return world()


def asked(client, address, **query) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", PAGES)
def test_the_second_visit_asks_only_which_count_is_the_newest(client, place, address):
    place.count()
    first = client.get(address).content
    assert asked(client, address) == 1
    assert client.get(address).content == first


@pytest.mark.parametrize("address", PAGES)
def test_who_has_the_page_gets_no_second_one_until_there_is_a_new_count(client, place, address):
    place.count(DAY - dt.timedelta(days=1))
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    place.count(DAY)
    answer = client.get(address, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_who_is_signed_in_gets_an_own_header_around_the_same_content(client, place, coordinator):
    place.count()
    coordinator.first_name = "Xandriana"
    coordinator.save()
    address = reverse("shortage-public")
    open_to_all = client.get(address)
    client.force_login(coordinator)
    mine = client.get(address)
    assert coordinator.get_short_name() in mine.content.decode()
    assert coordinator.get_short_name() not in open_to_all.content.decode()
    assert "ETag" not in mine.headers
    assert mine.headers["Cache-Control"] == "no-store"
    client.logout()
    assert coordinator.get_short_name() not in client.get(address).content.decode()


def test_an_address_that_was_made_up_is_answered_and_not_kept(client, place):
    place.count()
    address = reverse("shortage-public")
    client.get(address)
    first = asked(client, address, periode="maan", soort="'; drop table")
    assert first > 1
    assert asked(client, address, periode="maan", soort="'; drop table") == first


def test_two_who_look_along_never_get_each_others_page(client, place):
    place.count()
    people = [
        f.MembershipFactory(
            organisation=f.OrganisationFactory(kind="municipality", name=name, municipality=there), role=Role.OBSERVER
        ).user
        for name, there in (("Gemeente Een", place.leiden), ("Gemeente Twee", place.almere))
    ]
    for _round in range(2):
        for user, mine, other in zip(people, ("Een", "Twee"), ("Twee", "Een"), strict=True):
            client.force_login(user)
            text = client.get(reverse("own-area")).content.decode()
            assert f"Gemeente {mine}" in text
            assert f"Gemeente {other}" not in text


def test_what_is_expected_is_shown_as_soon_as_it_is_published(client, place):
    snapshot = place.count()
    address = reverse("shortage-public")
    first = client.get(address)
    PublishedForecast.objects.create(
        day=snapshot.day,
        period=place.period,
        level="land",
        code=COUNTRY,
        weeks=9,
        low=85,
        middle=90,
        high=95,
        past=1,
        method=1,
    )
    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.content != first.content
