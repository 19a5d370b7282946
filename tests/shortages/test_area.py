"""A gemeente or sector body looks along: its own area beside the region, read only, nothing that others cannot see."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.enums import Role
from tests import factories as f
from tests.shortages.published import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return world()


def observer_of(kind: str, **fields):
    organisation = f.OrganisationFactory(kind=kind, **fields)
    return f.MembershipFactory(organisation=organisation, role=Role.OBSERVER).user


@pytest.fixture
def leiden(place):
    return observer_of("municipality", name="Gemeente Leiden", slug="gemeente-leiden", municipality=place.leiden)


def test_a_gemeente_sees_its_own_figures_beside_its_province_and_the_country(client, place, leiden):
    place.count()
    client.force_login(leiden)
    page = client.get(reverse("own-area")).context["page"]
    assert page.name == "Leiden"
    assert [row.name for row in page.around] == ["Zuid-Holland", "heel Nederland"]
    assert page.figure.open == page.around[0].open  # everybody lives there, and tables add up


def test_a_gemeente_with_too_few_students_begins_at_its_region(client, place):
    place.count(small=3)
    client.force_login(observer_of("municipality", municipality=place.almere))
    text = client.get(reverse("own-area")).content.decode()
    assert "studenten in heel Nederland hebben nog geen plek" in text
    assert "In Almere zelf zijn het er te weinig om te tonen, of niemand." in text


def test_a_sector_body_sees_the_country(client, place):
    place.count()
    client.force_login(observer_of("partner"))
    assert client.get(reverse("own-area")).context["page"].is_country


def test_everything_a_gemeente_sees_is_what_everybody_sees(client, place, leiden):
    place.count(small=4)
    everybody = client.get(reverse("shortage-area", args=["gemeente", "GM0546"])).context["page"]
    client.force_login(leiden)
    own = client.get(reverse("own-area")).context["page"]
    assert {row.pk for row in own.rows} == {row.pk for row in everybody.rows}
    assert own.figure.open == everybody.figure.open


def test_who_looks_along_with_two_chooses_and_a_strangers_does_not_exist(client, place, leiden):
    place.count()
    other = f.OrganisationFactory(kind="municipality", slug="gemeente-almere", municipality=place.almere)
    client.force_login(leiden)
    assert client.get(reverse("own-area"), {"organisatie": other.slug}).status_code == 404
    f.MembershipFactory(user=leiden, organisation=other, role=Role.OBSERVER)
    assert client.get(reverse("own-area"), {"organisatie": other.slug}).context["page"].name == "Almere"


def test_other_roles_have_no_such_page_and_who_is_not_signed_in_signs_in(client, place, coordinator, broker, student):
    assert client.get(reverse("own-area")).status_code == 302
    for somebody in (coordinator, broker, student):
        client.force_login(somebody)
        assert client.get(reverse("own-area")).status_code == 403


def test_nothing_can_be_written_there(client, place, leiden):
    client.force_login(leiden)
    assert client.post(reverse("own-area")).status_code == 405


def test_an_observer_begins_at_the_own_area(client, place, leiden):
    place.count()
    client.force_login(leiden)
    text = client.get(reverse("own-area")).content.decode()
    assert 'href="/gebied/" aria-current="page"' in text


def test_the_page_asks_few_questions(client, place, leiden):
    numbers = []
    for small in (0, 3):
        place.count(place.period.starts_on.replace(month=1, day=4 + small), small=small)
        client.force_login(leiden)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("own-area"))
        numbers.append(len([q for q in asked if "django_session" not in q["sql"]]))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 12
