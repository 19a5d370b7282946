"""A worker that is killed neither loses a mail nor sends one twice; the whole proof is `python -m tests.mail.kill_worker`."""

import os
import signal
import time

import pytest

from stagematch.mail import courier, delivery, transport
from stagematch.mail.delivery import Outcome
from stagematch.mail.models import OutgoingMail
from tests.mail.kill_worker import run_round

State = OutgoingMail.State


@pytest.mark.django_db(transaction=True)
def test_two_kills_lose_nothing_and_double_nothing():
    found = run_round(mails=60, kills=2, seed=8)
    assert (found.lost, found.double) == (0, 0)
    assert found.worker_gone >= 1, "a kill is aimed between the dot and the answer: the log tells of it"


@pytest.mark.django_db(transaction=True)
def test_a_courier_that_dies_leaves_a_doubt_that_is_sent_again_and_logged(mail_server, settings, caplog):
    from stagematch.mail import services

    first, second = (
        services.queue_mail(key=f"probe:{n}", template="probe", to="noor@voorbeeld.example", context={}) for n in (1, 2)
    )
    assert delivery.deliver(first.pk) == Outcome.SENT
    mail_server.on_arrival = lambda: os.kill(own_courier, signal.SIGKILL)
    own_courier = transport.courier_pid()
    assert delivery.deliver(second.pk) == Outcome.UNKNOWN
    mail_server.on_arrival = None
    second.refresh_from_db()
    assert second.state == State.SENDING
    assert second.handed_at is not None, "the dot was on its way: the server may have it"
    settings.MAIL_STUCK_SECONDS = 1
    time.sleep(1.1)
    assert delivery.sweep() == 1
    assert "mail.uncertain" in caplog.text
    ids = [message["Message-ID"] for message in mail_server.inbox]
    assert ids == [first.message_id, second.message_id, second.message_id], "twice, and recognisable"


@pytest.mark.django_db(transaction=True)
def test_a_courier_that_died_before_the_dot_leaves_no_doubt(mail_server, settings, caplog):
    from stagematch.mail import services

    mail = services.queue_mail(key="probe:1", template="probe", to="noor@voorbeeld.example", context={})
    OutgoingMail.objects.update(state=State.SENDING, claimed_at="2026-01-01T00:00Z", attempts=1)
    assert delivery.sweep() == 1
    assert "mail.uncertain" not in caplog.text
    assert [message["Message-ID"] for message in mail_server.inbox] == [mail.message_id]


def test_a_job_ends_before_the_sweeper_calls_it_stuck():
    assert delivery.STUCK_AFTER.total_seconds() > courier.JOB_SECONDS + 60
    assert delivery.STUCK_AFTER.total_seconds() + 60 < 300, "all is out within five minutes of recovery"
