"""One at a time, over all processes: a lock of Postgres that a killed process lets go of by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_at_a_time(key: int) -> Iterator[bool]:
    """Hold the lock `key`; yields whether somebody else had it first, so that the caller looks what that one did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        waited = not cursor.fetchone()[0]
        if waited:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield waited
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
