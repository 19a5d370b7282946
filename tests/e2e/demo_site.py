"""The demo, loaded once and served for a whole module: reading tests share it, nothing is flushed in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connections
from pytest_django.live_server_helper import LiveServer


@contextmanager
def served_demo(blocker: Any) -> Iterator[str]:
    """Load the small demo, run a night's matching and serve it; yields the address. Leaves an empty database behind."""
    with blocker.unblock():
        call_command("load_demo", "--size", "small", verbosity=0)
        call_command("run_matching", verbosity=0)
        server = LiveServer("127.0.0.1")
        try:
            yield server.url
        finally:
            server.stop()
            call_command("flush", interactive=False, verbosity=0)
            connections.close_all()
