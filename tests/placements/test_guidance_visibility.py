"""Who the queries themselves give notes and tasks to, whatever a page asks besides (features B3)."""

# mypy: disable-error-code="no-untyped-def"

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from organisations.models import Membership
from placements.guidance.access import own_students
from placements.guidance.services import make_task, write_note
from placements.models import HelpNote, HelpTask
from students.models import Student

pytestmark = pytest.mark.django_db
MODELS = [HelpNote, HelpTask]


@pytest.fixture(autouse=True)
def written(coordinator, search):
    """A note and a task about Samira."""
    write_note(student=search.student, actor=coordinator, text="Belt morgen")
    make_task(student=search.student, actor=coordinator, title="Bellen")


@pytest.mark.parametrize("model", MODELS)
def test_the_coordinators_of_the_school_see_it(model, coordinator):
    assert model.objects.visible_to(coordinator).count() == 1


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("who", ["other_coordinator", "student", "broker", "team_lead", "admin_user"])
def test_nobody_else_does(model, who, request):
    assert not model.objects.visible_to(request.getfixturevalue(who)).exists()


@pytest.mark.parametrize("model", MODELS)
def test_nor_does_a_visitor(model):
    assert not model.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "organiser"}])
def test_who_is_no_longer_coordinator_no_longer_sees_it(model, coordinator, change):
    Membership.objects.filter(user=coordinator).update(**change)
    assert not model.objects.visible_to(coordinator).exists()


def test_a_coordinator_who_studies_there_too_reads_nothing_about_oneself(client, coordinator, student, search):
    Membership.objects.filter(user=coordinator).update(user=student)
    assert not own_students(student).filter(user=student).exists()
    client.force_login(student)
    assert client.get(reverse("school-student", args=[search.student.public_id])).status_code == 404


@pytest.mark.parametrize("model", MODELS)
def test_a_student_who_moves_to_another_school_leaves_it_behind_for_both(
    model, coordinator, other_coordinator, other_school, search
):
    Student.objects.filter(pk=search.student_id).update(school=other_school)
    assert not model.objects.visible_to(coordinator).exists()
    assert not model.objects.visible_to(other_coordinator).exists()
