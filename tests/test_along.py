"""Short lists read in the same query as their row: the same rows as a prefetch gives, and no question more."""

import datetime as dt

import pytest

from placements.models import Application, Interview, InterviewParticipant, InterviewSlot
from stagematch.along import along
from stagematch.clock import now
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_lists_come_with_the_row_in_their_own_order(search, vacancy, broker, django_assert_num_queries):
    application = f.ApplicationFactory(vacancy=vacancy)
    talk = Interview.objects.create(application=application, round=1, host=broker)
    start = now()
    for hours in (5, 1, 3):
        InterviewSlot.objects.create(
            interview=talk, starts_at=start + dt.timedelta(hours=hours), ends_at=start + dt.timedelta(hours=hours + 1)
        )
    InterviewParticipant.objects.create(interview=talk, name="Zoë O'Neill", email="zoe@voorbeeld.example")
    expected = list(talk.slots.all()), list(talk.participants.all())
    times = [slot.starts_at for slot in expected[0]]
    with django_assert_num_queries(1):
        found = along(Interview.objects.filter(pk=talk.pk), "slots", "participants").get()
        assert (list(found.slots.all()), list(found.participants.all())) == expected
        assert [slot.starts_at for slot in found.slots.all()] == times == sorted(times)
        assert found.participants.all()[0].name == "Zoë O'Neill"
        assert all(slot.interview is found for slot in found.slots.all())
        assert found.participants.exists()


def test_an_empty_list_is_known_to_be_empty(search, vacancy, broker, django_assert_num_queries):
    talk = Interview.objects.create(application=f.ApplicationFactory(vacancy=vacancy), round=1, host=broker)
    with django_assert_num_queries(1):
        found = along(Interview.objects.filter(pk=talk.pk), "slots").get()
        assert list(found.slots.all()) == []


def test_lists_of_a_row_that_is_joined(search, vacancy, django_assert_num_queries):
    application = f.ApplicationFactory(vacancy=vacancy)
    group = f.TargetGroupFactory()
    application.search.target_groups.add(group)
    with django_assert_num_queries(1):
        rows = along(Application.objects.select_related("search"), "search__target_groups", "events")
        found = rows.filter(pk=application.pk).get()
        assert list(found.search.target_groups.all()) == [group]
        assert list(found.events.all()) == []
