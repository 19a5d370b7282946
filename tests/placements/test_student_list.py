"""The list of a school's students when there is more than one period, or more than one school (features B2)."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
from collections import Counter

import pytest
from django.urls import reverse

from placements.models import SavedView
from students.enums import SearchStatus
from students.models import Student
from tests import factories as f

LIST, CLASSES, FILE = reverse("school-students"), reverse("school-classes"), reverse("school-students-export")


@pytest.fixture
def later(search):
    """Samira has a place for the period of now, and looks for the one after."""
    search.status = SearchStatus.PLACED
    search.save()
    period = f.PeriodFactory(
        slug="later",
        name="februari tot juli",
        starts_on=search.ends_on + dt.timedelta(days=30),
        ends_on=search.ends_on + dt.timedelta(days=150),
    )
    f.SearchFactory(student=search.student, period=period, starts_on=period.starts_on, ends_on=period.ends_on)
    return period


@pytest.fixture
def at_both(coordinator, other_school):
    """The coordinator works at another school too."""
    f.MembershipFactory(user=coordinator, organisation=other_school, role="coordinator")
    return coordinator


def row_of(page: str, name: str) -> str:
    return next(row for row in page.split("<tr")[1:] if name in row)


def test_a_place_for_now_does_not_hide_the_search_for_later(client, coordinator, search, later):
    client.force_login(coordinator)
    row = row_of(client.get(LIST).content.decode(), "Samira")
    assert "Geplaatst" in row.replace("geplaatst", "Geplaatst")
    assert search.period.name in row
    assert "Zoekt nog voor februari tot juli" in row


def test_within_a_period_the_state_is_that_of_the_period(client, coordinator, search, later):
    client.force_login(coordinator)
    for period, state in ((search.period.slug, "placed"), ("later", "seeking")):
        overview = client.get(LIST, {"periode": period}).context["overview"]
        assert overview.counts == {state: 1}
        assert [s.progress for s in overview.students] == [state]
    assert "Samira" in client.get(LIST, {"periode": "later", "stand": "seeking"}).content.decode()
    assert "Samira" not in client.get(LIST, {"periode": "later", "stand": "placed"}).content.decode()


def test_who_looks_for_no_place_in_a_period_is_not_in_it(client, coordinator, search, later):
    f.StudentFactory(programme=search.student.programme, user__first_name="Nergens")
    client.force_login(coordinator)
    assert "Nergens" in client.get(LIST).content.decode()
    assert "Nergens" not in client.get(LIST, {"periode": "later"}).content.decode()


def test_the_file_and_a_kept_choice_follow_the_period(client, coordinator, search, later):
    client.force_login(coordinator)
    text = client.get(FILE, {"periode": "later", "kolom": ["naam", "stand", "periode"]}).content.decode("utf-8-sig")
    assert text.splitlines()[1:] == ["Samira El Amrani;Zoekt;februari tot juli"]
    client.post(reverse("school-view-save"), {"name": "Straks", "query": "periode=later&stand=seeking"})
    assert SavedView.objects.get().query == "periode=later&stand=seeking"
    answer = client.post(reverse("school-view-save"), {"name": "a\x00b", "query": "klas=%00&stand=seeking"})
    assert answer.status_code == 302
    assert SavedView.objects.filter(name="ab").exists()


def test_a_period_that_is_over_or_unknown_is_left_aside(client, coordinator, search):
    client.force_login(coordinator)
    f.PeriodFactory(slug="ooit", starts_on=dt.date(2020, 2, 1), ends_on=dt.date(2020, 7, 1))
    for slug in ("ooit", "bestaat-niet"):
        overview = client.get(LIST, {"periode": slug}).context["overview"]
        assert (overview.period, overview.total) == (None, 1)


def test_the_same_class_at_two_schools_is_two_classes(client, at_both, school, other_school, search, other_search):
    Student.objects.update(class_name="2A")
    client.force_login(at_both)
    first = client.get(CLASSES, {"klas": "2A"}).content.decode()
    assert ("Samira" in first, "Joris" in first) == (True, False)
    second = client.get(CLASSES, {"klas": "2A", "school": other_school.slug}).content.decode()
    assert ("Samira" in second, "Joris" in second) == (False, True)
    assert f"klas=2A&amp;school={other_school.slug}" in second.replace("&school", "&amp;school")


def test_the_list_says_which_school_and_can_be_of_one(client, at_both, school, other_school, search, other_search):
    client.force_login(at_both)
    assert other_school.name in row_of(client.get(LIST).content.decode(), "Joris")
    page = client.get(LIST, {"school": other_school.slug}).content.decode()
    assert ("Samira" in page, "Joris" in page) == (False, True)
    text = client.get(FILE, {"school": school.slug, "kolom": ["naam", "school"]}).content.decode("utf-8-sig")
    assert text.splitlines()[1:] == [f"Samira El Amrani;{school.name}"]


def test_another_school_in_the_address_gives_nothing_of_it(client, coordinator, other_school, search, other_search):
    client.force_login(coordinator)
    for url in (LIST, CLASSES, FILE):
        assert "Joris" not in client.get(url, {"school": other_school.slug}).content.decode()


def test_inviting_stays_within_the_school_that_was_chosen(client, at_both, school, other_school):
    for one in (school, other_school):
        f.StudentFactory(programme__school=one)
    client.force_login(at_both)
    client.post(reverse("school-students-invite"), {"school": other_school.slug})
    assert [s.school for s in Student.objects.exclude(invited_at=None)] == [other_school]


def test_the_numbers_above_the_whole_list_are_those_of_its_students(
    client, at_both, school, other_school, search, other_search, later
):
    client.force_login(at_both)
    for query in ({}, {"school": school.slug}, {"school": other_school.slug}):
        overview = client.get(LIST, query).context["overview"]
        assert overview.counts == Counter(student.progress for student in overview.everyone_asked())
        assert overview.total == len(overview.students) == (1 if query else 2)
        for state, number in overview.counts.items():
            shown = client.get(LIST, query | {"stand": state}).context["overview"].students
            assert [student.progress for student in shown] == [state] * number
