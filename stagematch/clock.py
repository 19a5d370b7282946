"""The one clock of stagematch: every rule about time asks here, so that it can be set in one place.

A command or job that is run for another day (`--date`) wraps its work in `at(...)`; tests do the same.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_moved: ContextVar[dt.datetime | None] = ContextVar("stagematch_clock", default=None)


def now() -> dt.datetime:
    """Return the current moment, aware, in UTC; or the moment set by `at`."""
    return _moved.get() or timezone.now()


def today() -> dt.date:
    """Return today's date in the project's time zone (Europe/Amsterdam)."""
    return timezone.localtime(now()).date()


@contextmanager
def at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Let `now` and `today` answer as if it is `moment`; a bare date means noon of that day."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(12), tzinfo=timezone.get_default_timezone())
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)
