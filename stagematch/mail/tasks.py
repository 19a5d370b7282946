"""Entry points for the worker: they take ids and call the outbox."""

from celery import shared_task

from stagematch.mail import delivery


@shared_task(ignore_result=True)
def deliver_mail(mail_id: int) -> None:
    """Send one mail. Safe to run twice: only one run can claim the row."""
    delivery.deliver(mail_id)


@shared_task(ignore_result=True)
def sweep_outbox() -> None:
    """Send what was left behind: after a crash, an outage, or a queue that was emptied."""
    delivery.sweep()
