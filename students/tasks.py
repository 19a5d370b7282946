"""What the worker and beat start for schools: thin entries that call a service."""

import datetime as dt
from contextlib import nullcontext

import structlog
from celery import shared_task

from stagematch.clock import at, today
from students.services import uploads, waves

log = structlog.get_logger(__name__)


@shared_task(name="students.tasks.work_on_import", ignore_result=True)
def work_on_import(import_id: int) -> None:
    """Check or read one file. Safe to run twice: only one run can hold the row."""
    uploads.work_on(import_id)


def enqueue_import(import_id: int) -> None:
    """Hand a file to the worker; when the queue is away, the sweep picks it up."""
    try:
        work_on_import.apply_async((import_id,), retry=False)
    except Exception as error:  # noqa: BLE001 -- kombu, redis, socket: the row is safe, the sweep finds it
        log.warning("students.import_not_queued", number=import_id, error=type(error).__name__)


@shared_task(name="students.tasks.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    """Work on files that were left waiting."""
    uploads.sweep_imports()


def _day(date: str | None) -> dt.date:
    return dt.date.fromisoformat(date) if date else today()


@shared_task(name="students.tasks.forget_imports")
def forget_imports(date: str | None = None) -> int:
    """Wipe files of a day and older."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return uploads.forget_imports(day=day)


@shared_task(name="students.tasks.send_waves")
def send_waves(date: str | None = None) -> int:
    """Invite who is planned for today, or for a day that was missed."""
    day = _day(date)
    with at(day) if date else nullcontext():
        return waves.send_waves(day=day)
