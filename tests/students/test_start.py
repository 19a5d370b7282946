"""Somebody registered with a school's address: the profile is finished in one page, or one reads whom to ask."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from organisations.enums import Role
from stagematch.accounts.models import User
from students.imports import import_students
from students.models import Student
from tests import factories as f


def newcomer(email: str, *, verified: bool = True) -> User:
    user = f.UserFactory(email=email, first_name="", last_name="")
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


@pytest.fixture
def new(school) -> User:
    return newcomer("nieuw@student.debrug.example")


@pytest.fixture
def programme(school):
    return f.ProgrammeFactory(school=school)


def answers(programme) -> dict[str, str]:
    return {"first_name": "Noor", "last_name": "Verzonnen", "programme": str(programme.public_id), "year": "2"}


def test_a_newcomer_is_led_to_the_questions_and_then_to_the_search(client, new, programme):
    client.force_login(new)
    assert client.get(reverse("home-after-sign-in")).url == reverse("my-start")
    assert client.get(reverse("my-overview")).url == reverse("my-start")
    assert "Roc De Brug" in client.get(reverse("my-start")).content.decode()
    response = client.post(reverse("my-start"), answers(programme))
    assert response.url == reverse("my-search-edit", args=["opleiding"])
    student = Student.objects.get(user=new)
    assert (student.school, student.year, str(student.user)) == (programme.school, 2, "Noor Verzonnen")
    assert client.get(reverse("my-overview")).status_code == 200
    assert client.get(reverse("my-start")).url == reverse("my-overview")


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, new, programme):
    client.force_login(new)
    page = client.post(reverse("my-start"), answers(programme) | {"year": "", "last_name": ""}).content.decode()
    assert "Vul ‘Je achternaam’ in." in page
    assert 'value="Noor"' in page
    assert not Student.objects.exists()


def test_an_opleiding_of_another_school_is_refused(client, new, programme, other_school):
    client.force_login(new)
    client.post(reverse("my-start"), answers(f.ProgrammeFactory(school=other_school)))
    assert not Student.objects.exists()


def test_a_year_the_opleiding_does_not_have_is_refused(client, new, programme):
    client.force_login(new)
    page = client.post(reverse("my-start"), answers(programme) | {"year": "4"}).content.decode()
    assert "Deze opleiding heeft 3 leerjaren." in page


@pytest.mark.parametrize("email", ["iemand@thuis.example", "onbevestigd@student.debrug.example"])
def test_without_a_proven_school_one_reads_whom_to_ask(client, school, programme, email):
    client.force_login(newcomer(email, verified="onbevestigd" not in email))
    page = client.get(reverse("my-start")).content.decode()
    assert "BPV-coördinator" in page
    assert email in page
    client.post(reverse("my-start"), answers(programme))
    assert not Student.objects.exists()


@pytest.mark.parametrize("role", [Role.BROKER, Role.COORDINATOR, Role.TEAM_LEAD])
def test_somebody_with_a_role_is_no_newcomer(client, db, role):
    client.force_login(f.MembershipFactory(role=role).user)
    assert client.get(reverse("my-start")).status_code == 403
    assert client.get(reverse("my-overview")).status_code == 403


def test_the_schools_import_finds_who_registered_and_gives_the_real_number(client, new, programme, school):
    client.force_login(new)
    client.post(reverse("my-start"), answers(programme))
    row = f"Studentnummer;Voornaam;Achternaam;E-mail;Crebo;Leerjaar\n900001;Noor;Verzonnen;{new.email};25615;3\n"
    report = import_students(school=school, source=row.encode(), actor=None)
    assert report.ok, report.lines()
    student = Student.objects.get(user=new)
    assert (student.student_number, student.year) == ("900001", 3)
    assert Student.objects.count() == 1
