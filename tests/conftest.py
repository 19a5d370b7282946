"""What every test can use; the servers themselves are started by `tests/servers.py`."""

import pytest

pytest_plugins = ["tests.cast"]


@pytest.fixture(autouse=True)
def fresh_filter_options(request):
    """Choices of the filters outlive a test in the cache, while their rows are rolled back."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from placements.browse import options

        options.forget()
