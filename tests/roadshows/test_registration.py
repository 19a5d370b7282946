"""Coming to a roadshow: seats, the waiting list, mails, calendars, and forgetting."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import datetime as dt
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import vobject
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership
from placements.services.retention import run_retention
from roadshows import services as roadshow_services
from roadshows.enums import REGISTRATION_TRANSITIONS, RegistrationStatus, RoadshowStatus
from roadshows.models import Attendance, Registration, Roadshow, RoadshowOrganiser
from roadshows.registration_selectors import attendance_of, total
from roadshows.services import registration as services
from roadshows.views import registration as views
from stagematch.accounts.models import User
from stagematch.clock import at, now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.services import delete_person, export_person
from tests import factories as f

pytestmark = pytest.mark.django_db
Status = RegistrationStatus


@pytest.fixture(autouse=True)
def own_counters(monkeypatch):
    """The brake counts per address of the visitor, and all tests come from one."""
    monkeypatch.setattr(views, "COUNTERS", f"test-{uuid.uuid4()}")


@pytest.fixture
def organiser(organisation) -> User:
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organisation) -> Roadshow:
    return make_roadshow(organisation)


def make_roadshow(organisation, **fields) -> Roadshow:
    values = {
        "title": "Wijk maakt plek",
        "slug": "wijk-maakt-plek",
        "day": today() + dt.timedelta(days=30),
        "begins_at": dt.time(13, 0),
        "ends_at": dt.time(17, 0),
        "place": "Delft",
        "venue": "Het Buurthuis",
        "status": RoadshowStatus.CONFIRMED,
        "is_public": True,
        "capacity": 2,
    }
    made = Roadshow.objects.create(**(values | fields))
    RoadshowOrganiser.objects.create(roadshow=made, organisation=organisation, name=organisation.name)
    return made


def come(roadshow: Roadshow, name: str, **more) -> Registration:
    return services.register(
        roadshow=roadshow, name=name, email=f"{name.lower()}@cast.example", role="student", actor=None, **more
    )


def mails(kind: str) -> list[str]:
    rows = OutgoingMail.objects.filter(template=f"roadshows/{kind}").order_by("pk")
    return list(rows.values_list("to_email", flat=True))


def link_in(kind: str, email: str) -> str:
    """The path of the personal page in somebody's last mail of this kind."""
    body = OutgoingMail.objects.filter(template=f"roadshows/{kind}", to_email=email).latest("pk").body_text
    found = re.search(r"https?://[^/]+(/roadshows/aanmelding/\S+)", body)
    assert found, body
    return found[1]


def states(roadshow: Roadshow) -> dict[str, str]:
    return dict(Registration.objects.filter(roadshow=roadshow).values_list("name", "status"))


# --- seats and the waiting list -----------------------------------------------------------------------


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
            gate.wait(60)
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
            gate.wait(60)
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


# --- the pages ----------------------------------------------------------------------------------------


def _form(**more) -> dict[str, str]:
    values = {"name": "Anna de Wit", "email": "anna@cast.example", "role": "employer", "consent": "on"}
    return values | {"organisation_name": "Buurthuis", "access_needs": "Een tolk", "diet": "Geen noten"} | more


def test_registering_without_an_account_says_the_same_for_every_address(client, roadshow):
    page = reverse("roadshow-register", args=[roadshow.slug])
    assert "Wij wissen het na" in client.get(page).content.decode()
    first = client.post(page, _form())
    again = client.post(page, _form(name="Iemand anders"))
    trapped = client.post(page, _form(email="bot@cast.example", website="https://spam.example"))
    assert first.url == again.url == trapped.url == reverse("roadshow-registered", args=[roadshow.slug])
    assert "Kijk in je mail" in client.get(first.url).content.decode()
    anna = Registration.objects.get()
    assert (anna.name, anna.organisation_name, anna.access_needs) == ("Anna de Wit", "Buurthuis", "Een tolk")
    assert anna.consented_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"consent": ""},
        {"email": "geen adres"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"role": "koning"},
        {"name": "Koop nu op https://spam.example"},
        {"name": "Kijk op www.spam"},
        {"name": "spam.example"},
        {"name": "<script>alert(1)</script>"},
        {"name": "x" * 121},
        {"name": ""},
        {"diet": "x" * 201},
        {"name": "\x00"},
    ],
)
def test_hostile_or_empty_input_registers_nobody_and_loses_nothing(client, roadshow, wrong):
    answer = client.post(reverse("roadshow-register", args=[roadshow.slug]), _form(**wrong))
    assert answer.status_code == 422
    assert not Registration.objects.exists()
    assert "Een tolk" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_program_that_registers_on_and_on_is_slowed_down(client, roadshow, monkeypatch):
    monkeypatch.setattr(views, "RATES", {"register": "2/m/ip"})
    page = reverse("roadshow-register", args=[roadshow.slug])
    codes = [client.post(page, _form(email=f"n{n}@cast.example")).status_code for n in range(3)]
    assert codes == [302, 302, 429]
    assert Registration.objects.count() == 2


def test_signed_in_one_registers_with_ones_own_address_and_sees_the_ticket(client, roadshow, student, broker):
    client.force_login(broker)
    page = reverse("roadshow-register", args=[roadshow.slug])
    own = Membership.objects.get(user=broker).organisation
    data = _form(email="somebody.else@cast.example", organisation=str(own.pk))
    answer = client.post(page, data)
    mine = reverse("my-registration", args=[roadshow.slug])
    assert answer.url == mine
    row = Registration.objects.get()
    assert (row.email, row.organisation, row.organisation_name) == (broker.email, own, own.name)
    ticket = client.get(mine).content.decode()
    assert "Jouw ticket" in ticket
    assert "<svg aria-hidden" in ticket
    assert client.get(page).url == mine
    assert mine in client.get(reverse("roadshow-detail", args=[roadshow.slug])).content.decode()
    client.force_login(student)
    assert client.get(mine).status_code == 404
    client.logout()
    assert client.get(mine).url.startswith("/account/login/")


def test_somebody_changes_what_they_said_by_the_link_in_the_mail(client, roadshow):
    come(roadshow, "Anna", diet="Geen noten")
    page = link_in("registered", "anna@cast.example")
    change = f"{page}wijzig/"
    assert "Geen noten" in client.get(change).content.decode()
    answer = client.post(change, {"name": "Anna B", "role": "teacher", "organisation_name": "Roc", "diet": ""})
    assert answer.url == page
    anna = Registration.objects.get()
    assert (anna.name, anna.role, anna.organisation_name, anna.diet) == ("Anna B", "teacher", "Roc", "")
    assert client.post(change, {"name": ""}).status_code == 422


def test_a_link_opens_one_registration_only(client, roadshow):
    anna, bilal = come(roadshow, "Anna"), come(roadshow, "Bilal")
    link = SecretLink.objects.get(email=anna.email)
    for service in (services.accept_seat, services.cancel_registration, services.change_registration):
        with pytest.raises(PermissionDenied):
            service(registration=bilal, actor=None, link=link)
        with pytest.raises(PermissionDenied):
            service(registration=bilal, actor=f.UserFactory())
    page = link_in("registered", anna.email)
    assert client.get(page[:-4] + "xyz/").status_code == 404


def test_the_page_counts_who_comes(client, roadshow, django_assert_num_queries):
    page = reverse("roadshow-detail", args=[roadshow.slug])
    counts = []
    for name in ("Anna", "Bilal", "Chris"):
        come(roadshow, name)
        with django_assert_num_queries(12, exact=False) as queries:
            text = client.get(page).content.decode()
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert "2 aanmeldingen, 1 op de wachtlijst" in text
    assert "Kom op de wachtlijst" in text


# --- mails about the roadshow, and calendars -----------------------------------------------------------


def _events(kind: str, email: str) -> list:
    rows = OutgoingMail.objects.filter(template=f"roadshows/{kind}", to_email=email).order_by("pk")
    return [vobject.readOne(row.calendar) for row in rows]


def test_everybody_hears_that_it_goes_on_moves_and_is_called_off(roadshow, organiser):
    Roadshow.objects.filter(pk=roadshow.pk).update(status=RoadshowStatus.PLANNED)
    for name in ("Anna", "Bilal", "Chris", "Dewi"):
        come(roadshow, name)
    services.cancel_registration(
        registration=Registration.objects.get(name="Dewi"), actor=f.UserFactory(email="dewi@cast.example")
    )
    OutgoingMail.objects.all().delete()
    roadshow_services.change_status(roadshow=roadshow, to=RoadshowStatus.CONFIRMED, actor=organiser)
    people = ["anna@cast.example", "bilal@cast.example", "chris@cast.example", organiser.email]
    assert mails("changed") == people
    roadshow_services.move_roadshow(
        roadshow=roadshow,
        day=today() + dt.timedelta(days=45),
        begins_at=dt.time(10),
        ends_at=dt.time(12),
        reason="De zaal was bezet.",
        actor=organiser,
    )
    roadshow_services.update_roadshow(roadshow=roadshow, actor=organiser, venue="De Kerk")
    roadshow_services.change_status(
        roadshow=roadshow, to=RoadshowStatus.CANCELLED, actor=organiser, reason="Te weinig mensen."
    )
    assert mails("changed") == people * 4
    subjects = (
        OutgoingMail.objects.filter(to_email="anna@cast.example").order_by("pk").values_list("subject", flat=True)
    )
    assert [subject.split(":")[0] for subject in subjects] == [
        "Gaat door",
        "Andere dag",
        "Er is iets veranderd",
        "Gaat niet door",
    ]
    files = _events("changed", "anna@cast.example")
    assert len({file.vevent.uid.value for file in files}) == 1
    sequences = [int(file.vevent.sequence.value) for file in files]
    assert sequences == sorted(set(sequences))
    assert [file.method.value for file in files] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert files[1].vevent.dtstart.value.astimezone(timezone.get_default_timezone()).time() == dt.time(10)
    assert files[2].vevent.location.value.startswith("De Kerk")
    assert files[3].vevent.status.value == "CANCELLED"
    waiting = OutgoingMail.objects.filter(template="roadshows/changed", to_email="chris@cast.example")
    assert set(waiting.values_list("calendar", flat=True)) == {""}


def test_the_mail_and_the_subscribed_calendar_speak_of_one_event(client, roadshow, organiser):
    """Applied as a calendar does (one event per UID, the highest SEQUENCE stays), an update replaces and never doubles."""
    come(roadshow, "Anna")
    roadshow_services.move_roadshow(
        roadshow=roadshow, day=today() + dt.timedelta(days=45), reason="De zaal was bezet.", actor=organiser
    )
    feed = vobject.readOne(client.get(reverse("roadshow-feed")).content.decode())
    files = [*_events("registered", "anna@cast.example"), *_events("changed", "anna@cast.example"), feed]
    agenda: dict[str, object] = {}
    for event in (file.vevent for file in files):
        known = agenda.get(event.uid.value)
        if known is None or int(event.sequence.value) >= int(known.sequence.value):
            agenda[event.uid.value] = event
    assert len(agenda) == 1
    day = next(iter(agenda.values())).dtstart.value
    assert day == today() + dt.timedelta(days=45)


def test_calling_off_takes_the_day_out_of_the_calendar(roadshow):
    anna = come(roadshow, "Anna")
    services.cancel_registration(registration=anna, actor=f.UserFactory(email=anna.email))
    put, out = _events("registered", anna.email)[0], _events("called_off", anna.email)[0]
    assert (put.method.value, out.method.value) == ("REQUEST", "CANCEL")
    assert put.vevent.uid.value == out.vevent.uid.value
    assert out.vevent.attendee.value == f"mailto:{anna.email}"


def test_the_reminder_comes_once_the_day_before_in_daytime(roadshow):
    come(roadshow, "Anna")
    day = roadshow.day - dt.timedelta(days=1)
    midnight = timezone.make_aware(dt.datetime.combine(day, dt.time(0, 25)))
    with at(midnight):
        assert services.run_registrations(moment=now()).reminded == 0
    call_command("run_registrations", "--date", day.isoformat(), "--dry-run")
    assert mails("reminder") == []
    for _ in range(2):
        call_command("run_registrations", "--date", day.isoformat())
    assert mails("reminder") == ["anna@cast.example"]
    with at(timezone.make_aware(dt.datetime.combine(roadshow.day, dt.time(8)))):
        come(roadshow, "Bilal")
        services.run_registrations(moment=now())  # nobody was told yesterday
        assert mails("reminder") == ["anna@cast.example", "bilal@cast.example"]


# --- forgetting ---------------------------------------------------------------------------------------


def test_needs_go_after_days_and_people_after_weeks_but_not_their_number(roadshow):
    Roadshow.objects.filter(pk=roadshow.pk).update(capacity=None)
    anna = come(roadshow, "Anna", access_needs="Een tolk", diet="Geen noten")
    come(roadshow, "Bilal")
    services.cancel_registration(registration=come(roadshow, "Chris"), actor=f.UserFactory(email="chris@cast.example"))
    Registration.objects.filter(pk=anna.pk).update(checked_in_at=now())
    Roadshow.objects.filter(pk=roadshow.pk).update(status=RoadshowStatus.HELD)
    before = total(attendance_of(roadshow))

    def run(days: int, *, dry_run: bool = False) -> dict[str, int]:
        return run_retention(day=roadshow.day + dt.timedelta(days=days), dry_run=dry_run).others

    needs = "access needs and diets of roadshow participants"
    people = "participants of roadshows, but for their number"
    assert run(3)[needs] == 0
    assert run(4, dry_run=True)[needs] == 1
    assert run(4)[needs] == 1
    anna.refresh_from_db()
    assert (anna.access_needs, anna.diet, anna.name) == ("", "", "Anna")
    assert run(60)[people] == 0
    assert run(61, dry_run=True)[people] == 3
    assert Registration.objects.count() == 3
    assert run(61)[people] == 3
    assert run(61)[people] == 0
    assert not Registration.objects.exists()
    assert not OutgoingMail.objects.filter(template__startswith="roadshows/").exists()
    assert not SecretLink.objects.filter(purpose="registration").exists()
    after = total(attendance_of(roadshow))
    assert (after.registered, after.came, after.no_shows, after.cancelled) == (2, 1, 1, 1)
    assert (before.registered, before.came, before.no_shows, before.cancelled) == (2, 1, 1, 1)
    assert Attendance.objects.get().role == "student"


def test_a_person_gets_and_deletes_their_registrations(roadshow, student):
    services.register(roadshow=roadshow, name="Samira", email=student.email, role="student", actor=student)
    come(roadshow, "Bilal")
    waiting = come(roadshow, "Chris")
    told = export_person(user=student)["gegevens"]["aanmeldingen voor roadshows"]
    assert told["Wijk maakt plek"]["naam"] == "Samira"
    delete_person(user=student)
    assert states(roadshow) == {"Bilal": "confirmed", "Chris": "offered"}
    assert services.place_in_line(waiting) == 1


def test_a_colleague_who_is_no_student_takes_the_registration_along_too(roadshow, organiser):
    services.register(roadshow=roadshow, name="Org", email=organiser.email, role="employer", actor=organiser)
    delete_person(user=organiser)
    assert not Registration.objects.exists()
