"""A prepared query answers as the ORM does, for any values, and refuses what it cannot put in."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from organisations.models import StagePeriod
from placements.models import Application
from stagematch.accounts.models import User
from stagematch.along import along
from stagematch.clock import today
from stagematch.ui.prepared import MOST, Prepared, instance
from tests import factories as f

pytestmark = pytest.mark.django_db

people = Prepared(
    lambda keys: User.objects.filter(pk__in=keys).order_by("pk").values("id", "email", "public_id"), keys=list
)
periods = Prepared(
    lambda day, pk: StagePeriod.objects.filter(starts_on__gt=day, pk=pk).values("slug"), day=dt.date, pk=int
)


def test_it_answers_as_the_queryset_does_for_any_values():
    users = [f.UserFactory() for _ in range(3)]
    for chosen in (users[:1], users, users[1:]):
        keys = [user.pk for user in chosen]
        assert people.rows(keys=keys) == list(
            User.objects.filter(pk__in=keys).order_by("pk").values("id", "email", "public_id")
        )
    period = f.PeriodFactory(starts_on=today())
    assert periods.rows(day=today() - dt.timedelta(days=1), pk=period.pk) == [{"slug": period.slug}]
    assert periods.rows(day=today(), pk=period.pk) == []


def test_an_empty_list_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert people.rows(keys=[]) == []
    assert len(queries) == 0


def test_wrong_values_are_refused():
    with pytest.raises(ValueError, match="at most"):
        people.rows(keys=range(1, MOST + 2))
    with pytest.raises(ValueError, match="expected"):
        people.rows(other=[1])
    lost = Prepared(lambda keys, day: User.objects.filter(pk__in=keys).values("id"), keys=list, day=dt.date)
    with pytest.raises(ValueError, match="day"):
        lost.rows(keys=[1], day=today())


def test_an_object_reads_what_was_left_out_when_asked():
    user = f.UserFactory()
    made = instance(User, people.rows(keys=[user.pk])[0])
    assert made == user
    with CaptureQueriesContext(connection) as queries:
        assert made.email == user.email
        assert len(queries) == 0
        assert made.first_name == user.first_name
    assert len(queries) == 1


def kept_plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%organisations_stageperiod%%'"
            " AND statement NOT LIKE '%%pg_prepared_statements%%'"  # this one
        )
        return int(cursor.fetchone()[0])


def test_the_plan_is_kept_once_whatever_the_numbers():
    day = today()
    periods.rows(day=day, pk=1)
    before = kept_plans()
    assert before >= 1
    with CaptureQueriesContext(connection) as queries:
        for pk in (2, 40_000, 3_000_000_000):  # each of another type to psycopg
            assert periods.rows(day=day, pk=pk) == []
    assert ["organisations_stageperiod" in query["sql"] for query in queries] == [True] * 3
    assert kept_plans() == before


def test_a_pooler_that_knows_no_prepared_statements_gets_none(monkeypatch):
    fresh = Prepared(lambda pk: StagePeriod.objects.filter(pk=pk).values("name"), pk=int)
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    period, before = f.PeriodFactory(), kept_plans()
    assert fresh.rows(pk=period.pk) == [{"name": period.name}]
    assert kept_plans() == before


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_the_connection_was_closed():
    period = f.PeriodFactory(starts_on=today())
    for _ in range(2):
        assert periods.rows(day=today() - dt.timedelta(days=1), pk=period.pk) == [{"slug": period.slug}]
        connection.close()


def test_objects_come_with_what_is_joined_and_with_their_lists(search, vacancy):
    group = f.TargetGroupFactory()
    search.target_groups.add(group)

    def reactions(student: int, since: dt.datetime):
        rows = Application.objects.filter(student=student, submitted_at__gte=since).annotate(
            at_school=F("student__school")
        )
        return along(rows.select_related("search__period"), "search__target_groups").defer("motivation").order_by("pk")

    asked = Prepared(reactions, student=int, since=dt.datetime)
    mine = f.ApplicationFactory(vacancy=vacancy, student=search.student, search=search)
    other = f.ApplicationFactory(vacancy=vacancy)
    for student, expected in ((search.student, mine), (other.student, other), (search.student, mine)):
        with CaptureQueriesContext(connection) as queries:
            [found] = asked.objects(student=student.pk, since=expected.submitted_at)
            assert (found, found.student_id, found.at_school) == (expected, student.pk, student.school_id)
            assert found.search.period == expected.search.period
            assert list(found.search.target_groups.all()) == ([group] if expected == mine else [])
        assert len(queries) == 1
        assert found.get_deferred_fields() == {"motivation"}
    assert asked.objects(student=search.student.pk, since=mine.submitted_at + dt.timedelta(seconds=1)) == []


def test_a_day_that_was_not_given_is_refused_since_it_would_stay_that_day():
    early = Prepared(lambda pk: StagePeriod.objects.filter(pk=pk, ends_on__gt=today()).values("name"), pk=int)
    with pytest.raises(ValueError, match="nobody gave"):
        early.rows(pk=1)


def test_a_prefetch_is_refused_since_it_is_a_question_of_its_own():
    more = Prepared(lambda pk: Application.objects.filter(pk=pk).prefetch_related("events"), pk=int)
    with pytest.raises(ValueError, match="prefetch"):
        more.objects(pk=1)


def test_a_list_of_objects_takes_any_number_up_to_its_most():
    users = [f.UserFactory() for _ in range(3)]
    asked = Prepared(lambda keys: User.objects.filter(pk__in=keys).order_by("pk"), most=3, keys=list)
    for chosen in (users[:1], users[1:], users):
        assert asked.objects(keys=[user.pk for user in chosen]) == chosen
    assert asked.objects(keys=[]) == []
