"""What every test can use; the servers themselves are started by `tests/servers.py`."""

pytest_plugins = ["tests.cast"]
