"""The demo, loaded once and served for a whole module: reading tests share it, nothing is flushed in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test.utils import setup_databases, teardown_databases
from pytest_django.live_server_helper import LiveServer

from shortages import stored


def _is_throw_away() -> bool:
    return str(connection.settings_dict["NAME"]).startswith(TEST_DATABASE_PREFIX)


@contextmanager
def throw_away_database(*, keep: bool) -> Iterator[None]:
    """Make sure that this is a test database, never the one of DATABASE_URL.

    pytest-django makes it only when a chosen test carries its mark, and the tests that share a demo carry none.
    """
    if _is_throw_away():
        yield
        return
    made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=keep)
    assert _is_throw_away(), "this would have filled and emptied a real database"
    try:
        yield
    finally:
        connections.close_all()
        if not keep:
            teardown_databases(made, verbosity=0)


@contextmanager
def served_demo(blocker: Any, *, keep: bool) -> Iterator[str]:
    """Load the small demo, run a night's matching and serve it; yields the address. Leaves an empty database behind."""
    with blocker.unblock(), throw_away_database(keep=keep):
        server: LiveServer | None = None
        try:
            call_command("load_demo", "--size", "small", verbosity=0)
            call_command("run_matching", verbosity=0)
            server = LiveServer("127.0.0.1")
            yield server.url
        finally:
            # Also when the demo was loaded by half: what stays would meet every test after this one.
            if server is not None:
                server.stop()
            assert _is_throw_away()
            call_command("flush", interactive=False, verbosity=0)
            # Keys begin at 1 again. Writing a market forgets the one under its key, but a count without any never writes.
            stored._cache.clear()
            connections.close_all()
