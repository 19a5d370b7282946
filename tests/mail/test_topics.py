"""What people have a say in: topics, digests and unsubscribing (features C2)."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stagematch.clock import at
from stagematch.mail import delivery, digests, services, topics
from stagematch.mail.models import MailPreference, OutgoingMail
from stagematch.mail.topics import Frequency
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
State = OutgoingMail.State
MONDAY = dt.date(2026, 9, 7)
EARLY = dt.datetime(2026, 9, 7, 5, 0, tzinfo=dt.UTC)  # seven in the morning in Amsterdam


@pytest.fixture(autouse=True)
def probe_topic(monkeypatch):
    """A topic about the test's own mail, for everybody."""
    monkeypatch.setattr(topics, "_topics", dict(topics._topics))
    monkeypatch.setattr(topics, "_by_template", dict(topics._by_template))
    topics.register_topic(
        "probe", label="Nieuws", explanation="Er is nieuws.", templates=["probe"], default=Frequency.DAILY,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF], audience=lambda user: True,
    )  # fmt: skip


@pytest.fixture
def reader(db):
    return UserFactory(first_name="Noor", email="noor@voorbeeld.example")


def queue(reader, number: int = 1, when: dt.datetime = EARLY) -> OutgoingMail:
    with at(when):
        mail = services.queue_mail(
            key=f"probe:{number}", template="probe", to=reader, context={"place": f"Zuid {number}"}
        )
    assert mail is not None
    return mail


@pytest.mark.parametrize(
    ("frequency", "state", "day"),
    [
        (Frequency.NOW, State.QUEUED, None),
        (Frequency.DAILY, State.HELD, MONDAY),
        (Frequency.WEEKLY, State.HELD, MONDAY),
        (Frequency.OFF, State.OFF, None),
    ],
)
def test_a_choice_decides_when_a_mail_goes(reader, frequency, state, day):
    assert topics.set_frequency(user=reader, topic="probe", frequency=frequency)
    mail = queue(reader)
    assert (mail.state, mail.hold_until, mail.topic) == (state, day, "probe")
    assert bool(mail.body_text) is (state != State.OFF)
    assert queue(reader).pk == mail.pk, "one cause stays one mail, whatever was chosen"


@pytest.mark.parametrize(
    ("when", "frequency", "day"),
    [
        (EARLY, Frequency.DAILY, MONDAY),
        (EARLY + dt.timedelta(hours=1), Frequency.DAILY, MONDAY + dt.timedelta(days=1)),
        (EARLY + dt.timedelta(hours=1), Frequency.WEEKLY, MONDAY + dt.timedelta(days=7)),
        (EARLY + dt.timedelta(days=2), Frequency.WEEKLY, MONDAY + dt.timedelta(days=7)),
    ],
)
def test_what_comes_after_half_past_seven_waits_for_the_next_digest(when, frequency, day):
    with at(when):
        assert topics.hold_until(frequency) == day


def test_an_essential_mail_is_sent_at_once_whatever_was_chosen(reader):
    topics.switch_off(user=reader, topic=topics.DIGEST_TOPIC)
    mail = services.queue_mail(key="c", template="account/login_code", to=reader, context={"code": "K7P-2QX"})
    assert mail.state == State.QUEUED
    assert queue(reader).state == State.OFF


def test_reminders_of_a_day_are_one_mail(reader, mail_server):
    rows = [queue(reader, number) for number in (1, 2, 3)]
    assert delivery.sweep() == 0, "held mail is not swept"
    for _ in range(2):
        digests.send_digests(day=MONDAY)
    assert delivery.sweep() == 1
    (message,) = mail_server.inbox
    text = message.get_body(("plain",)).get_content()
    assert all(f"Zuid {number}" in text for number in (1, 2, 3))
    assert text.count("Groet,") == 1
    assert text.count("Dag Noor") == 3, "the words of each mail are kept"
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.digest.template) == (State.BUNDLED, "mail/digest")
    digest = OutgoingMail.objects.get(template="mail/digest")
    assert (digest.subject, digest.body_text) == ("Verzamelmail", ""), "nothing stays of it but the rows it was made of"


def test_one_digest_a_day_at_most_and_late_ones_join_the_next(reader):
    queue(reader, 1)
    assert digests.send_digests(day=MONDAY) == 1
    queue(reader, 2)
    assert digests.send_digests(day=MONDAY) == 0
    assert digests.send_digests(day=MONDAY + dt.timedelta(days=1)) == 1


def test_five_missed_nights_are_one_digest(reader):
    for number in range(5):
        queue(reader, number, EARLY + dt.timedelta(days=number))
    assert digests.send_digests(day=MONDAY + dt.timedelta(days=5)) == 1
    assert OutgoingMail.objects.filter(template="mail/digest").count() == 1
    assert OutgoingMail.objects.filter(state=State.BUNDLED).count() == 5


def test_a_digest_of_somebody_who_left_goes_nowhere(reader):
    queue(reader)
    reader.is_active = False
    reader.save()
    assert digests.send_digests(day=MONDAY) == 0
    assert OutgoingMail.objects.get().state == State.OFF


def test_the_command_has_a_date_and_a_dry_run(reader, capsys):
    queue(reader)
    call_command("send_digests", date=str(MONDAY), dry_run=True)
    assert OutgoingMail.objects.get().state == State.HELD
    call_command("send_digests", date=str(MONDAY))
    assert capsys.readouterr().out.count("digests: 1") == 2
    with pytest.raises(CommandError):
        call_command("send_digests", date="gisteren")


def test_a_link_in_a_collected_mail_stays_a_link():
    mail = OutgoingMail(
        subject="Nieuws",
        body_text="Hoi Noor,\n\nEr is\nnieuws.\n\nGeef antwoord:\nhttps://x.example/a\n\nGroet,\nstagematch\n",
    )
    assert digests.item_of(mail).parts == [
        digests.Part("Er is nieuws."),
        digests.Part("Geef antwoord", "https://x.example/a"),
    ]


def test_thousands_at_once_follow_the_same_choices(reader):
    other = UserFactory()
    topics.set_frequency(user=reader, topic="probe", frequency=Frequency.OFF)
    plan = services.planner("probe")
    assert plan(reader)["state"] == State.OFF
    assert plan(other)["state"] == State.HELD
    assert services.planner("account/notice")(reader) == {"topic": ""}


# --- unsubscribing ------------------------------------------------------------------------------
def sent_header(reader, mail_server, name: str) -> str:
    topics.set_frequency(user=reader, topic="probe", frequency=Frequency.NOW)
    delivery.deliver(queue(reader).pk)
    return str(mail_server.inbox[-1][name] or "")


def test_one_click_from_the_mail_program_stops_it(reader, mail_server, settings):
    address = sent_header(reader, mail_server, "List-Unsubscribe").strip()
    assert mail_server.inbox[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(rf"<{re.escape(settings.BASE_URL)}(/\S+)>", address)[1]
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    assert MailPreference.objects.get().frequency == Frequency.NOW, "a scanner that opens links changes nothing"
    answer = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert MailPreference.objects.get().frequency == Frequency.OFF
    assert "no-store" in answer["Cache-Control"]
    assert reader.email not in answer.content.decode()


def test_the_link_under_a_mail_is_the_same():
    from stagematch.mail import samples

    context = {**samples.context_of("answer_due_half"), "unsubscribe_url": "https://x.example/mail/afmelden/a/"}
    _subject, text, html = services.render(template="answer_due_half", context=context)
    assert "Stuur mij dit niet meer:\nhttps://x.example/mail/afmelden/a/" in text
    assert 'href="https://x.example/mail/afmelden/a/"' in html


def test_a_forged_or_changed_address_stops_nothing(client, reader):
    path = topics.unsubscribe_path(reader, "probe")
    for wrong in (path.replace("probe", "talks"), path[:-4] + "x/", "/mail/afmelden/abc/"):
        assert client.post(wrong).status_code == 404
    assert not MailPreference.objects.exists()


def test_essential_mail_and_mail_to_no_account_has_no_such_header(mail_server, reader):
    for to in (reader, "vreemd@voorbeeld.example"):
        mail = services.queue_mail(key=f"v:{to}", template="account/login_code", to=to, context={"code": "K7P-2QX"})
        delivery.deliver(mail.pk)
        assert mail_server.inbox[-1]["List-Unsubscribe"] is None


def test_stopping_the_digest_leaves_what_cannot_be_off(reader):
    labels = {topic.slug for topic in topics.switch_off(user=reader, topic=topics.DIGEST_TOPIC)}
    assert "probe" in labels
    assert "late" not in labels


# --- the page -----------------------------------------------------------------------------------
def test_the_page_keeps_choices_and_says_what_is_always_sent(client, reader):
    client.force_login(reader)
    page = client.get(reverse("mail-preferences")).content.decode()
    assert "Dit krijg je altijd" in page
    assert client.post(reverse("mail-preferences"), {"probe": "weekly"}).status_code == 302
    assert {topic.slug: chosen for topic, chosen in topics.choices_of(reader)}["probe"] == "weekly"
    assert client.post(reverse("mail-preferences"), {"probe": "elk uur"}).status_code == 422


def test_people_choose_about_their_own_topics(client, broker, coordinator, student):
    found = {}
    for who in (broker, coordinator, student):
        client.force_login(who)
        found[who.pk] = set(client.get(reverse("mail-preferences")).context["form"].fields) - {"probe"}
    assert found[broker.pk] == {"stages", "look-back", "applications", "answers", "late", "talks", "pledges"}
    assert found[coordinator.pk] == {"stages", "look-back", "school-late", "help-tasks", "forecast", "shortage"}
    assert found[student.pk] == {"stages", "look-back", "talks", "waiting-list", "proposals", "profile", "help-hint"}


@pytest.mark.parametrize("role", ["student", "broker", "coordinator", "team_lead"])
def test_the_page_reads_who_somebody_is_once(client, request, role):
    client.force_login(request.getfixturevalue(role))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("mail-preferences")).status_code == 200
    sql = [query["sql"] for query in queries]
    assert len(sql) <= 12
    assert len(set(sql)) == len(sql)


def test_a_topic_that_cannot_be_off_says_why(client, broker):
    client.force_login(broker)
    form = client.get(reverse("mail-preferences")).context["form"]
    assert "off" not in dict(form.fields["late"].choices)
    assert "niet uitzetten" in form.fields["late"].help_text
    with pytest.raises(ValueError, match="why"):
        topics.register_topic(
            "x", label="x", explanation="", templates=[], default="now", choices=["now"], audience=bool
        )


def test_every_mail_of_the_sign_in_library_has_words_of_ours():
    from pathlib import Path

    import allauth

    from stagematch.accounts.adapter import NOTICES, TEMPLATES

    root = Path(allauth.__file__).parent / "templates"
    theirs = {file.name.removesuffix("_subject.txt") for file in root.rglob("email/*_subject.txt")}
    assert theirs - {"base_notification"} <= set(TEMPLATES) | set(NOTICES)
