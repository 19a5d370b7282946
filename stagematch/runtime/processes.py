"""Child processes: starting them so that none outlives us, reading their output, stopping them."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def is_running(pid: int, name: str | None = None) -> bool:
    """Say whether a process lives, and (on Linux) whether it is the program called `name`.

    A zombie counts as dead: where PID 1 reaps nobody, a killed server keeps its pid for ever.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not Path("/proc/self/stat").exists()
    command, _, rest = text.partition("(")[2].rpartition(")")
    if rest.split()[0] in {"Z", "X"}:
        return False
    return name is None or command == name


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Return a function that, run in a new child, makes Linux signal that child when its parent dies.

    Other systems have no such promise; there the orderly stop is all there is.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def arrange() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(how))
            if os.getppid() != parent:
                os.kill(os.getpid(), how)

    return arrange


def stop_process(process: subprocess.Popen[bytes], how: signal.Signals, grace: float) -> None:
    """Ask a process to stop, wait `grace` seconds, then kill it and what it started."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


class Child:
    """A program of ours that runs beside us; each line it writes is shown with its name in front.

    It gets its own process group, so that Ctrl-C reaches only the supervisor, who stops the
    children in the right order. `mute` keeps lines off the screen (they still go to the log file).
    """

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        """Start the program; its output goes to `log` and to the screen."""
        self.name = name
        self.mute = True
        self.last_lines: deque[str] = deque(maxlen=15)
        self._log = log.open("ab")
        self.process = subprocess.Popen(  # noqa: S603 - our own fixed commands
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._pump = threading.Thread(target=self._read, name=f"log-{name}", daemon=True)
        self._pump.start()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - stdout=PIPE above
        for raw in self.process.stdout:
            with contextlib.suppress(OSError, ValueError):
                self._log.write(raw)
                self._log.flush()
            line = raw.decode("utf-8", "replace").rstrip()
            self.last_lines.append(line)
            if not self.mute:
                with contextlib.suppress(OSError, ValueError):
                    sys.stdout.write(f"{self.name:<8}| {line}\n")
                    sys.stdout.flush()

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()

    def stop(self, grace: float = 10) -> None:
        """Stop it, politely first."""
        stop_process(self.process, signal.SIGTERM, grace)
        self._pump.join(2)
        self._log.close()


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Wait until the condition holds; False when it did not within that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
