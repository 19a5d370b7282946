"""Coming to a roadshow: seats and the waiting list."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from roadshows import services as roadshow_services
from roadshows.enums import REGISTRATION_TRANSITIONS, RegistrationStatus
from roadshows.models import Registration, Roadshow
from roadshows.services import registration as services
from stagematch.accounts.models import User
from stagematch.clock import at, now
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.roadshows.registration.steps import come, link_in, mails, make_roadshow, states

pytestmark = pytest.mark.django_db
Status = RegistrationStatus


def test_who_comes_first_gets_a_seat_and_the_rest_wait_in_order(roadshow):
    for name in ("Anna", "Bilal", "Chris", "Dewi"):
        come(roadshow, name)
    assert states(roadshow) == {"Anna": "confirmed", "Bilal": "confirmed", "Chris": "waiting", "Dewi": "waiting"}
    assert mails("registered") == [f"{name}@cast.example" for name in ("anna", "bilal", "chris", "dewi")]
    texts = OutgoingMail.objects.filter(template="roadshows/registered").order_by("pk")
    assert "nummer 2 op de wachtlijst" in texts.last().body_text
    assert "plek voor jou" in texts.first().body_text


def test_without_a_limit_everybody_gets_a_seat(roadshow):
    Roadshow.objects.filter(pk=roadshow.pk).update(capacity=None)
    for name in ("Anna", "Bilal", "Chris"):
        come(roadshow, name)
    assert set(states(roadshow).values()) == {"confirmed"}


def test_an_address_registers_once_and_hears_so_by_mail_once_a_day(roadshow):
    first = come(roadshow, "Anna")
    links = SecretLink.objects.count()
    for _ in range(3):
        again = services.register(roadshow=roadshow, name="X", email="ANNA@cast.example", role="employer", actor=None)
        assert again.pk == first.pk
    first.refresh_from_db()
    assert (first.name, first.role) == ("Anna", "student")
    assert mails("again") == ["anna@cast.example"]
    assert SecretLink.objects.count() == links + 1


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "cancelled"},
        {"status": "held"},
        {"is_public": False},
        {"takes_registrations": False},
        {"day": dt.date(2020, 1, 1)},
        {"status": "planned", "day": None, "begins_at": None, "ends_at": None},
    ],
)
def test_one_cannot_register_for_what_is_over_hidden_or_without_a_day(roadshow, fields):
    Roadshow.objects.filter(pk=roadshow.pk).update(**fields)
    with pytest.raises(RuleError) as error:
        come(roadshow, "Anna")
    assert error.value.code == "closed"


def test_a_place_that_comes_free_is_offered_to_who_waits_longest(client, roadshow):
    anna, _bilal, chris, dewi = (come(roadshow, name) for name in ("Anna", "Bilal", "Chris", "Dewi"))
    page = link_in("registered", anna.email)
    assert client.get(page).status_code == 200
    assert states(roadshow)["Anna"] == "confirmed"  # opening changes nothing
    assert client.post(page, {"actie": "ik-kom-niet"}).url == page
    assert states(roadshow) == {"Anna": "cancelled", "Bilal": "confirmed", "Chris": "offered", "Dewi": "waiting"}
    assert mails("called_off") == [anna.email]
    assert mails("seat_offered") == [chris.email]
    client.post(link_in("seat_offered", chris.email), {"actie": "ik-kom"})
    assert states(roadshow)["Chris"] == "confirmed"
    assert "wachtlijst" in client.get(link_in("registered", dewi.email)).content.decode()


def test_no_answer_in_time_means_the_next_one_also_after_a_missed_night(client, roadshow):
    anna, _bilal, chris, dewi = (come(roadshow, name) for name in ("Anna", "Bilal", "Chris", "Dewi"))
    services.cancel_registration(registration=anna, actor=f.UserFactory(email=anna.email))
    call_command("run_registrations")
    assert states(roadshow)["Chris"] == "offered"
    late = now() + dt.timedelta(hours=49)
    with at(late):
        with pytest.raises(Conflict) as error:
            services.accept_seat(registration=chris, actor=f.UserFactory(email=chris.email))
        assert error.value.code == "no_offer"
        assert services.run_registrations(moment=late, dry_run=True).lapsed == 1
        assert vars(services.run_registrations(moment=late)) == {"lapsed": 1, "offered": 0, "reminded": 0}
        assert vars(services.run_registrations(moment=late)) == {"lapsed": 0, "offered": 0, "reminded": 0}
    assert states(roadshow) == {"Anna": "cancelled", "Bilal": "confirmed", "Chris": "lapsed", "Dewi": "offered"}
    assert mails("seat_lapsed") == [chris.email]
    assert mails("seat_offered") == [chris.email, dewi.email]


def test_who_comes_back_joins_at_the_end(roadshow):
    anna, _bilal, _chris = (come(roadshow, name) for name in ("Anna", "Bilal", "Chris"))
    services.cancel_registration(registration=anna, actor=f.UserFactory(email=anna.email))
    anna = come(roadshow, "Anna")
    assert anna.status == Status.WAITING
    assert services.place_in_line(anna) == 1  # Chris was offered the seat
    assert anna.number == 4


def test_more_seats_go_to_the_waiting_list(roadshow, organiser):
    for name in ("Anna", "Bilal", "Chris", "Dewi"):
        come(roadshow, name)
    roadshow_services.update_roadshow(roadshow=roadshow, actor=organiser, capacity=3)
    assert states(roadshow)["Chris"] == "offered"
    assert states(roadshow)["Dewi"] == "waiting"


def test_the_list_stands_still_in_the_last_hours(roadshow):
    anna, _bilal, _chris = (come(roadshow, name) for name in ("Anna", "Bilal", "Chris"))
    begin = timezone.make_aware(dt.datetime.combine(roadshow.day, roadshow.begins_at))
    with at(begin - dt.timedelta(hours=15)):
        services.cancel_registration(registration=anna, actor=f.UserFactory(email=anna.email))
    assert states(roadshow)["Chris"] == "waiting"
    with at(begin - dt.timedelta(hours=20)):
        services.fill_seats(roadshow=roadshow)
    chris = Registration.objects.get(name="Chris")
    assert chris.offered_until == begin - dt.timedelta(hours=12)


@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("target", Status)
def test_every_pair_of_states(source, target, roadshow):
    anna = come(roadshow, "Anna")
    term = now() + dt.timedelta(days=1)
    until = term if source == Status.OFFERED else None
    Registration.objects.filter(pk=anna.pk).update(status=source, offered_until=until)
    anna.refresh_from_db()
    until = term if target == Status.OFFERED else None
    if target in REGISTRATION_TRANSITIONS[source]:
        services._move(anna, target, offered_until=until)
        assert Registration.objects.get(pk=anna.pk).status == target
    else:
        with pytest.raises(Conflict):
            services._move(anna, target, offered_until=until)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_for_ninety_seats(organisation, monkeypatch):
    """Exactly 90 get a seat, the rest wait in the order of their numbers, and who calls off makes room in that order."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)
    roadshow = make_roadshow(organisation, capacity=90)
    threads = 20
    gate = threading.Barrier(threads)

    def crowd(first: int) -> None:
        try:
            gate.wait(120)
            for n in range(first, 200, threads):
                services.register(
                    roadshow=roadshow, name=f"Nr {n}", email=f"n{n}@cast.example", role="student", actor=None
                )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(crowd, range(threads)))
    rows = list(Registration.objects.filter(roadshow=roadshow).order_by("number"))
    assert [row.number for row in rows] == list(range(1, 201))
    assert [row.status for row in rows] == [Status.CONFIRMED] * 90 + [Status.WAITING] * 110
    assert OutgoingMail.objects.filter(template="roadshows/registered").count() == 200

    def leave(row: Registration) -> None:
        try:
            gate.wait(120)
            services.cancel_registration(registration=row, actor=User(email=row.email))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(leave, rows[10 : 10 + threads]))
    offered = Registration.objects.filter(roadshow=roadshow, status=Status.OFFERED).order_by("number")
    assert [row.number for row in offered] == list(range(91, 91 + threads))
    assert Registration.objects.filter(roadshow=roadshow).seated().count() == 90
    told = OutgoingMail.objects.filter(template="roadshows/seat_offered").order_by("pk")
    assert [mail.to_email for mail in told] == [row.email for row in offered]
