"""The database and the queue that a command needs: given by the environment, or our own."""

import contextlib
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from stagematch.runtime.errors import OperatorError
from stagematch.runtime.paths import REPOSITORY, local_dir, state_dir
from stagematch.runtime.postgres import Postgres
from stagematch.runtime.valkey import Valkey


def read_dotenv() -> None:
    """Let `.env` fill in what the environment does not say, as Django's settings do."""
    import environ

    if (REPOSITORY / ".env").is_file():
        environ.Env.read_env(str(REPOSITORY / ".env"))


def given(name: str) -> bool:
    """Say whether the operator set this variable, directly or as a file (`NAME_FILE`)."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


@contextlib.contextmanager
def only_one(address: str = "") -> Iterator[None]:
    """Hold the lock of this checkout's data; the lock goes when the process does.

    Raises OperatorError when another program holds it.
    """
    path = local_dir() / "running.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who, _, where = lock.read().strip().partition(" ")
            at = f" on {where}" if where else ""
            raise OperatorError(
                f"stagematch is already running from this folder{at} (process {who or 'unknown'}): "
                "use that one, or stop it first."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {address}")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def check_given_servers() -> None:
    """Raise OperatorError when a server from the environment does not answer."""
    if given("DATABASE_URL") and os.environ.get("DATABASE_URL"):
        import psycopg

        try:
            psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5).close()
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise OperatorError(f"DATABASE_URL is set but cannot be used: {reason}") from None
    if os.environ.get("REDIS_URL"):
        parts = urlsplit(os.environ["REDIS_URL"])
        if parts.scheme in {"redis", "rediss"}:
            try:
                socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=5).close()
            except OSError as error:
                where = f"{parts.hostname}:{parts.port or 6379}"
                raise OperatorError(f"REDIS_URL is set but nothing answers on {where}: {error}") from None


class Servers:
    """Own PostgreSQL and Valkey for whatever the environment does not give; sets the variables."""

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        """Keep the data in `folder`; nothing is started yet."""
        self.postgres = None if given("DATABASE_URL") else Postgres(folder / "postgres", throw_away=throw_away)
        self.valkey = None if given("REDIS_URL") else Valkey(folder / "valkey", throw_away=throw_away)

    def start_postgres(self) -> str:
        """Start PostgreSQL unless one was given; return a word about which one is used."""
        if self.postgres is None:
            return "the one in DATABASE_URL"
        os.environ["DATABASE_URL"] = self.postgres.start(state_dir())
        return f"own server, data in {self.postgres.folder}"

    def start_valkey(self) -> str:
        """Start Valkey unless one was given; return a word about which one is used."""
        if self.valkey is None:
            return "the one in REDIS_URL"
        os.environ["REDIS_URL"] = self.valkey.start()
        return f"own server, data in {self.valkey.folder}"

    def stop(self) -> None:
        """Stop what was started here."""
        if self.valkey is not None:
            self.valkey.stop()
        if self.postgres is not None:
            self.postgres.stop()

    def dead(self) -> str | None:
        """Return the name of a server of ours that stopped by itself, if any."""
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if server is not None and server.process is not None and server.process.poll() is not None:
                return f"{name} ({server.log})"
        return None


@contextlib.contextmanager
def throw_away_servers() -> Iterator[None]:
    """Servers for one command, gone with all their data afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=state_dir()))
    folder.chmod(0o711)
    servers = Servers(folder, throw_away=True)
    try:
        servers.start_postgres()
        servers.start_valkey()
        yield
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
