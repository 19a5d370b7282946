"""What who comes to a roadshow hears by mail and in a calendar, and how it is forgotten."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import datetime as dt

import pytest
import vobject
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from placements.services.retention import run_retention
from roadshows import services as roadshow_services
from roadshows.enums import RegistrationStatus, RoadshowStatus
from roadshows.models import Attendance, Registration, Roadshow
from roadshows.registration_selectors import attendance_of, total
from roadshows.services import registration as services
from stagematch.clock import at, now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from students.services import delete_person, export_person
from tests import factories as f
from tests.roadshows.registration.steps import come, mails, states

pytestmark = pytest.mark.django_db
Status = RegistrationStatus


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
