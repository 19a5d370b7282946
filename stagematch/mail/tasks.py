"""Entry points for the worker: they take ids and call the outbox."""

from celery import shared_task
from django.conf import settings
from django.core.management import call_command

from stagematch.clock import today
from stagematch.mail import delivery, digests


@shared_task(ignore_result=True)
def deliver_mail(mail_id: int) -> None:
    """Send one mail. Safe to run twice: only one run can claim the row."""
    delivery.deliver(mail_id)


@shared_task(ignore_result=True)
def sweep_outbox() -> None:
    """Send what was left behind: after a crash, an outage, or a queue that was emptied."""
    delivery.sweep()


@shared_task(ignore_result=True)
def send_digests() -> None:
    """Queue today's digests; who has had one today gets no second."""
    digests.send_digests(day=today())


@shared_task(ignore_result=True)
def read_bounces() -> None:
    """Read what came back, where a mailbox for it is set up."""
    if settings.BOUNCE_IMAP_HOST:
        call_command("read_bounces")
