"""The row of a full place: in order, honest about the number, two working days each, exact in a rush (R3)."""

# mypy: disable-error-code="union-attr"

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from organisations.workdays import add_working_days
from placements import services
from placements.models import Application, Vacancy, WaitingListEntry
from placements.waiting import lines_of, place_in_line
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from students.enums import SearchStatus
from tests import factories as f
from tests.placements.steps import submit
from tests.placements.test_concurrency import at_once, quiet_queue  # noqa: F401 -- a fixture


def fill(vacancy: Vacancy, count: int | None = None) -> list[Application]:
    programme = f.ProgrammeFactory()
    return [
        submit(f.SearchFactory(student__programme=programme), vacancy) for _ in range(count or vacancy.application_cap)
    ]


def queue(vacancy: Vacancy, count: int) -> list[WaitingListEntry]:
    programme = f.ProgrammeFactory()
    searches = [f.SearchFactory(student__programme=programme) for _ in range(count)]
    return [services.join_waiting_list(student=search.student, vacancy=vacancy) for search in searches]


def withdraw(application: Application) -> Application:
    return services.withdraw_application(application=application, actor=application.student.user)


def told() -> list[int]:
    return list(WaitingListEntry.objects.filter(told_at__isnull=False).order_by("pk").values_list("pk", flat=True))


def test_the_page_says_the_number_and_one_can_leave(client, student, search, vacancy):
    fill(vacancy)
    queue(vacancy, 2)
    client.force_login(student)
    join, leave = (reverse(f"waiting-list-{verb}", args=[vacancy.public_id]) for verb in ("join", "leave"))
    assert "als nummer 3" in client.post(join, follow=True).content.decode()
    assert "Je bent nummer 3 van 3" in client.get(reverse("vacancy-detail", args=[vacancy.public_id])).content.decode()
    assert "Je bent nummer 3 van 3" in client.get(reverse("apply", args=[vacancy.public_id])).content.decode()
    assert "Je bent nummer 3 van 3" in client.get(reverse("my-overview")).content.decode()
    client.post(join)  # asking twice keeps the place
    assert place_in_line(search.student, vacancy).number == 3
    assert "niet meer op de wachtlijst" in client.post(leave, follow=True).content.decode()
    assert place_in_line(search.student, vacancy) is None
    assert client.post(leave).status_code == 302


def test_only_as_many_are_told_as_there_is_room_and_the_next_waits_two_working_days(
    vacancy, django_capture_on_commit_callbacks
):
    applications = fill(vacancy)
    first, second, third = queue(vacancy, 3)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
    assert told() == [first.pk]
    first.refresh_from_db()
    assert first.turn_until == add_working_days(today(), 2, vacancy.organisation)
    assert OutgoingMail.objects.get(template="waiting_list_room").to_user == first.student.user
    services.tell_waiting_everywhere(day=today())  # the turn runs: nobody else hears
    assert told() == [first.pk]
    assert place_in_line(first.student, vacancy).is_turn
    assert place_in_line(second.student, vacancy).number == 1
    late = first.turn_until + dt.timedelta(days=1)
    with at(late):
        call_command("send_student_news", date=late.isoformat())
        assert told() == [first.pk, second.pk]
        assert place_in_line(first.student, vacancy).is_over
        call_command("send_student_news", date=late.isoformat())
        assert told() == [first.pk, second.pk]
    assert OutgoingMail.objects.filter(template="waiting_list_room").count() == 2
    assert place_in_line(third.student, vacancy).number == 1


def test_two_rooms_two_told(vacancy, django_capture_on_commit_callbacks):
    applications = fill(vacancy)
    entries = queue(vacancy, 3)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
        withdraw(applications[1])
    assert told() == [entries[0].pk, entries[1].pk]


def test_who_leaves_gives_the_turn_to_the_next(vacancy, django_capture_on_commit_callbacks):
    applications = fill(vacancy)
    first, second = queue(vacancy, 2)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
    with django_capture_on_commit_callbacks(execute=True):
        services.leave_waiting_list(student=first.student, vacancy=vacancy)
    assert told() == [second.pk]


def test_who_found_a_place_holds_nobody_up(vacancy, django_capture_on_commit_callbacks):
    applications = fill(vacancy)
    first, second = queue(vacancy, 2)
    first.student.searches.update(status=SearchStatus.PLACED)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
    assert told() == [second.pk]


def test_whose_turn_is_over_joins_at_the_end(vacancy, django_capture_on_commit_callbacks):
    applications = fill(vacancy)
    first, _second = queue(vacancy, 2)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
    fill(vacancy, 1)  # somebody outside the row was first
    with at(today() + dt.timedelta(days=10)):
        again = services.join_waiting_list(student=first.student, vacancy=vacancy)
        assert (again.told_at, again.turn_until) == (None, None)
        assert place_in_line(first.student, vacancy).number == 2


@pytest.mark.parametrize(
    "change", [{"status": "draft"}, {"publish_until": dt.date(2020, 1, 1)}, {"apply_until": dt.date(2020, 1, 1)}]
)
def test_nobody_is_told_about_a_place_one_cannot_react_to(vacancy, change, django_capture_on_commit_callbacks):
    applications = fill(vacancy)
    queue(vacancy, 1)
    Vacancy.objects.filter(pk=vacancy.pk).update(**change)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(applications[0])
    services.tell_waiting_everywhere(day=today())
    assert told() == []


def test_rows_of_a_closed_place_go(vacancy):
    fill(vacancy)
    queue(vacancy, 2)
    Vacancy.objects.filter(pk=vacancy.pk).update(status="closed")
    services.tell_waiting_everywhere(day=today())
    assert not WaitingListEntry.objects.exists()


def test_the_rows_of_a_student_cost_the_same_for_one_and_three(search, django_assert_num_queries):
    for _ in range(3):
        vacancy = f.VacancyFactory(applications_per_place=1)
        fill(vacancy)
        services.join_waiting_list(student=search.student, vacancy=vacancy)
    with django_assert_num_queries(1):
        assert [line.number for line in lines_of(search.student)] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_rush_of_withdrawals_jobs_and_leavers_tells_exactly_as_many_as_there_is_room():
    vacancy = f.VacancyFactory(applications_per_place=8)
    applications = fill(vacancy)
    entries = queue(vacancy, 12)
    jobs = [lambda a=a: withdraw(a) for a in applications[:5]]
    jobs += [lambda: services.tell_waiting_everywhere(day=today())] * 6
    jobs += [lambda e=e: services.leave_waiting_list(student=e.student, vacancy=vacancy) for e in entries[10:]]
    assert at_once(jobs) == {"ok": len(jobs)}
    assert told() == [entry.pk for entry in entries[:5]]  # five rooms, the first five of the row
    assert OutgoingMail.objects.filter(template="waiting_list_room").count() == 5


@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_on_the_waiting_list_are_one_place_in_it():
    vacancy = f.VacancyFactory(applications_per_place=1)
    fill(vacancy)
    search = f.SearchFactory()
    jobs = [lambda: services.join_waiting_list(student=search.student, vacancy=vacancy)] * 20
    assert at_once(jobs) == {"ok": 20}
    assert WaitingListEntry.objects.count() == 1
