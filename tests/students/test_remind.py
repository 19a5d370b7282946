"""Who began and did not finish is reminded twice at most, and nobody else is."""

import datetime as dt

import pytest

from stagematch import clock
from stagematch.clock import now, today
from stagematch.mail.models import OutgoingMail
from students.enums import SearchStatus
from students.models import PlacementSearch
from students.services import remind_incomplete

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(search, student):
    """A student who signed in today and left the search half done."""
    PlacementSearch.objects.filter(pk=search.pk).update(status=SearchStatus.DRAFT, home=None, opened_on=None)
    student.last_login = now()
    student.save(update_fields=["last_login"])
    return student


def run(days: int) -> int:
    day = today() + dt.timedelta(days=days)
    with clock.at(day):
        return remind_incomplete(day=day)


def mails(user):
    return OutgoingMail.objects.filter(to_user=user, template="profile_incomplete")


def test_two_reminders_and_then_silence(begun):
    assert run(6) == 0
    for days in (7, 8, 20, 21, 22, 90):
        run(days)
    assert mails(begun).count() == 2
    assert "waar je woont" in mails(begun).order_by("pk")[0].body_text


def test_a_missed_night_is_made_up_for_with_one_mail(begun):
    run(30)
    assert mails(begun).count() == 1


def test_who_seeks_or_never_signed_in_is_left_alone(search, student, other_search, other_student):
    student.last_login = now()
    student.save(update_fields=["last_login"])
    PlacementSearch.objects.filter(pk=other_search.pk).update(status=SearchStatus.DRAFT)
    assert run(30) == 0


def test_a_trial_sends_nothing(begun):
    day = today() + dt.timedelta(days=10)
    assert remind_incomplete(day=day, dry_run=True) == 1
    assert not mails(begun).exists()
