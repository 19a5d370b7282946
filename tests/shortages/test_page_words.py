"""'Tekort in beeld' in words: two lines never read the same, and a list of one kind shows no other kind."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.urls import reverse

from shortages.enums import LeverKind, Situation
from students.enums import SearchStatus
from tests import factories as f
from tests.shortages import cells as nights
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(school):
    found = nights.night()
    nights.cell(found, school, municipality=nights.leiden(), year=2, days=3, open=24, structural=18.4)
    return found


def lines(client) -> list[str]:
    """The heads of 'Wat helpt het meest?'."""
    found = tree(client.get(reverse("shortage-dashboard")).content)
    return [words(head) for head in select(found, "ol.sm-hulp h3")]


def extra_place(night, qualification):
    region = nights.leiden().postcodes.get().corop
    example = {"chain": ["Leiden"], "length": 1}
    nights.lever(
        night, LeverKind.PLACE, region=region, year=2, days=3, steps=15, direct=5, example=example,
        qualification=qualification,
    )  # fmt: skip


def test_places_for_two_opleidingen_are_told_apart(client, coordinator, school, night):
    for name, crebo in (("Sociaal werker", "25615"), ("Sociaal-cultureel werker", "25488")):
        programme = f.ProgrammeFactory(school=school, qualification=f.QualificationFactory(name=name, crebo=crebo))
        nights.cell(night, school, programme=programme, municipality=nights.leiden(), open=6)
        extra_place(night, programme.qualification)
    client.force_login(coordinator)
    what = "Een extra plek in Leiden op maandag en dinsdag, leerjaar 2"
    assert sorted(lines(client)) == [f"{what}, Sociaal werker", f"{what}, Sociaal-cultureel werker"]


def test_a_school_with_one_opleiding_does_not_read_its_name_on_every_line(client, coordinator, night):
    extra_place(night, f.QualificationFactory(name="Sociaal werker", crebo="25615"))
    client.force_login(coordinator)
    assert lines(client) == ["Een extra plek in Leiden op maandag en dinsdag, leerjaar 2"]


@pytest.mark.parametrize(
    ("asked", "kind", "label"),
    [("structureel", Situation.NONE, "Structureel"), ("frictie", Situation.FITS, "Frictie")],
)
def test_somebody_who_only_began_has_the_kind_of_the_list(client, coordinator, search, night, asked, kind, label):
    search.status = SearchStatus.DRAFT
    search.save()
    nights.situation(night, search, kind)
    client.force_login(coordinator)
    found = tree(client.get(reverse("shortage-students"), {"soort": asked}).content)
    (row,) = select(found, "table.sm-tabel-stapel tbody tr")
    assert {"Structureel", "Frictie"} & set(words(row).split()) == {label}
    assert "Het profiel is nog niet" in words(row)
