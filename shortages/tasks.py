"""Entry points for the worker: they take ids or a date and call a service."""

import datetime as dt

from celery import shared_task

from shortages.services import take_count
from stagematch.clock import today


@shared_task
def count_shortage(day: str | None = None) -> int:
    """Count the shortage of today, or of the `day` given as an ISO date; return the count's key. Safe to run twice."""
    return take_count(day=dt.date.fromisoformat(day) if day else today()).pk
