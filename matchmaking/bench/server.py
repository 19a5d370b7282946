"""The web server as `bin/up` runs it, with production settings, as a child of the bench; and one client that stays connected."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, perf_counter, sleep

from django.conf import settings
from django.db import connection

from stagematch.runtime.errors import OperatorError
from stagematch.runtime.processes import die_with_parent, free_port, stop_process

START_SECONDS = 120
_TICKS = os.sysconf("SC_CLK_TCK")


class Web:
    """A running server and a connection to it."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        """Wrap a server that answers on `port`."""
        self._port = port
        self._process = process
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, address: str, cookie: str = "") -> tuple[int, float]:
        """Ask for a page; return the status and the seconds until its last byte. Connects again when the server hung up."""
        headers = {"Cookie": cookie} if cookie else {}
        for _attempt in range(2):
            began = perf_counter()
            try:
                self._connection.request("GET", address, headers=headers)
                response = self._connection.getresponse()
                response.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
            else:
                return response.status, perf_counter() - began
        raise OperatorError(f"The server hung up at {address}.")

    def cpu_seconds(self) -> float:
        """Return what the processes of the server computed so far (Linux; the database is not in it)."""
        return sum(_cpu(pid) for pid in _family(self._process.pid))


@contextlib.contextmanager
def running() -> Iterator[Web]:
    """Start the server on a free port, with the data and Redis of this process, and stop it afterwards.

    Production settings, but for what needs https. Raises OperatorError when it does not answer in time.
    """
    folder = Path(tempfile.mkdtemp(prefix="stagematch-bench-"))
    port = free_port()
    environment = {
        **os.environ,
        "STAGEMATCH_ENV": "production",
        "DJANGO_SETTINGS_MODULE": "stagematch.settings",
        "SECRET_KEY": settings.SECRET_KEY,  # it signs the sessions we made
        "DATABASE_URL": _database_url(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_COOKIES": "false",
        "STATIC_ROOT": str(folder / "static"),
        "STAGEMATCH_MAILBOX_DIR": "",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }
    log = (folder / "web.log").open("wb")
    try:
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            cwd=settings.BASE_DIR, env=environment, check=True, stdout=log, stderr=log,
        )  # fmt: skip
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [
                *(sys.executable, "-m", "gunicorn", "stagematch.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"),
                *("--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--keep-alive", "30"),
                *("--no-control-socket", "--access-logfile", "-", "--access-logformat", "%(m)s %(U)s %(s)s %(M)s ms"),
            ],
            cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        try:
            web = Web(port, process)
            _wait(web, process, folder / "web.log")
            yield web
        finally:
            stop_process(process, signal.SIGTERM, 10)
    finally:
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(web: Web, process: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end and process.poll() is None:
        with contextlib.suppress(OperatorError, OSError):
            if web.get("/gezond/")[0] == 200:
                return
        sleep(0.2)
    raise OperatorError(f"The web server did not answer: {log.read_text(errors='replace')[-2000:]}")


def _database_url() -> str:
    """The database of this process, which in a test is another one than the environment says."""
    s = connection.settings_dict
    secret = f":{s['PASSWORD']}" if s["PASSWORD"] else ""
    return f"postgres://{s['USER']}{secret}@{s['HOST']}:{s['PORT']}/{s['NAME']}"


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
