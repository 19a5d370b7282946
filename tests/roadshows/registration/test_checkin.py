"""The door of a roadshow: who is inside, whatever the connection; who may stand there; and what is counted."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import datetime as dt
import itertools
import json
import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership
from roadshows.enums import RoadshowStatus
from roadshows.models import CheckIn, Registration, Roadshow
from roadshows.registration_selectors import attendance_of, total
from roadshows.services import checkin as services
from roadshows.services import registration
from stagematch.accounts.models import User
from stagematch.audit.models import AccessLog
from stagematch.clock import at, now, today
from stagematch.ui.errors import RuleError
from tests import factories as f
from tests.roadshows.registration.steps import come, make_roadshow

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(other_organisation) -> User:
    user = f.UserFactory(email="stranger@cast.example")
    Membership.objects.create(user=user, organisation=other_organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation) -> Roadshow:
    return make_roadshow(organisation, day=today(), capacity=None)


@pytest.fixture
def anna(roadshow) -> Registration:
    return come(roadshow, "Anna", diet="Geen noten")


@pytest.fixture
def noon():
    """The day itself, well after nine in the morning, so that taps of this morning are in the past."""
    moment = timezone.make_aware(dt.datetime.combine(today(), dt.time(23, 30)))
    with at(moment):
        yield moment


def tap(kind: str, minutes_ago: int, **more) -> dict[str, str]:
    moment = now() - dt.timedelta(minutes=minutes_ago)
    return {"id": str(uuid.uuid4()), "kind": kind, "at": moment.isoformat(), **more}


def begin_as_helper(client, roadshow, organiser) -> str:
    """Open the secret link and begin; return the link's path."""
    address = services.make_helper_link(roadshow=roadshow, actor=organiser)
    path = "/" + address.split("//", 1)[1].partition("/")[2]
    assert client.get(path).status_code == 200
    assert client.post(path).url == reverse("check-in", args=[roadshow.slug])
    return path


# --- what a tap does ----------------------------------------------------------------------------------


def test_the_same_check_in_twice_counts_once_and_the_first_time_wins(anna, noon):
    early, late = tap("in", 30, code=anna.code), tap("in", 5, code=anna.code)
    for taps in ([late], [late, late], [early, late], [early]):
        sent = services.receive_taps(roadshow=anna.roadshow, taps=taps, actor=None)
        assert set(sent.done) == {t["id"] for t in taps}
    anna.refresh_from_db()
    assert anna.checked_in_at == noon - dt.timedelta(minutes=30)
    assert CheckIn.objects.count() == 2


def test_undo_is_undone_by_nothing_that_happened_before_it(anna, noon):
    first, mistake, again = (
        tap("in", 30, code=anna.code),
        tap("undo", 20, code=anna.code),
        tap("in", 10, code=anna.code),
    )
    services.receive_taps(roadshow=anna.roadshow, taps=[mistake], actor=None)
    services.receive_taps(roadshow=anna.roadshow, taps=[first, first], actor=None)
    anna.refresh_from_db()
    assert anna.checked_in_at is None
    services.receive_taps(roadshow=anna.roadshow, taps=[again, mistake, first], actor=None)
    anna.refresh_from_db()
    assert anna.checked_in_at == noon - dt.timedelta(minutes=10)


def test_the_order_of_arrival_never_matters(roadshow, noon):
    """Two phones, forty orders, everything sent twice: always the same outcome."""
    dice = random.Random(2027)
    outcomes = set()
    for n, _round in itertools.product(range(2), range(20)):
        person = come(roadshow, f"P{n}{_round}x")
        taps = [
            tap(kind, minutes, registration=str(person.public_id))
            for kind, minutes in (("in", 50), ("in", 40), ("undo", 30), ("in", 20), ("in", 10))
        ]
        sending = [*taps, *taps]
        dice.shuffle(sending)
        for one in sending:
            services.receive_taps(roadshow=roadshow, taps=[one], actor=None)
        person.refresh_from_db()
        outcomes.add(noon - person.checked_in_at)
    assert outcomes == {dt.timedelta(minutes=20)}


def test_a_phone_with_a_wrong_clock_cannot_put_somebody_in_tomorrow_or_last_week(anna, noon):
    services.receive_taps(roadshow=anna.roadshow, taps=[tap("in", -600, code=anna.code)], actor=None)
    anna.refresh_from_db()
    assert anna.checked_in_at == noon
    services.receive_taps(roadshow=anna.roadshow, taps=[tap("in", 60 * 24 * 9, code=anna.code)], actor=None)
    anna.refresh_from_db()
    assert timezone.localtime(anna.checked_in_at).date() == anna.roadshow.day


@pytest.mark.parametrize(("days", "code"), [(-1, "not_yet"), (8, "too_late")])
def test_one_checks_in_on_the_day_and_sends_until_a_week_later(anna, days, code):
    with at(anna.roadshow.day + dt.timedelta(days=days)), pytest.raises(RuleError) as error:
        services.check_in(registration=anna, actor=None)
    assert error.value.code == code
    with at(anna.roadshow.day + dt.timedelta(days=7)):
        done = services.check_in(registration=anna, actor=None)
    assert timezone.localtime(done.checked_in_at).date() in (
        anna.roadshow.day,
        anna.roadshow.day + dt.timedelta(days=1),
    )


def test_somebody_at_the_door_is_added_once_and_can_be_undone_before_it_was_sent(roadshow, noon):
    new = tap("walk_in", 10, name="  Zij  van hiernaast ", role="employer", organisation_name="De Buurt")
    undo = tap("undo", 5, registration=new["id"])
    for _ in range(2):
        sent = services.receive_taps(roadshow=roadshow, taps=[new], actor=None)
        assert sent.done == [new["id"]]
    row = Registration.objects.get(is_walk_in=True)
    assert (row.name, row.email, row.checked_in_at) == ("Zij van hiernaast", "", noon - dt.timedelta(minutes=10))
    services.receive_taps(roadshow=roadshow, taps=[undo], actor=None)
    row.refresh_from_db()
    assert row.checked_in_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "in",
        [],
        {},
        {"id": "x"},
        {"kind": "delete"},
        {"at": "gisteren"},
        {"at": "2026-01-01T10:00:00"},
        {"at": "9999-99-99T99:99:99Z"},
        {"code": "\x00"},
        {"code": ["A"]},
        {"registration": "' or 1=1"},
        {"kind": "walk_in"},
        {"kind": "walk_in", "name": "\x00", "role": "student", "organisation_name": ""},
        {"kind": "walk_in", "name": "Jan", "role": "koning", "organisation_name": ""},
        {"kind": "walk_in", "name": " ", "role": "student", "organisation_name": ""},
    ],
)
def test_what_a_phone_sends_wrongly_is_refused_by_itself(anna, noon, wrong):
    good = tap("in", 5, code=anna.code)
    bad = wrong if not isinstance(wrong, dict) or not wrong else tap("in", 5, code="NEVERGIVEN") | wrong
    sent = services.receive_taps(roadshow=anna.roadshow, taps=[bad, good], actor=None)
    assert sent.done == [good["id"]]
    assert len(sent.refused) == 1
    assert Registration.objects.count() == 1


def test_a_ticket_of_another_roadshow_opens_no_door(anna, organisation, noon):
    other = make_roadshow(organisation, slug="elders", day=today())
    new = tap("walk_in", 5, name="Jan", role="student", organisation_name="")
    services.receive_taps(roadshow=anna.roadshow, taps=[new], actor=None)
    for stray in (
        tap("in", 5, code=anna.code),
        tap("in", 5, registration=str(anna.public_id)),
        tap("walk_in", 5, name="Piet", role="student", organisation_name="") | {"id": new["id"]},
    ):
        assert list(services.receive_taps(roadshow=other, taps=[stray], actor=None).refused) == [stray["id"]]
    assert not Registration.objects.filter(roadshow=other).exists()


@pytest.mark.django_db(transaction=True)
def test_two_phones_send_a_hundred_check_ins_at_once_and_again(organisation, monkeypatch):
    """Nobody lost, nobody twice: over connections of their own, each message three times."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)
    roadshow = make_roadshow(organisation, day=today(), capacity=None)
    people = [come(roadshow, f"P{n}") for n in range(100)]
    first = now()
    messages = [
        [
            {
                "id": str(uuid.uuid4()),
                "kind": "in",
                "at": (first + dt.timedelta(seconds=n)).isoformat(),
                "code": row.code,
            }
            for n, row in enumerate(people)
        ]
        for _phone in range(2)
    ]
    gate = threading.Barrier(6)

    def send(number: int) -> int:
        try:
            gate.wait(120)
            return len(services.receive_taps(roadshow=roadshow, taps=messages[number % 2], actor=None).done)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(6))) == [100] * 6
    assert CheckIn.objects.count() == 200
    assert Registration.objects.filter(checked_in_at__isnull=False).count() == 100
    assert total(attendance_of(roadshow)).came == 100


# --- who may stand at the door ------------------------------------------------------------------------


def test_an_organiser_checks_in_by_name_without_javascript(client, roadshow, anna, organiser):
    client.force_login(organiser)
    page = reverse("check-in", args=[roadshow.slug])
    text = client.get(page, {"q": "ann"}).content.decode()
    assert "Anna" in text
    assert anna.email not in text
    assert "Geen noten" not in text
    client.post(page, {"registration": str(anna.public_id), "kind": "in", "q": "ann"})
    anna.refresh_from_db()
    assert anna.checked_in_at is not None
    assert CheckIn.objects.get().actor == organiser
    client.post(page, {"registration": str(anna.public_id), "kind": "undo"})
    anna.refresh_from_db()
    assert anna.checked_in_at is None
    answer = client.post(page, {"walk_in": "1", "name": "Bo", "role": "student", "organisation_name": ""})
    assert answer.url == page
    assert Registration.objects.get(is_walk_in=True).checked_in_at is not None
    assert client.post(page, {"walk_in": "1", "name": "", "role": "student"}).status_code == 422
    assert client.post(page, {"registration": "nonsense"}).status_code == 404


def test_a_helper_works_with_the_link_of_the_day_and_without_an_account(client, roadshow, anna, organiser):
    page = reverse("check-in", args=[roadshow.slug])
    assert client.get(page).url.startswith("/account/login/")
    path = begin_as_helper(client, roadshow, organiser)
    text = client.get(page).content.decode()
    assert "Anna" in text
    assert anna.email not in text
    code = reverse("check-in-code", args=[anna.code])
    assert "Check in" in client.get(code).content.decode()
    assert client.post(code).url == page
    anna.refresh_from_db()
    assert anna.checked_in_at is not None
    assert "Al binnen sinds" in client.get(code).content.decode()
    services.close_helper_links(roadshow=roadshow, actor=organiser)
    assert client.get(page).url.startswith("/account/login/")
    assert client.get(path).status_code == 410
    assert "Anna" not in client.get(code).content.decode()


def test_a_new_link_for_helpers_stops_the_old_one_and_both_end_after_the_day(client, roadshow, organiser):
    begin_as_helper(client, roadshow, organiser)
    page = reverse("check-in", args=[roadshow.slug])
    assert client.get(page).status_code == 200
    services.make_helper_link(roadshow=roadshow, actor=organiser)
    assert client.get(page).status_code == 302
    begin_as_helper(client, roadshow, organiser)
    with at(roadshow.day + dt.timedelta(days=1)):
        assert client.get(page).status_code == 200  # a phone may still have something to send
    with at(roadshow.day + dt.timedelta(days=2)):
        assert client.get(page).status_code == 302


def test_a_helper_of_one_roadshow_is_nobody_at_another(client, roadshow, organisation, organiser):
    other = make_roadshow(organisation, slug="elders", day=today())
    bilal = come(other, "Bilal")
    begin_as_helper(client, roadshow, organiser)
    assert client.get(reverse("check-in", args=[other.slug])).status_code == 302
    assert "Bilal" not in client.get(reverse("check-in-code", args=[bilal.code])).content.decode()
    answer = client.post(
        reverse("check-in-receive", args=[other.slug]), '{"taps": []}', content_type="application/json"
    )
    assert answer.status_code == 403


def test_strangers_get_nothing(client, roadshow, anna, stranger, student, organiser):
    slug = [roadshow.slug]
    pages = [reverse(name, args=slug) for name in ("check-in", "roadshow-registrations", "roadshow-people-csv")]
    for page in pages:
        assert client.get(page).url.startswith("/account/login/")
    client.force_login(stranger)
    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert client.post(reverse("roadshow-helpers", args=slug)).status_code == 404
    assert (
        client.post(reverse("roadshow-registration-cancel", args=slug), {"wie": str(anna.public_id)}).status_code == 404
    )
    assert client.post(reverse("check-in", args=slug), {"registration": str(anna.public_id)}).status_code == 404
    client.force_login(student)
    assert [client.get(page).status_code for page in pages] == [404, 403, 403]
    message = json.dumps({"taps": [tap("in", 0, code=anna.code)]})
    receive = reverse("check-in-receive", args=slug)
    assert client.post(receive, message, content_type="application/json").status_code == 404
    anna.refresh_from_db()
    assert anna.checked_in_at is None
    for service in (services.make_helper_link, services.close_helper_links):
        with pytest.raises(PermissionDenied):
            service(roadshow=roadshow, actor=stranger)


def test_every_code_says_the_same_to_somebody_outside(client, anna):
    made_up = "ABCDE23456"
    known = client.get(reverse("check-in-code", args=[anna.code])).content.decode()
    unknown = client.get(reverse("check-in-code", args=[made_up])).content.decode()
    assert known.replace(anna.code, made_up) == unknown
    assert client.post(reverse("check-in-code", args=[anna.code])).status_code == 200
    anna.refresh_from_db()
    assert anna.checked_in_at is None


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"taps": 7}', "{" * 5000, "\x00", '{"taps": null}'])
def test_a_message_without_shape_is_refused(client, roadshow, organiser, body):
    client.force_login(organiser)
    answer = client.post(reverse("check-in-receive", args=[roadshow.slug]), body, content_type="application/json")
    assert answer.status_code == 400


def test_a_message_tells_two_phones_the_same(client, roadshow, anna, organiser):
    client.force_login(organiser)
    come(roadshow, "Bilal")
    message = json.dumps({"taps": [tap("in", 0, code=anna.code)]})
    receive = reverse("check-in-receive", args=[roadshow.slug])
    answer = client.post(receive, message, content_type="application/json").json()
    again = client.post(receive, '{"taps": []}', content_type="application/json").json()
    assert (again["inside"], again["expected"]) == (1, 2)
    assert answer["people"] == again["people"]
    assert list(again["people"]) == [str(anna.public_id)]
    big = json.dumps({"taps": ["x" * 600_000]})
    assert client.post(receive, big, content_type="application/json").status_code == 413


def test_the_camera_may_be_used_at_the_door_only(client, roadshow, organiser):
    client.force_login(organiser)
    assert "camera=(self)" in client.get(reverse("check-in", args=[roadshow.slug]))["Permissions-Policy"]
    assert "camera=()" in client.get(reverse("roadshow-detail", args=[roadshow.slug]))["Permissions-Policy"]


# --- the organiser's list -----------------------------------------------------------------------------


def test_the_list_shows_what_people_need_and_the_export_does_not(client, roadshow, anna, organiser):
    client.force_login(organiser)
    text = client.get(reverse("roadshow-registrations", args=[roadshow.slug])).content.decode()
    assert "Geen noten" in text
    assert anna.email not in text
    answer = client.get(reverse("roadshow-people-csv", args=[roadshow.slug]))
    table = answer.content.decode("utf-8-sig")
    assert table.splitlines()[0] == "Naam;Rol;Organisatie;Stand;Binnen sinds"
    assert "Anna;student;;aangemeld;" in table
    assert "noten" not in table
    assert AccessLog.objects.get(action="export").actor == organiser
    assert client.get(reverse("roadshow-people-xlsx", args=[roadshow.slug])).status_code == 200


def test_an_organiser_makes_a_link_once_and_calls_somebody_off(client, roadshow, anna, organiser):
    client.force_login(organiser)
    shown = client.post(reverse("roadshow-helpers", args=[roadshow.slug])).content.decode()
    assert "/roadshows/helpen/sl-" in shown
    assert (
        "/roadshows/helpen/" not in client.get(reverse("roadshow-registrations", args=[roadshow.slug])).content.decode()
    )
    assert client.post(reverse("roadshow-helpers", args=[roadshow.slug]), {"stop": "1"}).status_code == 302
    page = reverse("roadshow-registration-cancel", args=[roadshow.slug])
    assert "Anna afmelden?" in client.get(page, {"wie": str(anna.public_id)}).content.decode()
    client.post(page, {"wie": str(anna.public_id)})
    anna.refresh_from_db()
    assert anna.status == "cancelled"


@pytest.mark.parametrize("name", ["roadshow-registrations", "check-in"])
def test_pages_do_the_same_queries_for_one_and_for_many(
    client, roadshow, anna, organiser, name, django_assert_max_num_queries
):
    client.force_login(organiser)
    page, counts = reverse(name, args=[roadshow.slug]), []
    client.get(page)  # what is looked up once per process
    for more in ((), ("Bilal", "Chris")):
        for person in more:
            services.check_in(registration=come(roadshow, person, diet="Geen vis"), actor=None)
        with django_assert_max_num_queries(14) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_stays_away_is_counted_once_it_was_held(roadshow, anna, noon):
    come(roadshow, "Bilal")
    gone = come(roadshow, "Chris")
    registration.cancel_registration(registration=gone, actor=User(email=gone.email))
    services.check_in(registration=anna, actor=None)
    services.walk_in(roadshow=roadshow, name="Dewi", role="teacher", actor=None)
    assert total(attendance_of(roadshow)).no_shows == 0
    with at(roadshow.day + dt.timedelta(days=1)):
        assert total(attendance_of(roadshow)).no_shows == 1
    Roadshow.objects.filter(pk=roadshow.pk).update(status=RoadshowStatus.HELD)
    count = total(attendance_of(roadshow))
    assert (count.registered, count.came, count.walk_ins, count.no_shows, count.cancelled) == (2, 2, 1, 1, 1)
    assert [row.role for row in attendance_of(roadshow)] == ["student", "teacher"]
