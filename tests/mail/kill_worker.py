"""Kill the worker at random while mail is queued, and count what arrived: `python -m tests.mail.kill_worker --help`.

Everything is real: Postgres, Redis, a Celery worker with two processes, Celery beat, and a mail server that needs a
moment for each mail. Every other kill is aimed at the moment between the final dot and
the server's answer, the others fall anywhere. The worker gets SIGKILL, its main process alone or with every process below it, and is started
again at once. A mail that arrived twice is one Message-ID twice.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Result:
    """What one round, or all of them, came to."""

    queued: int = 0
    kills: int = 0
    arrived: Counter[str] = field(default_factory=Counter)
    uncertain: int = 0
    worker_gone: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        return self.queued - len(self.arrived)

    @property
    def double(self) -> int:
        return sum(n - 1 for n in self.arrived.values())

    def line(self, name: str) -> str:
        """One line for people."""
        return (
            f"{name}: {self.queued} queued, {self.kills} kills, {self.lost} lost, {self.double} double, "
            f"{self.worker_gone} finished without a worker, {self.uncertain} uncertain, {self.seconds:.0f} s"
        )


class SlowServer:
    """Takes every mail, a few milliseconds late, so that many kills fall between the dot and the answer."""

    def __init__(self, seed: int) -> None:
        self.arrived: Counter[str] = Counter()
        self.random = random.Random(seed)
        self.wanted, self.caught, self.killed = threading.Event(), threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        self.arrived[str(message_from_bytes(envelope.original_content or b"")["Message-ID"])] += 1
        if self.wanted.is_set():  # a kill between the dot and the answer: where a mail can come twice
            self.wanted.clear()
            self.caught.set()
            ends = time.monotonic() + 2  # less than MAIL_STUCK_SECONDS
            while not self.killed.is_set() and time.monotonic() < ends:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.25)
        await asyncio.sleep(self.random.uniform(0, 0.012))
        return "250 OK"


class Site:
    """The worker and beat of a site, on the database and Redis of this process."""

    def __init__(self, smtp_port: int, folder: Path, *, courier: bool) -> None:
        from django.conf import settings
        from django.db import connection

        parts = connection.settings_dict
        secret = f":{parts['PASSWORD']}" if parts["PASSWORD"] else ""
        self.env = {
            **os.environ,
            "STAGEMATCH_ENV": "dev",
            "DATABASE_URL": f"postgres://{parts['USER']}{secret}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}",
            "REDIS_URL": settings.REDIS_URL,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(smtp_port),
            "MAIL_COURIER": str(courier),
            "MAIL_SWEEP_SECONDS": "1.5",
            "MAIL_STUCK_SECONDS": "4",
        }
        self.log = (folder / "worker.log").open("ab")
        self.folder = folder
        self.worker: subprocess.Popen[bytes] | None = None
        self.beat = self._start("beat", "--schedule", str(folder / "beat"), "--pidfile=")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "stagematch", *arguments, "--loglevel", "WARNING"]
        return subprocess.Popen(  # noqa: S603 -- our own command, no shell
            command, cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def start_worker(self) -> None:
        self.worker = self._start(
            "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"
        )

    def processes(self, *, everything: bool) -> list[int]:
        """Return whom to kill: the main process, or that and every process below it. Looked up first: it takes a while."""
        assert self.worker is not None
        return [self.worker.pid, *(_below(self.worker.pid) if everything else [])]

    def kill_worker(self, victims: list[int]) -> None:
        """SIGKILL to all of them at once."""
        assert self.worker is not None
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.worker.wait()

    def logged(self, word: str) -> int:
        return (self.folder / "worker.log").read_bytes().count(word.encode())

    def stop(self) -> None:
        for process in (self.worker, self.beat):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # all mail is out: no reason to wait for a polite goodbye
                process.wait()
        self.log.close()


def run_round(*, mails: int, kills: int, seed: int, courier: bool = True, limit: float = 120.0) -> Result:
    """Queue mails, kill the worker `kills` times while they go out, and wait until nothing is left to send."""
    from stagematch.celery import app
    from stagematch.mail.models import OutgoingMail
    from stagematch.mail.services import message_id

    chance = random.Random(seed)
    server = SlowServer(seed)
    began = time.monotonic()
    State = OutgoingMail.State  # noqa: N806 -- a class
    app.control.purge()
    controller = Controller(server, hostname="127.0.0.1", port=_free_port())
    controller.start()
    with tempfile.TemporaryDirectory(prefix="kill-worker-") as name:
        site = Site(controller.port, Path(name), courier=courier)
        try:
            site.start_worker()
            rows = [
                OutgoingMail(
                    key=f"kill:{seed}:{n}", template="probe", to_email=f"mens{n}@voorbeeld.example", subject=f"Mail {n}",
                    body_text="Hallo\n", body_html="<p>Hallo</p>\n", message_id=message_id(f"kill:{seed}:{n}"),
                )
                for n in range(mails)
            ]  # fmt: skip
            OutgoingMail.objects.filter(key__startswith=f"kill:{seed}:").delete()  # of a run that was broken off
            OutgoingMail.objects.bulk_create(rows)
            from stagematch.mail.tasks import deliver_mail

            for row in rows:
                deliver_mail.apply_async((row.pk,))
            for number in range(kills):
                # Not before this worker sends, and then at any moment.
                _wait(lambda least=(number + 1) * mails // (kills + 3): sum(server.arrived.values()) >= least, limit)
                if (seed + number) % 2:
                    victims = site.processes(everything=chance.random() < 0.5)
                    time.sleep(chance.uniform(0, 0.4))
                    site.kill_worker(victims)
                else:
                    victims = site.processes(everything=True)
                    server.caught.clear()
                    server.killed.clear()
                    server.wanted.set()
                    server.caught.wait(limit)
                    site.kill_worker(victims)
                    server.killed.set()
                site.start_worker()
            mine = OutgoingMail.objects.filter(key__startswith=f"kill:{seed}:")
            _wait(lambda: not mine.exclude(state=State.SENT).exists(), limit)
            left = mine.exclude(state=State.SENT).count()
            result = Result(
                mails, kills, server.arrived, site.logged("mail.uncertain"), site.logged("mail.worker_gone")
            )
            assert left == 0 or result.lost, f"{left} rows are not marked as sent"
            mine.delete()
        finally:
            site.stop()
            controller.stop()
    result.seconds = time.monotonic() - began
    return result


def _below(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`, and theirs (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *_below(child)]
    return found


def _wait(is_true: Any, limit: float) -> None:
    ends = time.monotonic() + limit
    while not is_true() and time.monotonic() < ends:
        time.sleep(0.02)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run the rounds on the database of DATABASE_URL, whose name must start with `test`, and print what came of it."""
    parser = argparse.ArgumentParser(description="Kill the worker while mail is queued, and count what arrived.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--kills", type=int, default=1, help="per round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-courier", action="store_true", help="the control: let the worker speak SMTP itself")
    options = parser.parse_args()
    import logging

    import django

    django.setup()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    from django.db import connection

    if not str(connection.settings_dict["NAME"]).startswith("test"):
        parser.error("DATABASE_URL must name a database for tests; what is in its outbox is sent.")
    total = Result()
    for number in range(options.rounds):
        found = run_round(
            mails=options.mails, kills=options.kills, seed=options.seed + number, courier=not options.without_courier
        )
        sys.stdout.write(found.line(f"round {number + 1}") + "\n")
        sys.stdout.flush()
        total.queued += found.queued
        total.kills += found.kills
        total.arrived += found.arrived
        total.uncertain += found.uncertain
        total.worker_gone += found.worker_gone
        total.seconds += found.seconds
    sys.stdout.write(total.line("in all") + "\n")
    return 1 if total.lost or total.double else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stagematch.settings")
    raise SystemExit(main())
