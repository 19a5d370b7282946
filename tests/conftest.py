"""What every test can use; the servers themselves are started by `tests/servers.py`."""

import uuid

import pytest

from stagematch.links import views as link_views
from stagematch.ui import kept
from stagematch.ui.drawn import DrawnOnce

pytest_plugins = ["tests.cast"]


@pytest.fixture(autouse=True)
def fresh_filter_options(request):
    """Choices of the filters outlive a test in the cache, while their rows are rolled back."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from placements.browse import options

        options.forget()


@pytest.fixture(autouse=True)
def own_link_counters(monkeypatch) -> None:
    """Count the visits of secret links per test: all tests come from one address, and its limit is per minute."""
    monkeypatch.setattr(link_views, "COUNTERS", f"test-{uuid.uuid4()}")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch) -> None:
    """Let no test get what another one kept: rows are rolled back, and what was drawn from them is not."""
    monkeypatch.setattr(kept, "SALT", str(uuid.uuid4()))
    DrawnOnce.forget()
