"""Entry points for the worker: they take ids or a date and call a service."""

import datetime as dt
from contextlib import nullcontext

from celery import shared_task

from shortages.dashboard.kept import draw_ahead
from shortages.services import forecast_night, send_month_mails, take_count
from stagematch.clock import at, today


@shared_task
def count_shortage(day: str | None = None) -> int:
    """Count the shortage of today, or of the `day` given as an ISO date; return the count's key. Safe to run twice."""
    return take_count(day=dt.date.fromisoformat(day) if day else today()).pk


@shared_task
def forecast_periods(day: str | None = None) -> dict[str, int]:
    """Forecast who will have no place when the coming periods begin, after the count. Safe to run twice."""
    chosen = dt.date.fromisoformat(day) if day else today()
    with at(chosen) if day else nullcontext():
        return vars(forecast_night(day=chosen))


@shared_task
def draw_dashboards() -> int:
    """Draw what schools will open in the morning, after count and forecast; return how many. Safe to run twice."""
    return draw_ahead()


@shared_task
def send_shortage_mail(day: str | None = None) -> int:
    """Mail coordinators the shortage on the first working day of the month; return how many. Safe to run twice."""
    return send_month_mails(day=dt.date.fromisoformat(day) if day else today())
