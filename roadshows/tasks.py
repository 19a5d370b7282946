"""What beat starts: thin entries that take a date (for a missed night) and call a service."""

import datetime as dt
from contextlib import nullcontext

from celery import shared_task

from roadshows.services import declaration, pledge_questions, registration
from stagematch.clock import at, now, today


@shared_task(name="roadshows.tasks.run_registrations")
def run_registrations(date: str | None = None) -> dict[str, int]:
    """Move the waiting lists up and send the reminders of tomorrow; every hour, and safe to run twice."""
    with at(dt.date.fromisoformat(date)) if date else nullcontext():
        return vars(registration.run_registrations(moment=now()))


@shared_task
def ask_for_evidence(day: str | None = None) -> int:
    """Ask who signed what they did last year, once a year; return how many mails were queued."""
    return declaration.ask_for_evidence(day=dt.date.fromisoformat(day) if day else today())


@shared_task(name="roadshows.tasks.pledge_night")
def pledge_night(date: str | None = None) -> dict[str, int]:
    """Let promises follow their vacancies and students, ask how it goes, and let go of what nobody answers."""
    day = dt.date.fromisoformat(date) if date else today()
    with at(day) if date else nullcontext():
        return vars(pledge_questions.pledge_night(day=day))
