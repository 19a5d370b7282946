"""Reserve list and the end of an offer: who is next, by mail or by itself; reminders; what yes takes with it (O8, S10)."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from placements import services, tasks
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application
from placements.services.offer_reminders import remind_of_offers
from placements.services.reserves import offer_waiting_reserves
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from tests import factories as f
from tests.placements.steps import invite, offer, slots, submit, talks

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def offered(search, vacancy, broker, capacity) -> Application:
    return offer(submit(search, vacancy), broker, capacity)


@pytest.fixture
def reserves(offered, vacancy, broker) -> list[Application]:
    """Three candidates on the reserve list, in order."""
    rows = []
    for _ in range(3):
        application = submit(f.SearchFactory(), vacancy)
        talks(application, broker)
        rows.append(services.put_on_reserve(application=application, actor=broker))
    return rows


@pytest.fixture
def by_itself(organisation) -> None:
    organisation.offers_reserve_itself = True
    organisation.save()


def ranks(rows) -> list[int | None]:
    return list(
        Application.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk").values_list("reserve_rank", flat=True)
    )


def statuses(rows) -> list[str]:
    return list(Application.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk").values_list("status", flat=True))


@pytest.fixture(autouse=True)
def many(vacancy):
    vacancy.applications_per_place = 20
    vacancy.save()


def test_reserve_list_has_an_order_that_changes_with_a_reason(reserves, broker):
    assert ranks(reserves) == [1, 2, 3]
    assert services.move_reserve(application=reserves[2], actor=broker, direction="up", reason="Sprak het team") == 2
    assert ranks(reserves) == [1, 3, 2]
    assert "Sprak het team" in reserves[2].notes.get().text
    assert services.move_reserve(application=reserves[0], actor=broker, direction="up", reason="Kan niet hoger") == 1
    for values, code in (({"reason": " "}, "reason_empty"),):
        with pytest.raises(RuleError) as error:
            services.move_reserve(application=reserves[0], actor=broker, direction="down", **values)
        assert error.value.code == code


def test_who_leaves_the_list_frees_the_rank(reserves, broker):
    services.withdraw_application(application=reserves[0], actor=reserves[0].student.user)
    with pytest.raises(RuleError) as error:
        services.move_reserve(application=reserves[0], actor=broker, direction="down", reason="Te laat")
    assert error.value.code == "not_on_list"
    services.move_reserve(application=reserves[2], actor=broker, direction="up", reason="Eerder vrij")
    assert ranks(reserves) == [None, 2, 1]


@pytest.mark.parametrize("end", ["decline", "expire", "withdraw"])
def test_next_in_line_is_named_to_the_broker(offered, reserves, student, broker, end):
    _end(offered, student, end)
    assert statuses(reserves) == ["reserve"] * 3
    mail = OutgoingMail.objects.get(template="reserve_next")
    assert mail.to_user == broker
    assert reserves[0].student.user.get_full_name() in mail.body_text


@pytest.mark.parametrize("end", ["decline", "expire", "withdraw"])
def test_next_in_line_gets_the_offer_by_itself(
    offered, reserves, student, broker, by_itself, end, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        _end(offered, student, end)
    assert statuses(reserves) == ["offered", "reserve", "reserve"]
    first = Application.objects.get(pk=reserves[0].pk)
    assert first.offered_supervisor_id == offered.offered_supervisor_id
    assert OutgoingMail.objects.get(template="reserve_offered").to_user == broker
    assert OutgoingMail.objects.filter(template="offer", to_user=first.student.user).count() == 1
    assert not OutgoingMail.objects.filter(template="reserve_next").exists()
    call_command("check_data")


def _end(offered, student, end) -> None:
    if end == "decline":
        services.decline_offer(application=offered, actor=student)
    elif end == "withdraw":
        services.withdraw_application(application=offered, actor=student)
    else:
        offered.refresh_from_db()
        with at(offered.offer_until + dt.timedelta(days=1)):
            services.expire_offers(day=today())


def test_worker_catches_up_with_an_offer_that_was_not_made(offered, reserves, student, by_itself):
    services.decline_offer(application=offered, actor=student)  # the process stopped before what follows the commit
    assert statuses(reserves) == ["reserve"] * 3
    for _ in range(2):
        tasks.expire_overdue()
    assert statuses(reserves) == ["offered", "reserve", "reserve"]
    assert offer_waiting_reserves() == 0


def test_reserve_without_a_free_begeleider_is_left_to_the_broker(
    offered, reserves, student, capacity, by_itself, django_capture_on_commit_callbacks
):
    type(capacity).objects.filter(pk=capacity.pk).update(places=0)
    with django_capture_on_commit_callbacks(execute=True):
        services.decline_offer(application=offered, actor=student)
    assert statuses(reserves) == ["reserve"] * 3
    assert OutgoingMail.objects.filter(template="reserve_next").count() == 1


def test_yes_withdraws_the_others_with_their_talk_rank_and_offer(
    search, vacancy, other_vacancy, broker, other_broker, capacity, student
):
    elsewhere = f.VacancyFactory(team__organisation=other_vacancy.organisation)
    third_broker = other_broker
    planned = invite(submit(search, other_vacancy), third_broker, slots=slots(2, days=50))
    planned = services.choose_slot(interview=planned, slot=planned.slots.first(), actor=student)
    reserve = submit(search, elsewhere)
    talks(reserve, third_broker)
    services.put_on_reserve(application=reserve, actor=third_broker)
    mine = offer(submit(search, vacancy), broker, capacity)
    services.accept_offer(application=mine, actor=student)
    planned.refresh_from_db()
    reserve.refresh_from_db()
    assert (planned.status, planned.bookings.count()) == (InterviewStatus.CANCELLED, 0)
    assert (reserve.status, reserve.reserve_rank) == (ApplicationStatus.WITHDRAWN, None)
    assert OutgoingMail.objects.filter(template="application_withdrawn", to_user=third_broker).count() == 2
    off = OutgoingMail.objects.get(template="interview_cancelled", to_user=third_broker)
    assert "METHOD:CANCEL" in off.calendar
    call_command("check_data")


# --- Reminders and the worker -------------------------------------------------------------------------
def test_offer_reminds_halfway_and_the_day_before(search, vacancy, broker, capacity, student):
    with at(dt.date(2026, 9, 7)):
        vacancy.publish_from = dt.date(2026, 1, 1)
        vacancy.save()
        application = offer(submit(search, vacancy), broker, capacity, until=dt.date(2026, 9, 14))
    days = {}
    for n in range(1, 9):
        day = dt.date(2026, 9, 7) + dt.timedelta(days=n)
        for _ in range(2):
            remind_of_offers(day)
        days[day.day] = OutgoingMail.objects.filter(template="offer_reminder").count()
    assert days == {8: 0, 9: 0, 10: 1, 11: 2, 12: 2, 13: 2, 14: 2, 15: 2}
    assert "14 september" in OutgoingMail.objects.filter(template="offer_reminder")[0].body_text
    with at(dt.date(2026, 9, 14)):
        services.decline_offer(application=application, actor=student)
    assert remind_of_offers(dt.date(2026, 9, 14)) == 0


def test_worker_looks_for_expired_offers_every_hour(settings):
    schedule = settings.CELERY_BEAT_SCHEDULE["expire-offers"]["schedule"]
    assert len(schedule.hour) == 24


# --- Pages --------------------------------------------------------------------------------------------
def test_offer_page_says_exactly_what_yes_means(client, offered, student, search, other_vacancy):
    submit(search, other_vacancy)
    client.force_login(student, backend=BACKEND)
    page = client.get(reverse("offer-answer", args=[offered.public_id])).content.decode()
    assert other_vacancy.title in page
    assert "Je hoeft niet te zeggen waarom" in page
    assert client.post(reverse("offer-answer", args=[offered.public_id]), {"answer": "no"}).status_code == 302
    offered.refresh_from_db()
    assert offered.status == ApplicationStatus.DECLINED


def test_reserve_list_page_moves_with_a_reason(client, reserves, vacancy, broker, other_broker):
    url = reverse("admin:workspace-reserves", args=[vacancy.public_id])
    client.force_login(broker, backend=BACKEND)
    assert client.get(url).status_code == 200
    values = {"candidate": str(reserves[1].public_id), "direction": "up", "reason": ""}
    assert client.post(url, values).status_code == 422
    assert client.post(url, values | {"reason": "Kan eerder beginnen"}).status_code == 302
    assert ranks(reserves) == [2, 1, 3]
    client.force_login(other_broker, backend=BACKEND)
    assert client.get(url).status_code == 404
