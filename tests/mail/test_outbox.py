"""The contract of the outbox (docs/decisions/0004), against a real mail server and a real queue."""

import datetime as dt
import threading
import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection, connections, transaction
from django.template import TemplateDoesNotExist
from django.utils import timezone

from stagematch.celery import app
from stagematch.mail import delivery, services, tasks
from stagematch.mail.delivery import Outcome
from stagematch.mail.models import OutgoingMail
from tests.factories import UserFactory

State = OutgoingMail.State


def queue(key: str = "probe:1", to="noor@voorbeeld.example", **context: str) -> OutgoingMail | None:
    return services.queue_mail(key=key, template="probe", to=to, context={"place": "Zuid", **context})


def let_time_pass(mail: OutgoingMail, minutes: int) -> None:
    """Move a row into the past, as if the clock had gone on."""
    past = timezone.now() - dt.timedelta(minutes=minutes)
    OutgoingMail.objects.filter(pk=mail.pk, claimed_at__isnull=False).update(claimed_at=past)
    OutgoingMail.objects.filter(pk=mail.pk).update(next_attempt_at=past)


@pytest.mark.django_db
def test_a_mail_is_rendered_when_queued_for_the_person():
    user = UserFactory(first_name="Aya")
    mail = queue(to=user, place="Kop & <van> Zuid")
    assert mail is not None
    assert mail.subject == "Nieuws over Kop & <van> Zuid"
    assert "Dag Aya, Kop & <van> Zuid wacht op je." in mail.body_text
    assert "Kop &amp; &lt;van&gt; Zuid" in mail.body_html
    assert (mail.to_user_id, mail.to_email, mail.state) == (user.pk, user.email, State.QUEUED)


@pytest.mark.django_db
def test_nobody_to_write_to_is_no_mail():
    assert queue(to=UserFactory(is_active=False)) is None
    assert queue(to="") is None
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_the_same_cause_is_one_mail(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        first, second = queue(), queue(place="Noord")
    assert first is not None
    assert second is not None
    assert first.pk == second.pk
    assert "Zuid" in second.body_text
    assert len(callbacks) == 1


@pytest.mark.django_db
def test_a_mistake_of_the_caller_is_an_error():
    with pytest.raises(ValueError, match="200"):
        queue(key="x" * 201)
    with pytest.raises(TemplateDoesNotExist):
        services.queue_mail(key="k", template="bestaat-niet", to="a@b.example", context={})


@pytest.mark.django_db(transaction=True)
def test_it_exists_after_commit_and_not_after_rollback():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    with transaction.atomic():
        queue()
    assert OutgoingMail.objects.get().state == State.QUEUED


@pytest.mark.django_db(transaction=True)
def test_two_transactions_with_one_cause_make_one_mail():
    start = threading.Barrier(2)

    def cause() -> None:
        start.wait()
        with transaction.atomic():
            queue()
            time.sleep(0.2)
        connection.close()

    threads = [threading.Thread(target=cause) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OutgoingMail.objects.count() == 1


def test_it_is_sent_with_both_bodies_and_a_stable_message_id(queued, mail_server):
    assert delivery.deliver(queued.pk) == Outcome.SENT
    (message,) = mail_server.inbox
    assert message["Message-ID"] == services.message_id("probe:1") == queued.message_id
    assert message["Subject"] == "Nieuws over Zuid"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "noor@voorbeeld.example"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    queued.refresh_from_db()
    assert (queued.state, queued.attempts, queued.last_error) == (State.SENT, 1, "")
    assert queued.sent_at is not None


def test_it_is_never_sent_twice(queued, mail_server):
    assert delivery.deliver(queued.pk) == Outcome.SENT
    assert delivery.deliver(queued.pk) is None
    assert delivery.sweep() == 0
    assert len(mail_server.inbox) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_and_sweepers_at_once_send_each_mail_once(mail_server):
    ids = [mail.pk for n in range(12) if (mail := queue(key=f"probe:{n}"))]
    start = threading.Barrier(6)

    def work(number: int) -> None:
        start.wait()
        try:
            if number % 2:
                delivery.sweep()
            for mail_id in ids:
                delivery.deliver(mail_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    message_ids = [message["Message-ID"] for message in mail_server.inbox]
    assert len(message_ids) == len(set(message_ids)) == 12
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_worker_that_dies_after_claiming_is_made_good(queued, mail_server):
    OutgoingMail.objects.filter(pk=queued.pk).update(state=State.SENDING, claimed_at=timezone.now(), attempts=1)
    assert delivery.sweep() == 0, "it may still be busy"
    let_time_pass(queued, minutes=6)
    assert delivery.sweep() == 1
    assert len(mail_server.inbox) == 1


def test_a_worker_that_dies_after_sending_is_recognised_by_the_message_id(queued, mail_server):
    delivery.deliver(queued.pk)
    OutgoingMail.objects.filter(pk=queued.pk).update(state=State.SENDING, sent_at=None)
    let_time_pass(queued, minutes=6)
    delivery.sweep()
    first, second = mail_server.inbox
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_that_kills_its_worker_every_time_ends(queued, mail_server):
    OutgoingMail.objects.filter(pk=queued.pk).update(
        state=State.SENDING, claimed_at=timezone.now(), attempts=delivery.MAX_ATTEMPTS
    )
    let_time_pass(queued, minutes=6)
    assert delivery.sweep() == 0
    queued.refresh_from_db()
    assert queued.state == State.FAILED


def test_a_server_that_is_away_costs_no_attempts(queued, no_mail_server):
    for _ in range(20):
        assert delivery.deliver(queued.pk) == Outcome.SERVER_AWAY
        queued.refresh_from_db()
        assert (queued.state, queued.attempts) == (State.QUEUED, 0)
        assert queued.next_attempt_at <= timezone.now() + dt.timedelta(minutes=5)
        let_time_pass(queued, minutes=3)


def test_a_sweep_stops_at_the_first_sign_of_an_outage(db, no_mail_server):
    for n in range(3):
        queue(key=f"probe:{n}")
    assert delivery.sweep() == 0
    assert OutgoingMail.objects.filter(last_error__startswith="ConnectionRefused").count() == 1


def test_what_waited_goes_out_when_the_server_is_back(queued, mail_server):
    mail_server.on_data = "421 Service not available"
    assert delivery.deliver(queued.pk) == Outcome.SERVER_AWAY
    mail_server.on_data = "250 OK"
    assert delivery.sweep() == 0, "not due yet"
    let_time_pass(queued, minutes=3)
    assert delivery.sweep() == 1
    assert len(mail_server.inbox) == 1


def test_a_temporary_no_is_tried_again_ever_later_and_at_most_eight_times(queued, mail_server):
    mail_server.on_recipient = "450 Greylisted, noor@voorbeeld.example"
    waits = []
    for _ in range(delivery.MAX_ATTEMPTS - 1):
        assert delivery.deliver(queued.pk) == Outcome.LATER
        queued.refresh_from_db()
        waits.append(round((queued.next_attempt_at - timezone.now()).total_seconds() / 60))
        let_time_pass(queued, minutes=1)
    assert waits[:4] == [1, 5, 15, 60]
    assert waits == sorted(waits)
    assert delivery.deliver(queued.pk) == Outcome.FAILED
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == (State.FAILED, 8)
    assert queued.last_error == "450 Greylisted, <address>"


def test_a_temporary_no_that_passes_ends_well(queued, mail_server):
    mail_server.on_data = "451 Try again"
    assert delivery.deliver(queued.pk) == Outcome.LATER
    mail_server.on_data = "250 OK"
    let_time_pass(queued, minutes=1)
    assert delivery.sweep() == 1


def test_an_address_that_does_not_exist_is_bounced(queued, mail_server):
    mail_server.on_recipient = "550 No such person"
    assert delivery.deliver(queued.pk) == Outcome.BOUNCED
    queued.refresh_from_db()
    assert (queued.state, queued.last_error) == (State.BOUNCED, "550 No such person")


def test_a_connection_that_breaks_off_does_not_stop_the_next_mail(db, mail_server):
    mails = [queue(key=f"probe:{n}") for n in range(2)]
    mail_server.on_data, mail_server.take_and_break_off = "421 bye", True
    assert delivery.sweep() == 0
    mail_server.on_data, mail_server.take_and_break_off = "250 OK", False
    for mail in mails:
        assert mail is not None
        let_time_pass(mail, minutes=3)
    assert delivery.sweep() == 2


def test_a_sweep_uses_one_connection(db, mail_server):
    for n in range(5):
        queue(key=f"probe:{n}")
    assert delivery.sweep() == 5
    assert mail_server.connections == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_sweeper_leaves(mail_server):
    queue()
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [delivery.SWEEP_LOCK])
            taken.set()
            done.wait(60)
            cursor.execute(
                "select pg_advisory_unlock(%s)", [delivery.SWEEP_LOCK]
            )  # closing alone frees it a moment later
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(60)
    assert delivery.sweep() == 0
    done.set()
    thread.join()
    assert delivery.sweep() == 1


def test_a_secret_is_wiped_once_it_is_out(db, mail_server):
    mail = services.queue_mail(
        key="c", template="account/probe", to="noor@voorbeeld.example", context={"code": "K7P2QX"}
    )
    assert mail is not None
    delivery.deliver(mail.pk)
    mail.refresh_from_db()
    assert "K7P2QX" in mail_server.inbox[0].get_body(("plain",)).get_content()
    assert "K7P2QX" not in mail.body_text + mail.body_html
    assert not services.requeue(mail=mail, actor=UserFactory())


def test_a_failed_mail_can_be_started_again_and_a_sent_one_cannot(queued, mail_server):
    assert not services.requeue(mail=queued, actor=UserFactory())
    OutgoingMail.objects.filter(pk=queued.pk).update(state=State.FAILED, attempts=8)
    assert services.requeue(mail=queued, actor=UserFactory())
    assert delivery.sweep() == 1
    assert not services.requeue(mail=queued, actor=UserFactory())


@pytest.mark.django_db(transaction=True)
def test_a_page_goes_on_when_the_queue_is_away(mail_server, queue_away):
    began = time.monotonic()
    for n in range(50):
        queue(key=f"probe:{n}")
    # Celery's own patience with a queue that is away is 0.6 seconds for each mail, half a minute together.
    assert time.monotonic() - began < 15
    assert delivery.sweep() == 50


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it_after_the_commit(mail_server):
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=90):
        with transaction.atomic():
            mail = queue()
            assert mail is not None
            time.sleep(0.3)
            assert not mail_server.inbox
        until = time.monotonic() + 90
        while not mail_server.inbox and time.monotonic() < until:
            time.sleep(0.05)
    assert len(mail_server.inbox) == 1


def test_the_tasks_call_the_outbox(queued, mail_server):
    tasks.deliver_mail(queued.pk)
    tasks.sweep_outbox()
    assert len(mail_server.inbox) == 1


def test_old_mail_is_forgotten_but_its_cause_is_not(queued, mail_server):
    delivery.deliver(queued.pk)
    later = timezone.now() + dt.timedelta(days=1)
    assert delivery.forget_sent(before=later, dry_run=True) == 1
    assert delivery.forget_sent(before=later) == 1
    assert delivery.forget_sent(before=later) == 0
    queued.refresh_from_db()
    assert "noor" not in f"{queued.to_email}{queued.subject}{queued.body_text}{queued.body_html}"
    again = queue()
    assert again is not None
    assert again.pk == queued.pk
