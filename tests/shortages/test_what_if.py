"""'Wat als': the form, and the answer in words that never tells a number under five about students of others."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.urls import reverse

from organisations.enums import Route
from shortages.enums import PublishedTable
from shortages.models import PublishedFigure
from shortages.services import take_count
from stagematch.clock import today
from tests import factories as f
from tests.shortages import cells
from tests.shortages.reading import select, tree, words

pytestmark = pytest.mark.django_db
URL = reverse("shortage-what-if")
ASKED = {"waar": "gemeente:GM2312", "kwalificatie": "25615", "leerjaar": "2", "dagen": ["1", "2"], "plekken": "3"}


def seekers(school, number: int) -> None:
    """So many students in Leiden who look for a place that is not there."""
    area = cells.leiden().postcodes.get()
    programme = f.ProgrammeFactory(school=school)
    for _n in range(number):
        f.SearchFactory(student__programme=programme, home=area, weekdays=31, days_per_week=2)


def ask(client, status=200, **changes):
    answer = client.get(URL, ASKED | changes)
    assert answer.status_code == status
    return tree(answer.content)


def number(found) -> str:
    return words(select(found, "section span.sm-number")[0])


@pytest.fixture
def asker(client, coordinator):
    client.force_login(coordinator)
    return client


def test_the_form_begins_with_what_fits_most_students(asker, school):
    seekers(school, 6)
    take_count(day=today())
    found = tree(asker.get(URL).content)
    assert next(option.text for option in select(found, "select option")) == "Leiden"
    assert not select(found, "section span.sm-number")  # nothing was asked yet
    fields = {field.get("name"): field for field in select(found, "form input")}
    assert fields["plekken"].get("data-schuif")  # what the slider is called
    assert (fields["plekken"].get("min"), fields["plekken"].get("max")) == ("1", "50")


def test_every_place_places_somebody_until_about_everybody_has_one(asker, school):
    seekers(school, 20)
    take_count(day=today())
    found = ask(asker)
    assert number(found) == "3"
    text = words(select(found, "section")[0])
    assert "studenten meer geplaatst" in text
    assert "Een student uit Leiden gaat direct." in text
    assert "Elke plek erbij plaatst iemand." in text
    assert "Van jullie school passen 20 studenten zonder plek op zo’n plek." in text
    assert "Voor 20 van hen is er nu geen plek die past" in text
    more = ask(asker, plekken="40")
    told = int(number(more).removeprefix("≥ "))
    assert told in (15, 20)  # never more than the truth, and less than ten below it
    assert f"Zeker {told} plekken helpen, meer dan {told + 9} niet." in words(more)


def test_versions_of_a_kwalificatie_are_one_opleiding(asker, school):
    """The reference data keeps a row per version; a school may stand on another one than the count calls it by."""
    first = f.QualificationFactory(name="Sociaal werker, oude versie")
    newer = f.QualificationFactory(valid_from=today())
    area = cells.leiden().postcodes.get()
    for qualification, route in ((first, Route.BOL), (newer, Route.BBL)):
        programme = f.ProgrammeFactory(school=school, qualification=qualification, route=route)
        for _n in range(10):
            f.SearchFactory(student__programme=programme, home=area, weekdays=31, days_per_week=2)
    take_count(day=today())
    found = ask(asker, plekken="10")
    assert [o.text for o in select(found, "select option") if "(25615)" in o.text] == ["Sociaal werker (25615)"]
    assert number(found) == "10"
    assert "Van jullie school passen 20 studenten zonder plek op zo’n plek." in words(found)
    published = PublishedFigure.objects.filter(table=PublishedTable.QUALIFICATIONS)
    assert {figure.qualification_id for figure in published} == {first.pk}


@pytest.mark.parametrize("asked", ["1", "4", "5", "40"])
def test_few_students_are_never_counted_whatever_is_asked_not_even_whether_there_are_any(
    asker, other_school, school, asked
):
    seekers(school, 0)
    elsewhere = f.ProgrammeFactory(school=school)
    f.SearchFactory(student__programme=elsewhere, home=cells.leiden().postcodes.get(), weekdays=4, days_per_week=1)
    answers = set()
    for students in (0, 1, 3, 5):
        seekers(other_school, students - students // 2)
        take_count(day=today(), again=True)
        answers.add(words(select(ask(asker, plekken=asked), "section")[0]))
    assert len(answers) == 1
    text = answers.pop()
    assert f"Hoogstens {min(14, int(asked))} student" in text
    assert "Van jullie school past geen student zonder plek op zo’n plek." in text


def test_the_own_students_are_told_exactly_however_few(asker, school, other_school):
    seekers(school, 2)
    seekers(other_school, 5)
    take_count(day=today())
    text = words(ask(asker, plekken="1"))
    assert "Van jullie school passen 2 studenten zonder plek op zo’n plek." in text
    assert "Voor 2 van hen is er nu geen plek die past, of zijn er te weinig. Daar helpt dit." in text
    assert "gaat direct" not in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"plekken": "0"}, "Vul bij ‘Hoeveel plekken erbij?’ 1 of meer in."),
        ({"plekken": "900"}, "Vul bij ‘Hoeveel plekken erbij?’ hoogstens 50 in."),
        ({"plekken": "veel"}, "Vul bij ‘Hoeveel plekken erbij?’ een heel getal in."),
        ({"waar": "gemeente:GM9999"}, "Kies bij ‘Waar komen de plekken?’ iets uit de lijst."),
        ({"dagen": []}, "Kies bij ‘Op welke dagen?’ minstens één dag."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(asker, school, changes, sentence):
    seekers(school, 2)
    take_count(day=today())
    found = ask(asker, status=422, **changes)
    assert sentence in words(found)
    (field,) = [field for field in select(found, "form input") if field.get("name") == "plekken"]
    assert field.get("value") == changes.get("plekken", "3")


def test_a_link_of_the_page_gives_the_days_as_one_number(asker, school):
    seekers(school, 20)
    take_count(day=today())
    assert number(ask(asker, dagen="3", waar="corop:NL-Leiden")) == "3"


def test_a_count_that_keeps_no_market_says_so(asker, school):
    seekers(school, 2)
    snapshot = take_count(day=today())
    type(snapshot).objects.filter(pk=snapshot.pk).update(market=None)
    assert "Alleen van de nieuwste telling" in words(ask(asker, status=422))


def test_without_a_count_there_is_nothing_to_ask(asker, school):
    assert "Er is nog geen telling" in words(tree(asker.get(URL).content))
    assert asker.get(URL, ASKED).status_code == 200


def test_who_may_ask(client, broker, student, other_coordinator, school):
    assert client.get(URL).status_code == 302
    for user in (broker, student):
        client.force_login(user)
        assert client.get(URL).status_code == 403
    client.force_login(other_coordinator)
    assert client.get(URL, {"school": school.slug}).status_code == 404
