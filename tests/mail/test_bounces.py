"""Mail that comes back: the address is marked, who must know hears it, and the person can put it right."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import io
import mailbox

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from stagematch.mail import addresses, bounces, delivery, services
from stagematch.mail.models import MailAddress, OutgoingMail
from tests.factories import UserFactory
from tests.placements.steps import submit

pytestmark = pytest.mark.django_db
State = OutgoingMail.State


@pytest.fixture(autouse=True)
def bounce_address(settings):
    settings.BOUNCE_ADDRESS = "bounces@stagematch.example"


def complaint(
    mail: OutgoingMail, *, status: str = "5.1.1", action: str = "failed", said: str = "smtp; 550 5.1.1 no such user",
    to: str | None = None, recipient: str | None = None, message_id: str | None = None,
) -> bytes:  # fmt: skip
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.voorbeeld.example
To: {bounces.envelope_sender(mail) if to is None else to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.voorbeeld.example
Arrival-Date: Mon, 7 Sep 2026 09:00:00 +0200

Final-Recipient: rfc822; {recipient or mail.to_email}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--grens
Content-Type: text/rfc822-headers

Message-ID: {message_id or mail.message_id}
Subject: Iets

--grens--
""".encode()


@pytest.fixture
def mail(queued) -> OutgoingMail:
    OutgoingMail.objects.filter(pk=queued.pk).update(state=State.SENT)
    queued.refresh_from_db()
    return queued


def test_a_complaint_marks_mail_and_address_once(mail):
    for _ in range(2):
        assert bounces.take_in(complaint(mail)) == "bounced"
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == (State.BOUNCED, "5.1.1 smtp; 550 5.1.1 no such user")
    address = MailAddress.objects.get()
    assert (address.email, address.code, address.refusals) == (mail.to_email, "5.1.1", 1)
    assert addresses.is_stopped(mail.to_email.upper())


@pytest.mark.parametrize(
    ("status", "action", "said", "outcome", "stopped"),
    [
        ("5.1.1", "failed", "smtp; 550 unknown", "bounced", True),
        ("5.1.10", "failed", "smtp; 556 null mx", "bounced", True),
        ("5.2.1", "failed", "smtp; 550 disabled", "bounced", True),
        ("5.0.0", "failed", "smtp; 550 no", "bounced", True),
        ("5.2.2", "failed", "smtp; 552 mailbox full", "bounced", False),
        ("5.7.1", "failed", "smtp; 550 spam", "bounced", False),
        ("4.4.7", "failed", "smtp; 450 expired", "later", False),
        ("4.2.0", "delayed", "smtp; 450 greylisted", "later", False),
        ("2.0.0", "delivered", "", "later", False),
    ],
)
def test_what_a_complaint_means(mail, status, action, said, outcome, stopped):
    assert bounces.take_in(complaint(mail, status=status, action=action, said=said)) == outcome
    assert addresses.is_stopped(mail.to_email) is stopped


def test_three_refusals_in_a_month_stop_an_address_too():
    for number in range(3):
        mail = services.queue_mail(key=f"v:{number}", template="probe", to="vol@voorbeeld.example", context={})
        assert not addresses.is_stopped("vol@voorbeeld.example")
        bounces.take_in(complaint(mail, status="5.2.2", said="smtp; 552 full"))
    assert addresses.is_stopped("vol@voorbeeld.example")


def test_a_complaint_somebody_made_up_is_ignored(mail):
    forged = bounces.envelope_sender(mail)[:-25] + "0000@stagematch.example"
    assert bounces.take_in(complaint(mail, to=forged, message_id="<a@b.example>")) == "unknown"
    assert bounces.take_in(complaint(mail, to="bounces@stagematch.example", recipient="ander@x.example")) == "unknown"
    assert bounces.take_in(b"Subject: Ik ben met vakantie\r\n\r\nTot later") == "unknown"
    assert bounces.take_in(b"\xff\x00 geen mail") == "unknown"
    assert not MailAddress.objects.exists()


def test_without_its_own_address_the_message_id_tells_which_mail(mail):
    assert bounces.take_in(complaint(mail, to="bounces@stagematch.example")) == "bounced"


def test_every_mail_has_an_envelope_of_its_own(queued, mail_server):
    delivery.deliver(queued.pk)
    assert mail_server.senders == [bounces.envelope_sender(queued)]
    assert mail_server.inbox[0]["From"] == "stagematch <noreply@stagematch.example>"


def test_a_hard_no_at_delivery_marks_the_address(queued, mail_server):
    mail_server.on_recipient = "550 5.1.1 No such person"
    delivery.deliver(queued.pk)
    assert MailAddress.objects.get().code == "5.1.1"


def test_nothing_but_sign_in_mail_goes_to_an_address_that_does_not_work(mail):
    bounces.take_in(complaint(mail))
    later = services.queue_mail(key="later", template="probe", to=mail.to_email, context={})
    code = services.queue_mail(key="code", template="account/probe", to=mail.to_email, context={"code": "K7P"})
    assert (later.state, code.state) == (State.BOUNCED, State.QUEUED)


def test_who_depends_on_the_person_is_warned_and_strangers_are_not(
    search, vacancy, student, broker, coordinator, other_coordinator, other_broker
):
    application = submit(search, vacancy)
    mail = OutgoingMail.objects.get(template="application_received")
    bounces.take_in(complaint(mail))
    warned = OutgoingMail.objects.filter(template="mail/address_stopped")
    assert [m.to_user for m in warned] == [coordinator], "the broker does not know the name yet (R4)"
    assert student.get_full_name() in warned[0].body_text
    assert application.student.user.email not in warned[0].body_text


def test_a_broker_hears_it_of_a_colleague(broker, team_lead):
    addresses.note_refusal(email=team_lead.email, code="5.1.1", reason="x", final=True)
    assert OutgoingMail.objects.get(template="mail/address_stopped").to_user == broker


def test_a_warning_that_bounces_warns_nobody(broker, team_lead):
    addresses.note_refusal(email=team_lead.email, code="5.1.1", reason="x", final=True)
    bounces.take_in(complaint(OutgoingMail.objects.get(template="mail/address_stopped")))
    assert OutgoingMail.objects.filter(template="mail/address_stopped").count() == 1


# --- putting it right ---------------------------------------------------------------------------
@pytest.fixture
def unreachable():
    person = UserFactory(email="oud@voorbeeld.example")
    mail = services.queue_mail(key="p:1", template="probe", to=person, context={"place": "Zuid"})
    bounces.take_in(complaint(mail))
    return person


def test_the_person_sees_it_and_says_that_it_works(client, unreachable):
    client.force_login(unreachable)
    assert "Dit adres werkt niet" in client.get(reverse("mail-preferences")).content.decode()
    client.post(reverse("mail-address-works"))
    assert not addresses.is_stopped(unreachable.email)
    assert OutgoingMail.objects.get().state == State.QUEUED
    assert "Dit adres werkt niet" not in client.get(reverse("mail-preferences")).content.decode()


def test_a_new_address_gets_what_came_back(unreachable):
    assert addresses.clear_address(email=unreachable.email, actor=unreachable, new_email="nieuw@voorbeeld.example") == 1
    assert OutgoingMail.objects.get().to_email == "nieuw@voorbeeld.example"


def test_the_platform_admin_sees_and_clears_it(client, unreachable, admin_user, broker):
    page = reverse("admin:mail_mailaddress_changelist")
    client.force_login(broker)
    assert client.get(page).status_code == 403
    client.force_login(admin_user)
    assert "oud@voorbeeld.example" in client.get(page).content.decode()
    row = MailAddress.objects.get()
    client.post(page, {"action": "works_again", "_selected_action": [row.pk]})
    assert not addresses.is_stopped(unreachable.email)


# --- where complaints come from -----------------------------------------------------------------
def test_a_maildir_is_read_once(mail, tmp_path, capsys):
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(complaint(mail))
    box.add(b"Subject: reclame\n\nKoop nu")
    call_command("read_bounces", maildir=tmp_path / "box")
    call_command("read_bounces", maildir=tmp_path / "box")
    assert capsys.readouterr().out.split() == [
        "bounced:",
        "1",
        "later:",
        "0",
        "unknown:",
        "1",
        "bounced:",
        "0",
        "later:",
        "0",
        "unknown:",
        "0",
    ]


def test_one_mail_on_standard_input(mail, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(complaint(mail))))
    call_command("read_bounces", "-")
    assert "bounced: 1" in capsys.readouterr().out


def test_without_a_source_the_command_says_what_to_do(tmp_path):
    with pytest.raises(CommandError, match="BOUNCE_IMAP_HOST"):
        call_command("read_bounces")
    with pytest.raises(CommandError, match="no Maildir"):
        call_command("read_bounces", maildir=tmp_path)
