"""Arbeidsmarktregio's first where they are known, COROP where not; and what helps is told for the nearest area that has something."""

# mypy: disable-error-code="no-untyped-def"

import csv
import io

import pytest
from django.urls import reverse

from organisations.enums import Role
from shortages.models import PublishedFigure, PublishedLever
from stagematch.regions.models import MunicipalityRegion, Region
from tests import factories as f
from tests.shortages.published import LONG_AGO, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return world()


@pytest.fixture
def rijnland(place):
    region = Region.objects.create(
        kind=Region.Kind.LABOUR_MARKET, code="AM19", name="Holland Rijnland", valid_from=LONG_AGO
    )
    MunicipalityRegion.objects.create(municipality=place.leiden, region=region, valid_from=LONG_AGO)
    return region


def lever(snapshot, level: str, code: str, helped: int = 20, year: int = 2) -> None:
    PublishedLever.objects.create(
        snapshot=snapshot, kind="place", level=level, code=code, helped=helped, year=year, position=helped
    )


def own_page(client, municipality):
    organisation = f.OrganisationFactory(kind="municipality", municipality=municipality)
    client.force_login(f.MembershipFactory(organisation=organisation, role=Role.OBSERVER).user)
    return client.get(reverse("own-area"))


def test_the_country_is_shown_per_arbeidsmarktregio_where_those_are_known(client, place, rijnland):
    place.count()
    answer = client.get(reverse("shortage-public"))
    page = answer.context["page"]
    assert [kind.value for kind in page.kinds] == ["arbeidsmarkt", "corop", "provincie", "gemeente"]
    assert (page.kind, page.map.kind, len(page.map.shapes)) == ("arbeidsmarkt", "arbeidsmarkt", 35)
    text = answer.content.decode()
    assert "Kaart met studenten zonder plek per arbeidsmarktregio" in text
    shown = PublishedFigure.objects.get(table="gebieden", level="arbeidsmarkt", code="AM19")
    assert f"Holland Rijnland: ongeveer {shown.open} studenten zonder plek" in text
    assert client.get(reverse("shortage-area", args=["arbeidsmarkt", "AM19"])).status_code == 200


def test_without_the_list_of_gemeenten_it_falls_back_on_corop(client, place):
    place.count()
    page = client.get(reverse("shortage-public")).context["page"]
    assert [kind.value for kind in page.kinds] == ["corop", "provincie", "gemeente"]
    assert (page.kind, page.map.kind, len(page.map.shapes)) == ("corop", "corop", 40)


@pytest.mark.parametrize(
    ("wanted", "drawn"), [("corop", "corop"), ("provincie", "arbeidsmarkt"), ("x", "arbeidsmarkt")]
)
def test_the_map_follows_the_table_as_far_as_it_is_drawn(client, place, rijnland, wanted, drawn):
    place.count()
    assert client.get(reverse("shortage-public"), {"soort": wanted}).context["page"].map.kind == drawn


def test_open_data_has_the_regions_with_their_official_code(client, place, rijnland):
    place.count()
    for table in ("gebieden", "leerjaren"):
        text = client.get(reverse("open-data-table", args=["laatste", table, "csv"])).content.decode("utf-8-sig")
        rows = [
            row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["gebied_soort"] == "arbeidsmarkt"
        ]
        assert {(row["gebied_code"], row["gebied"]) for row in rows} == {("AM19", "Holland Rijnland")}


def test_a_gemeente_reads_what_helps_in_its_region(client, place, rijnland):
    snapshot = place.count()
    lever(snapshot, "arbeidsmarkt", "AM19", 20)
    lever(snapshot, "provincie", "PV28", 40)
    answer = own_page(client, place.leiden)
    assert [line.helped for line in answer.context["page"].levers] == [20]
    text = answer.content.decode()
    assert "Wat helpt, rekenen we per regio uit en niet per gemeente. Dit helpt in Holland Rijnland." in text
    assert "Een extra plek in Leiden telt daarin mee." in text


def test_a_region_with_too_few_students_reads_what_helps_in_its_province(client, place, rijnland):
    snapshot = place.count()
    lever(snapshot, "provincie", "PV28", 40)
    lever(snapshot, "provincie", "PV24", 60)
    answer = client.get(reverse("shortage-area", args=["arbeidsmarkt", "AM19"]))
    assert [line.helped for line in answer.context["page"].levers] == [40]
    text = answer.content.decode()
    assert "In Holland Rijnland zelf is er niets dat 10 of meer studenten tegelijk helpt." in text
    assert "Bekijk Zuid-Holland" in text


def test_a_region_over_two_provinces_reads_nothing_of_either(client, place, rijnland):
    MunicipalityRegion.objects.create(municipality=place.almere, region=rijnland, valid_from=LONG_AGO)
    snapshot = place.count()
    lever(snapshot, "provincie", "PV28", 40)
    answer = client.get(reverse("shortage-area", args=["arbeidsmarkt", "AM19"]))
    assert answer.context["page"].levers == []
    assert "In Holland Rijnland en de regio is er nu niets" in answer.content.decode()


def test_where_nothing_helps_ten_students_the_page_says_why_and_leads_on(client, place, rijnland):
    place.count()
    text = own_page(client, place.leiden).content.decode()
    assert "Over minder studenten geven we geen cijfers. Elke plek telt wel." in text
    assert "Bekijk heel Nederland" in text
    assert "Er is nu nergens iets dat 10 of meer" in client.get(reverse("shortage-public")).content.decode()
