"""What every test can use; the servers themselves are started by `tests/servers.py`."""

import uuid
from typing import Any

import pytest
from django.db.models.signals import post_migrate
from factory.declarations import Iterator
from hypothesis import HealthCheck, settings

from matchmaking import fit, names, refusal
from matchmaking.services import current_policy
from shortages import stored
from stagematch.links import views as link_views
from stagematch.mail import services as mail_services
from stagematch.ui import kept
from stagematch.ui.drawn import DrawnOnce
from tests import factories

pytest_plugins = ["tests.cast"]

# How long an example takes says how busy the machine is; what must be quick has a test that counts its own time.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def first_policy(sender: Any, **_more: Any) -> None:
    """Give a database that was flushed the one row that the migrations make: without it a page asks three times more."""
    if sender.name == "matchmaking":
        current_policy()


post_migrate.connect(first_policy, dispatch_uid="tests.first_policy")  # sent after each flush too

FACTORIES: list[Any] = [
    made for made in vars(factories).values() if isinstance(made, type) and hasattr(made, "reset_sequence")
]


@pytest.fixture(autouse=True)
def same_names() -> None:
    """Give the factories the names and numbers they begin with, so that a test has the same rows whatever ran before.

    Otherwise 'Roc 9' comes after 'Roc 10' and 'Verzonnen3' is found in 'Verzonnen31' in one run of many.
    """
    for maker in FACTORIES:
        maker.reset_sequence(0, force=True)
        for declared in maker._meta.pre_declarations.as_dict().values():
            if isinstance(declared, Iterator):
                declared.reset()


@pytest.fixture(autouse=True)
def no_rows_of_before() -> None:
    """Forget what this process keeps of rows: they are rolled back, and after a flush keys begin at 1 again."""
    names._kept.clear()
    refusal.night_of.cache_clear()
    fit.forget_policy()
    stored._cache.clear()


@pytest.fixture(autouse=True)
def fresh_filter_options(request):
    """Choices of the filters outlive a test in the cache, while their rows are rolled back."""
    has_rows = {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db")
    if has_rows:
        from placements.browse import options

        options.forget()


@pytest.fixture(autouse=True)
def queue_is_there(monkeypatch) -> None:
    """Hand mail over at once, also when the queue was away for a moment in the test before: it then rests half a minute."""
    monkeypatch.setattr(mail_services, "_queue_rests_until", 0.0)


@pytest.fixture(autouse=True)
def own_link_counters(monkeypatch) -> None:
    """Count the visits of secret links per test: all tests come from one address, and its limit is per minute."""
    monkeypatch.setattr(link_views, "COUNTERS", f"test-{uuid.uuid4()}")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch) -> None:
    """Let no test get what another one kept: rows are rolled back, and what was drawn from them is not."""
    monkeypatch.setattr(kept, "SALT", str(uuid.uuid4()))
    DrawnOnce.forget()
