"""'Wat als onze studenten meer kunnen?': the page says what the count says, about the own students (features B6)."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.urls import reverse

from shortages.services import take_count
from stagematch.clock import today
from tests import factories as f
from tests.shortages import cells
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db
URL = reverse("shortage-what-if")


@pytest.fixture
def stuck(school, other_school):
    """Two students for whom there is no place: one place is on another day, two are further away, one is for leerjaar 3."""
    leiden = cells.leiden().postcodes.get()
    there = f.PostcodeFactory(pc4="2405", place="Alphen", latitude=52.14, longitude=4.66)  # about 11 km
    for options in (
        {"places": 1, "pool__places": 1, "weekdays": 0b11, "days_per_week": 2},
        {"places": 2, "pool__places": 2, "team__location__postcode": there},
        {"places": 1, "pool__places": 1, "years": 0b100},
    ):
        f.VacancyFactory(**options)
    programme = f.ProgrammeFactory(school=school)
    for _n in range(2):
        f.SearchFactory(student__programme=programme, home=leiden, weekdays=0b101, max_distance_km=8)
    f.SearchFactory(student__programme__school=other_school, home=leiden, weekdays=0b101, max_distance_km=8)
    take_count(day=today())


def ask(client, status=200, **changes):
    answer = client.get(URL, changes)
    assert answer.status_code == status
    return tree(answer.content)


def section(found):
    return next(part for part in select(found, "section") if part.get("id") == "onze-studenten")


@pytest.mark.parametrize(("change", "number"), [("dag-2", 1), ("km-5", 2), ("jaar-2-3", 1), ("dag-16", 0), ("km-2", 0)])
def test_every_kind_of_change_is_answered(client, coordinator, stuck, change, number):
    client.force_login(coordinator)
    part = section(ask(client, kan=change))
    assert words(select(part, "span.sm-number")[0]) == str(number)
    assert "Het gaat om 2 studenten van jullie" in words(part)  # the third is of another school


def test_it_can_be_asked_of_one_leerjaar(client, coordinator, stuck, school):
    f.SearchFactory(student__programme__school=school, student__year=1, home=cells.leiden().postcodes.get())
    take_count(day=today(), again=True)
    client.force_login(coordinator)
    assert "Het gaat om 1 student van jullie" in words(section(ask(client, kan="km-20", voor="1")))


def test_nothing_is_answered_before_it_is_asked_and_both_questions_stand_apart(client, coordinator, stuck):
    client.force_login(coordinator)
    found = ask(client)
    assert not select(found, "span.sm-number")
    found = ask(client, kan="km-5")
    assert len(select(found, "span.sm-number")) == 1
    assert not select(found, "[role=alert]")


@pytest.mark.parametrize("given", [{"kan": "dag-64"}, {"kan": ""}, {"kan": "km-1e9"}, {"kan": "km-5", "voor": "9"}])
def test_what_is_no_choice_is_said(client, coordinator, stuck, given):
    client.force_login(coordinator)
    found = ask(client, 422, **given)
    assert "iets uit de lijst" in words(section(found))
    assert "Fout:" in words(select(found, "title")[0])


def test_who_has_a_place_needs_nothing(client, coordinator, school):
    f.VacancyFactory(places=5, pool__places=5)
    f.SearchFactory(student__programme__school=school, home=cells.leiden().postcodes.get())
    take_count(day=today())
    client.force_login(coordinator)
    assert "is er al een plek die past" in words(section(ask(client, kan="km-5")))
