"""Calendar files as real calendars read them: checked by another library than the one that writes them, and by hand."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt
import re
from email import message_from_bytes, policy

import pytest
import vobject
from django.urls import reverse

from placements import services
from placements.models import Interview
from placements.services import Person
from stagematch.clock import now
from stagematch.mail.delivery import _message
from stagematch.mail.models import OutgoingMail
from tests.placements.steps import invite, slots, submit

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:vobject")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def planned(search, vacancy, broker, student) -> Interview:
    vacancy.title = "Koken; praten, en één lange naam " + "van een plek waar je veel leert " * 2
    vacancy.save()
    interview = invite(
        submit(search, vacancy),
        broker,
        slots=slots(3),
        where="Huis van de Wijk, Lindelaan 4; ruimte De Kas",
        participants=[Person(name="Mo Verzonnen", email="mo@wijk.example")],
    )
    return services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)


def read(text: str | bytes):
    """The one event of a file, after the checks that RFC 5545 asks of every file."""
    text = text.decode() if isinstance(text, bytes) else text
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)  # every line ends with CRLF
    assert all(len(line.encode()) <= 75 for line in lines)
    calendar = vobject.readOne(text)
    calendar.vevent.validate(raiseException=True)
    assert calendar.version.value == "2.0"
    assert calendar.prodid.value
    assert calendar.vevent.dtstamp.value.utcoffset() == dt.timedelta(0)
    return calendar.method.value, calendar.vevent


def files(user=None, email: str = "") -> list:
    """Every calendar file that was mailed to somebody, in order."""
    rows = OutgoingMail.objects.exclude(calendar="").order_by("pk")
    rows = rows.filter(to_user=user) if user is not None else rows.filter(to_email=email)
    return [read(text) for text in rows.values_list("calendar", flat=True)]


def test_planned_talk_is_an_invitation_for_its_reader_alone(planned, student, broker):
    for person, name in ((student.email, student.get_full_name()), ("mo@wijk.example", "Mo Verzonnen")):
        ((method, event),) = files(email=person)
        assert method == "REQUEST"
        assert event.status.value == "CONFIRMED"
        assert event.dtstart.value == planned.starts_at.replace(microsecond=0)
        assert event.dtend.value == planned.ends_at.replace(microsecond=0)
        assert [a.value.lower() for a in event.contents["attendee"]] == [f"mailto:{person}".lower()]
        assert event.attendee.params["CN"] == [name]
        assert event.organizer.value == f"mailto:{broker.email}"
        assert event.location.value == planned.where


def test_one_talk_is_one_uid_with_a_rising_sequence(planned, student, broker):
    services.choose_slot(interview=planned, slot=planned.slots.all()[1], actor=student)
    start = now() + dt.timedelta(days=8)
    services.move_interview(interview=planned, actor=broker, starts_at=start, ends_at=start + dt.timedelta(hours=1))
    services.ask_other_times(interview=planned, actor=student, wish="Later")
    services.propose_times(interview=planned, actor=broker, slots=slots(2, days=12))
    planned.refresh_from_db()
    services.choose_slot(interview=planned, slot=planned.slots.first(), actor=student)
    services.cancel_interview(interview=planned, actor=broker, reason="Ziek")
    for found in (files(student), files(broker), files(email="mo@wijk.example")):
        assert [method for method, _event in found] == ["REQUEST"] * 3 + ["CANCEL", "REQUEST", "CANCEL"]
        assert {event.uid.value for _method, event in found} == {f"{planned.public_id}@stagematch"}
        sequence = [int(event.sequence.value) for _method, event in found]
        assert sequence == sorted(set(sequence))
        assert [event.status.value for method, event in found if method == "CANCEL"] == ["CANCELLED"] * 2


def test_broker_who_moves_by_new_times_takes_the_old_one_out_everywhere(planned, student, broker):
    services.propose_times(interview=planned, actor=broker, slots=slots(2, days=12))
    for found in (files(student), files(broker), files(email="mo@wijk.example")):
        assert [method for method, _event in found] == ["REQUEST", "CANCEL"]


def test_downloaded_file_has_no_guests(client, planned, student, broker):
    for person, name in ((student, "interview-ics"), (broker, "admin:workspace-talk-calendar")):
        client.force_login(person, backend=BACKEND)
        response = client.get(reverse(name, args=[planned.public_id]))
        method, event = read(response.content)
        assert (method, response["Content-Type"]) == ("PUBLISH", "text/calendar; charset=utf-8; method=PUBLISH")
        assert "attendee" not in event.contents
    services.cancel_interview(interview=planned, actor=broker, reason="Ziek")
    client.force_login(student, backend=BACKEND)
    _method, event = read(client.get(reverse("interview-ics", args=[planned.public_id])).content)
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")


def test_mail_carries_the_file_in_its_text_and_as_an_attachment(planned, student):
    mail = OutgoingMail.objects.get(template="interview_planned")
    message = message_from_bytes(_message(mail).message().as_bytes(), policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_filename() for part in parts] == [None, "gesprek.ics"]
    assert parts[0].get_param("method") == "REQUEST"
    for part in parts:
        text = re.sub(r"\r?\n", "\r\n", part.get_content())
        assert read(text)[1].uid.value == f"{planned.public_id}@stagematch"


def test_video_talk_has_its_link(search, vacancy, broker, student):
    interview = invite(submit(search, vacancy), broker, place_kind="video", where="https://video.example/kamer/1")
    services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)
    ((_method, event),) = files(student)
    assert event.location.value == event.conference.value == "https://video.example/kamer/1"
