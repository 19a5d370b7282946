"""A real mail server in a thread, and two mails to send."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from stagematch.celery import app
from stagematch.mail import services, transport
from stagematch.mail.models import OutgoingMail


class MailServer:
    """Takes mail until told otherwise; what it took is in `inbox`."""

    def __init__(self) -> None:
        self.inbox: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.senders: list[str | None] = []
        self.on_recipient = "250 OK"
        self.on_data = "250 OK"
        self.connections = 0
        self.take_and_break_off = False
        self.on_arrival: Callable[[], None] | None = None

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.on_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.on_data.startswith("250"):
            content = envelope.original_content or b""
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.inbox.append(message)
            self.recipients += envelope.rcpt_tos
            self.senders.append(envelope.mail_from)
        if self.on_arrival is not None:
            self.on_arrival()
        if self.take_and_break_off:
            assert server.transport is not None
            server.transport.close()
        return self.on_data


@pytest.fixture
def mail_server(settings, free_port) -> Iterator[MailServer]:
    """A mail server on its own port, and settings that point to it."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    yield server
    transport.dismiss()
    controller.stop()


@pytest.fixture
def no_mail_server(settings, free_port) -> Iterator[None]:
    """Settings that point to a port where nobody listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    yield
    transport.dismiss()


@pytest.fixture
def queue_away(monkeypatch) -> None:
    """A broker address where nobody listens; celery keeps its connections, so those are set aside too."""
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def probe_templates(settings) -> None:
    """Two mails of the test's own: `probe`, and `account/probe` with a secret."""
    options = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**options, "DIRS": [Path(__file__).parent / "templates", *options["DIRS"]]}]


@pytest.fixture
def queued(db) -> OutgoingMail:
    """One mail in the outbox."""
    mail = services.queue_mail(key="probe:1", template="probe", to="noor@voorbeeld.example", context={"place": "Zuid"})
    assert mail is not None
    return mail
