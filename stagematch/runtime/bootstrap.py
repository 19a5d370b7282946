"""Makes the virtual environment from the lock file, then runs a module in it.

The only part that runs outside the virtual environment: standard library only, and started by
its path, so it imports nothing from stagematch.

    python -P stagematch/runtime/bootstrap.py MODULE [ARGUMENT...]
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = REPOSITORY / ".venv"
LOCK = REPOSITORY / "requirements.lock"
UV_LOCK = REPOSITORY / "requirements-uv.lock"
STAMP = ENVIRONMENT / "made-from.txt"
NEEDED_BYTES = 1_500_000_000
SECONDS_VARIABLE = "STAGEMATCH_ENVIRONMENT_SECONDS"


class BootstrapError(Exception):
    """The environment cannot be made; the message is one sentence that says what to do."""


def fingerprint() -> str:
    """Return what the environment must have been made from: the lock file and this Python."""
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {sys.platform}"
    return f"{python}\n{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"


def environment_python() -> Path:
    """Return the Python of the virtual environment."""
    return ENVIRONMENT / "bin" / "python"


def is_ready() -> bool:
    """Say whether the environment exists, works, and was made from the present lock file."""
    try:
        return STAMP.read_text(encoding="ascii") == fingerprint() and _runs([str(environment_python()), "-c", ""])
    except OSError:
        return False


def _runs(command: Sequence[str]) -> bool:
    try:
        answer = subprocess.run(list(command), capture_output=True, timeout=60, check=False)  # noqa: S603
        return answer.returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


class _Ticker:
    """Shows every ten seconds that a long step is still going on."""

    def __enter__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _tick(self) -> None:
        start = time.monotonic()
        while not self._done.wait(10):
            _say(f"      … {time.monotonic() - start:.0f} s")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _run(command: Sequence[str]) -> tuple[bool, str]:
    """Run a command with nothing to type and return whether it succeeded, and its output."""
    environment = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    if ssl.get_default_verify_paths().cafile:
        # Trust whom the system trusts (an office network may have its own authority), as pip does.
        environment.setdefault("UV_SYSTEM_CERTS", "true")
    try:
        answer = subprocess.run(  # noqa: S603
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=REPOSITORY,
            env=environment,
            check=False,
        )
    except OSError as error:
        return False, str(error)
    return answer.returncode == 0, answer.stdout


def _fail(what: str, output: str) -> BootstrapError:
    """Keep the whole output in a file, and say in one sentence what went wrong."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return BootstrapError("The disk is full: free some space (about 2 GB is needed) and start again.")
    log = REPOSITORY / ".local" / "environment.log"
    log.write_text(output, encoding="utf-8")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines or ["no explanation"]
    return BootstrapError(f"{what}: {errors[-1]} (all output: {log})")


def _make_environment() -> None:
    if _runs([str(environment_python()), "-c", ""]):
        made_with = STAMP.read_text(encoding="ascii").splitlines()[:1] if STAMP.exists() else []
        if made_with in ([], fingerprint().splitlines()[:1]):
            return  # the right Python, or somebody's own choice; only the packages need to be right
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    if importlib.util.find_spec("ensurepip"):
        worked, output = _run([sys.executable, "-m", "venv", str(ENVIRONMENT)])
    elif _runs(["uv", "--version"]):
        worked, output = _run(["uv", "venv", "--quiet", "--python", sys.executable, str(ENVIRONMENT)])
    else:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise BootstrapError(
            f"Python {version} ({sys.executable}) cannot make virtual environments: install its venv part "
            f"(Debian, Ubuntu: apt install python{version}-venv), or set STAGEMATCH_PYTHON to a complete Python."
        )
    if not worked:
        raise _fail("The virtual environment could not be made", output)


def _find_uv() -> str | None:
    """Return an installer that is ten times as fast as pip: the user's own, or one installed in .local/."""
    if _runs(["uv", "--version"]):
        return "uv"
    target = REPOSITORY / ".local" / "uv"
    own = target / "bin" / "uv"
    if not _runs([str(own), "--version"]):
        pip = [str(environment_python()), "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(target)]
        _run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(UV_LOCK)])
    return str(own) if _runs([str(own), "--version"]) else None


def _install() -> None:
    uv = _find_uv()
    if uv:
        worked, output = _run(
            [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(environment_python()), str(LOCK)]
        )
        if worked:
            return
        if "No space left on device" in output:
            raise _fail("", output)
    pip = [str(environment_python()), "-m", "pip"]
    if not _runs([*pip, "--version"]):
        _run([str(environment_python()), "-m", "ensurepip"])
    worked, output = _run([*pip, "install", "--quiet", "--require-hashes", "-r", str(LOCK)])
    if not worked:
        raise _fail("The packages could not be installed", output)


def prepare() -> None:
    """Bring the virtual environment in step with the lock file; quick when it already is.

    Raises BootstrapError when that cannot be done.
    """
    local = REPOSITORY / ".local"
    local.mkdir(exist_ok=True)
    with (local / "environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second waits for the first
        if is_ready():
            return
        if not ENVIRONMENT.exists() and shutil.disk_usage(REPOSITORY).free < NEEDED_BYTES:
            raise BootstrapError("The disk is almost full: free some space (about 2 GB is needed) and start again.")
        start = time.monotonic()
        _say("Python environment: installing what requirements.lock names (once, or after a change) …")
        with _Ticker():
            _make_environment()
            STAMP.unlink(missing_ok=True)
            _install()
        STAMP.write_text(fingerprint(), encoding="ascii")
        seconds = time.monotonic() - start
        os.environ[SECONDS_VARIABLE] = f"{seconds:.1f}"
        _say(f"Python environment: ready in {seconds:.1f} s")


def main(arguments: Sequence[str]) -> None:
    """Prepare the environment and become the given module in it. Does not return, except on failure."""
    try:
        prepare()
        python = str(environment_python())
        os.execv(python, [python, "-m", *arguments])  # noqa: S606 - our own module
    except BootstrapError as error:
        _say(f"stagematch: {error}")
    except KeyboardInterrupt:
        _say("stopped")
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            _say("stagematch: The disk is full: free some space (about 2 GB is needed) and start again.")
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            _say(f"stagematch: No permission for {error.filename}: was this folder first used by another user?")
        else:
            _say(f"stagematch: {error}")
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
