"""A pytest plugin: throw-away servers for a test run that was given none.

It is named in `addopts` (`-p tests.servers`) because Django's settings are read before any
conftest. With DATABASE_URL and REDIS_URL set, those servers are used and nothing is started.
Each xdist worker gets its own database (by pytest-django) and its own Redis database (here).
"""

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from stagematch.runtime.paths import state_dir
from stagematch.runtime.postgres import Postgres
from stagematch.runtime.valkey import Valkey

os.environ.setdefault("STAGEMATCH_ENV", "test")
# By number: a bare system cannot look up "localhost".
os.environ.setdefault("DJANGO_LIVE_TEST_SERVER_ADDRESS", "127.0.0.1")


def _start_missing_servers() -> None:
    state = state_dir()
    for left_behind in state.glob("test-*"):  # by a run that was killed
        if time.time() - left_behind.stat().st_mtime > 86400:
            shutil.rmtree(left_behind, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=state))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(folder / "postgres", throw_away=True)
        atexit.register(postgres.stop)
        os.environ["DATABASE_URL"] = postgres.start(state)
    if not os.environ.get("REDIS_URL"):
        valkey = Valkey(folder / "valkey", throw_away=True)
        atexit.register(valkey.stop)
        os.environ["REDIS_URL"] = valkey.start()


def _own_redis_database() -> None:
    """Give xdist worker gwN Redis database N + 1, so that workers do not eat each other's tasks."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        parts = urlsplit(os.environ["REDIS_URL"])
        os.environ["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{1 + int(worker.removeprefix('gw'))}"))


if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    _start_missing_servers()
_own_redis_database()
