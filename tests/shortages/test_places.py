"""'Plekken in de regio': the places where a school's students live, by the words of the count, as everybody may see them."""

# mypy: disable-error-code="no-untyped-def"

import io

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from organisations.enums import Role
from shortages.dashboard.page import Dashboard
from shortages.models import PublishedFigure
from shortages.services.publish import publish_figures
from stagematch.clock import at
from tests import factories as f
from tests.shortages import cells as nights
from tests.shortages.published import DAY, world
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db
PAGE = reverse("shortage-dashboard")


@pytest.fixture
def looking(client):
    """A count of two schools, and the coordinator of one of them at her desk that morning."""
    place = world()
    snapshot = place.count(small=2)
    snapshot.supply.update(places=65, taken=40, blocked=20)
    snapshot.published.all().delete()
    publish_figures(snapshot=snapshot)
    user = f.MembershipFactory(organisation=place.programmes[0].school, role=Role.COORDINATOR).user
    with at(DAY):
        client.force_login(user)
        yield place, snapshot, user


def test_places_stand_per_area_and_of_the_country_with_what_is_exact_and_what_is_rounded(client, looking):
    _place, _snapshot, user = looking
    page = Dashboard(user, QueryDict("gebied=provincie"))
    assert [row.name for row in page.places] == ["Zuid-Holland", "Flevoland", "Heel Nederland"]
    here, there, country = page.places
    assert here.free == country.free == 25
    assert here.blocked == country.blocked in (15, 20, 25)
    assert (there.free, there.blocked, there.taken) == (0, None, None)
    rounded = [n for row in page.places for n in (row.taken, row.unused, row.blocked) if n is not None]
    assert rounded
    assert all(n % 5 == 0 and n >= 15 for n in rounded)
    assert here.taken is None or here.places == here.taken + here.free
    table = select(tree(client.get(PAGE, {"gebied": "provincie"}).content), "table.sm-plekken-tabel")[0]
    assert "Zuid-Holland" in words(table)
    assert [words(cell) for cell in select(table, "td")][2] == "25"
    assert "niet getoond" in words(table)


def test_the_report_has_the_same_places(client, looking):
    book = load_workbook(io.BytesIO(client.get(reverse("shortage-xlsx"), {"gebied": "provincie"}).content))
    head, first, *_rest = book["Plekken"].iter_rows(values_only=True)
    assert head[:4] == ("Provincie", "Plekken", "Bezet", "Om op te reageren")
    shown = PublishedFigure.objects.get(table="gebieden", code="PV28")
    assert (first[0], first[3], first[5]) == ("Zuid-Holland", 25, shown.blocked)
    assert shown.blocked in (15, 20, 25)
    assert client.get(reverse("shortage-pdf"), {"gebied": "provincie"}).content.startswith(b"%PDF")


def test_a_school_reads_no_places_that_not_everybody_may_read(client, looking):
    """What the page shows are the rows of the open data; the exact cells may be gone."""
    _place, snapshot, user = looking
    before = Dashboard(user, QueryDict("")).places
    snapshot.supply.all().delete()
    cache.clear()
    assert Dashboard(user, QueryDict("")).places == before
    PublishedFigure.objects.all().delete()
    cache.clear()
    assert Dashboard(user, QueryDict("")).places == []


def test_a_count_that_was_never_published_shows_no_table(client, coordinator, school):
    nights.cell(nights.night(), school, open=4)
    client.force_login(coordinator)
    assert "Plekken in de regio" not in client.get(PAGE).content.decode()
