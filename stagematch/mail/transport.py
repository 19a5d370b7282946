"""The worker's side of the courier (`mail.courier`): one per process, started when first needed."""

import atexit
import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.message import sanitize_address
from django.db import connection

from stagematch.mail.models import OutgoingMail

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
SCRIPT = Path(__file__).with_name("courier.py")
_lock = threading.Lock()
_current: "Courier | None" = None


class CourierGoneError(Exception):
    """The courier died with a mail in hand; what became of that mail is in its row."""


class Courier:
    """A running courier. Not shared between processes: a fork starts its own."""

    def __init__(self, config: str) -> None:
        self.config = config
        self.pid = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 -- our own script, no shell
            [sys.executable, "-P", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.process.wait()  # it has forked itself away; what we started only did that
        assert self.process.stdout is not None  # noqa: S101 -- a pipe was asked for
        self.courier_pid = int(self.process.stdout.readline() or 0)
        self._write(config)

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None  # noqa: S101 -- a pipe was asked for
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Hand over one job and wait for the answer; raises CourierGoneError."""
        assert self.process.stdout is not None  # noqa: S101 -- a pipe was asked for
        try:
            self._write(json.dumps(job))
            answer = self.process.stdout.readline()
        except OSError as error:
            raise CourierGoneError from error
        if not answer:
            raise CourierGoneError
        found: dict[str, Any] = json.loads(answer)
        return found

    def dismiss(self) -> None:
        """Hang up; it finishes what it has and leaves."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


def dismiss() -> None:
    """Let the courier of this process go; the next mail starts another. Runs when the process ends by itself."""
    global _current
    with _lock:
        if _current is not None and _current.pid == os.getpid():
            _current.dismiss()
        _current = None


atexit.register(dismiss)


def courier_pid() -> int:
    """Return the process number of this process's courier; 0 when none is running."""
    return _current.courier_pid if _current is not None else 0


def is_used() -> bool:
    """Whether mail goes by courier: over SMTP, and not from inside a transaction, whose rows nobody else can see."""
    return settings.MAIL_COURIER and settings.EMAIL_BACKEND == SMTP_BACKEND and not connection.in_atomic_block


def carry(mail: OutgoingMail, message: Any, after: dict[str, Any]) -> dict[str, Any]:
    """Let the courier send a mail and write `after` in its row; return its answer. Raises CourierGoneError."""
    global _current
    charset = message.encoding or settings.DEFAULT_CHARSET
    job = {
        "id": mail.pk,
        "sender": sanitize_address(message.from_email, charset),
        "to": sanitize_address(mail.to_email, charset),
        "data": base64.b64encode(message.message().as_bytes(linesep="\r\n")).decode("ascii"),
        "after": after,
    }
    with _lock:
        config = _config()
        if _current is not None and (_current.pid != os.getpid() or _current.config != config):
            _current.dismiss()  # after a fork these are our copies of its pipes; its own process keeps the others
            _current = None
        if _current is None:
            _current = Courier(config)
        try:
            return _current.ask(job)
        except CourierGoneError:
            _current.dismiss()
            _current = None
            raise


def _config() -> str:
    """What a courier needs to know. It goes through a pipe: a command line or environment could be read by others."""
    parameters = connection.get_connection_params()
    database = {name: value for name, value in parameters.items() if isinstance(value, str | int | bool)}
    return json.dumps(
        {
            "database": database,
            "smtp": {
                "host": settings.EMAIL_HOST,
                "port": settings.EMAIL_PORT,
                "user": settings.EMAIL_HOST_USER,
                "password": settings.EMAIL_HOST_PASSWORD,
                "tls": settings.EMAIL_USE_TLS,
                "ssl": settings.EMAIL_USE_SSL,
                "timeout": settings.EMAIL_TIMEOUT,
            },
        }
    )
