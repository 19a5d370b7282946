"""A school invites its students in waves; nobody is bothered twice a week."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from stagematch.clock import at, now, today
from stagematch.mail.addresses import note_refusal
from stagematch.mail.models import OutgoingMail
from students import services
from students.models import Student
from students.services import invite_students
from tests import factories as f

pytestmark = pytest.mark.django_db
PAGE, BUTTON = reverse("school-students"), reverse("school-students-invite")


@pytest.fixture
def two(school, search) -> list[Student]:
    search.student.user.last_login = now()  # the student of the cast has been here
    search.student.user.save()
    programme = search.student.programme
    return [
        f.StudentFactory(school=school, programme=programme, class_name=name, user__email=f"{name}@cast.example")
        for name in ("sw1a", "sw1b")
    ]


def mailed() -> set[str]:
    return set(OutgoingMail.objects.filter(template="student_invited").values_list("to_email", flat=True))


def test_a_class_nobody_can_have_is_not_looked_for(client, coordinator, two):
    client.force_login(coordinator)
    for asked in ({"klas": "sw1\x00a"}, {"school": "\x00"}):
        assert client.post(BUTTON, asked).status_code == 404
    client.post(BUTTON, {"klas": "sw1", "leerjaar": "\x00"})
    assert not mailed()


def test_a_wave_goes_to_one_class(client, coordinator, two):
    client.force_login(coordinator)
    assert "Nodig uit" in client.get(PAGE).content.decode()
    client.post(BUTTON, {"klas": "sw1a", "leerjaar": ""})
    assert mailed() == {"sw1a@cast.example"}
    mail = OutgoingMail.objects.get(template="student_invited")
    assert "code per mail" in mail.body_text
    client.post(BUTTON, {"klas": "", "leerjaar": ""})
    assert mailed() == {"sw1a@cast.example", "sw1b@cast.example"}
    assert "Nodig uit" not in client.get(PAGE).content.decode()


def test_nobody_is_invited_twice_in_a_week_or_after_signing_in(coordinator, two):
    everyone = Student.objects.filter(pk__in=[student.pk for student in two])
    assert invite_students(students=everyone, actor=coordinator) == 2
    assert invite_students(students=everyone, actor=coordinator) == 0
    two[0].user.last_login = now()
    two[0].user.save()
    with at(today() + dt.timedelta(days=8)):
        assert invite_students(students=everyone, actor=coordinator) == 1
    assert OutgoingMail.objects.filter(template="student_invited").count() == 3


def test_students_of_another_school_are_not_invited(client, other_coordinator, broker, two):
    everyone = Student.objects.filter(pk__in=[student.pk for student in two])
    with pytest.raises(PermissionDenied):
        invite_students(students=everyone, actor=other_coordinator)
    client.force_login(other_coordinator)
    client.post(BUTTON, {"klas": "sw1a"})
    client.force_login(broker)
    assert client.post(BUTTON).status_code == 403
    assert client.get(BUTTON).status_code == 405
    assert not mailed()


def test_one_press_has_an_end(coordinator, two, monkeypatch):
    monkeypatch.setattr(services.invite, "AT_ONCE", 1)
    everyone = Student.objects.filter(pk__in=[student.pk for student in two])
    assert [invite_students(students=everyone, actor=coordinator) for _ in range(3)] == [1, 1, 0]


def test_who_stopped_is_not_invited(coordinator, two):
    Student.objects.filter(pk=two[0].pk).update(is_active=False)
    assert invite_students(students=Student.objects.filter(class_name__startswith="sw1"), actor=coordinator) == 1


def test_the_school_sees_which_address_does_not_work(client, coordinator, two):
    client.force_login(coordinator)
    assert "Dit adres werkt niet" not in client.get(PAGE).content.decode()
    note_refusal(email=two[0].user.email, code="5.1.1", reason="weg", final=True)
    assert client.get(PAGE).content.decode().count("Dit adres werkt niet") == 1
