"""What beat starts: thin entries that take a date (for a missed night) and call a service."""

import datetime as dt
from contextlib import nullcontext

from celery import shared_task

from placements import services
from placements.dossier.night import placement_night as dossier_night
from placements.guidance.night import help_night as guidance_night
from stagematch.clock import at, today


def _day(date: str | None) -> dt.date:
    return dt.date.fromisoformat(date) if date else today()


@shared_task(name="placements.tasks.send_reminders")
def send_reminders(date: str | None = None) -> dict[str, int]:
    """Queue the reminders of a day (R1, interviews of tomorrow)."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return vars(services.send_reminders(day=day))


@shared_task(name="placements.tasks.expire_overdue")
def expire_overdue(date: str | None = None) -> int:
    """Let offers expire whose last day has passed."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return services.expire_offers(day=day)


@shared_task(name="placements.tasks.run_retention")
def run_retention(date: str | None = None) -> dict[str, int]:
    """Delete what the retention term says (R8)."""
    return vars(services.run_retention(day=_day(date)))


@shared_task(name="placements.tasks.close_expired_vacancies")
def close_expired_vacancies(date: str | None = None) -> dict[str, int]:
    """Close vacancies whose last day has passed, and say where an answer is still waited for (R1)."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return services.close_expired(day=day)


@shared_task(name="placements.tasks.send_student_news")
def send_student_news(date: str | None = None) -> dict[str, int]:
    """Tell who is next on the waiting lists, and mail new places for saved searches."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return vars(services.send_student_news(day=day))


@shared_task(name="placements.tasks.placement_night")
def placement_night(date: str | None = None) -> dict[str, int]:
    """Start and finish stages, and queue the reminders about them."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return vars(dossier_night(day=day))


@shared_task(name="placements.tasks.help_night")
def help_night(date: str | None = None) -> dict[str, int]:
    """Write to students who hear no often, and make tasks for their schools."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return vars(guidance_night(day=day))
