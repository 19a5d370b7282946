"""`bin/up`: from an empty machine to a matched night, and a site to look at."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from types import FrameType

from stagematch.runtime.errors import DISK_FULL, OperatorError, disk_full, explain_os_error
from stagematch.runtime.messages import compile_catalogues
from stagematch.runtime.paths import REPOSITORY, local_dir, state_dir
from stagematch.runtime.processes import Child, die_with_parent, free_port, port_is_free, stop_process
from stagematch.runtime.servers import Servers, check_given_servers, given, only_one, read_dotenv

RUN_ENVIRONMENT = "run.env"
SHARED_VARIABLES = (
    "STAGEMATCH_ENV",
    "DATABASE_URL",
    "REDIS_URL",
    "BASE_URL",
    "MEDIA_ROOT",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "STAGEMATCH_MAILBOX_DIR",
)
ACCESS_LOG = "%(m)s %(U)s %(s)s %(M)s ms"  # no query string and no address: logs hold no personal data


def say(text: str = "") -> None:
    """Write one line to the screen at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Steps:
    """Counts the steps aloud, and tells how long each took."""

    def __init__(self, total: int) -> None:
        """Count to `total`."""
        self.total = total
        self.number = 0

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Announce a step; what is added to the list is said when it is done."""
        self.number += 1
        say(f"[{self.number}/{self.total}] {what} …")
        start = time.monotonic()
        remarks: list[str] = []
        yield remarks
        say(f"      done in {time.monotonic() - start:.1f} s" + "".join(f"; {remark}" for remark in remarks))


def run(command: Sequence[str], *, show: bool) -> str:
    """Run one command to its end and return its output, which is also shown when asked.

    Raises OperatorError when it fails.
    """
    lines: list[str] = []
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *command],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    assert process.stdout is not None  # noqa: S101 - stdout=PIPE above
    try:
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            lines.append(line)
            if show:
                say(f"      {line}")
        process.wait()
    finally:
        stop_process(process, signal.SIGTERM, 10)
        process.stdout.close()
    output = "\n".join(lines)
    if process.returncode:
        if disk_full(output):
            raise OperatorError(DISK_FULL)
        log = local_dir() / "log" / "failed.log"
        log.write_text(output, encoding="utf-8")
        reason = next((line for line in reversed(lines) if line.strip()), f"exit code {process.returncode}")
        raise OperatorError(f"'{' '.join(command)}' failed: {reason} (all output: {log})")
    return output


def manage(*arguments: str, show: bool = True) -> str:
    """Run a management command; see `run`."""
    return run(["manage.py", *arguments], show=show)


class Site:
    """The processes that together are the site."""

    def __init__(self, port: int, *, reload: bool) -> None:
        """Describe the site on `port`; nothing is started yet."""
        self.port = port
        self.reload = reload
        self.children: list[Child] = []
        self.worker_name = f"stagematch-{os.getpid()}@local"

    def _start(self, name: str, *command: str) -> None:
        log = local_dir() / "log" / f"{name}.log"
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:You're running the worker"}
        self.children.append(Child(name, [sys.executable, *command], env=environment, cwd=REPOSITORY, log=log))

    def start_warming(self) -> None:
        """Start compiling the matching engine, which takes a while, beside all the rest."""
        self._start("engine", "-m", "matchmaking.engine", "warm")

    def wait_for_warming(self) -> None:
        """Wait until the engine is compiled.

        Raises OperatorError when that failed.
        """
        engine = self.children[0]
        if engine.process.wait() == 0:
            engine.stop()
            self.children.remove(engine)
        else:
            self.check()

    def start_mailbox(self) -> None:
        """Start the mail server that keeps messages, unless a real one was given."""
        if given("EMAIL_HOST"):
            return
        port = free_port()
        os.environ.update(EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port))
        folder = os.environ.setdefault("STAGEMATCH_MAILBOX_DIR", str(local_dir() / "mailbox"))
        self._start("mail", "-m", "stagematch.runtime.smtp_sink", "--port", str(port), "--dir", folder)

    def start_rest(self) -> None:
        """Start web server, worker and beat."""
        web = ["-m", "gunicorn", "stagematch.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        web += ["--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"]
        web += ["--no-control-socket", "--access-logfile", "-", "--access-logformat", ACCESS_LOG]
        self._start("web", *web, *(["--reload"] if self.reload else []))
        worker = ["worker", "--hostname", self.worker_name, "--concurrency", "2", "--loglevel", "INFO"]
        self._start("worker", "-m", "celery", "-A", "stagematch", *worker, "--without-gossip", "--without-mingle")
        beat = ["beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(local_dir() / "beat-schedule")]
        self._start("beat", "-m", "celery", "-A", "stagematch", *beat)

    def check(self) -> None:
        """Raise OperatorError when one of the processes has stopped by itself."""
        for child in self.children:
            if child.exit_code is not None:
                time.sleep(0.3)  # its last words
                last = "\n".join(f"{child.name:<8}| {line}" for line in child.last_lines)
                if disk_full(last):
                    raise OperatorError(DISK_FULL)
                if child.mute and last:
                    say(last)
                raise OperatorError(
                    f"The {child.name} process stopped by itself (exit code {child.exit_code}); "
                    f"its log is {local_dir() / 'log' / child.name}.log."
                )

    def wait_for_web(self, seconds: float = 180) -> None:
        """Wait until the web server answers.

        Raises OperatorError when it does not in time.
        """
        end = time.monotonic() + seconds
        problem = ""
        while time.monotonic() < end:
            self.check()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/gezond/", timeout=5):
                    return
            except (urllib.error.URLError, OSError) as error:
                problem = str(error)
            time.sleep(0.2)
        raise OperatorError(f"The web server did not answer within {seconds:.0f} s: {problem}.")

    def wait_for_worker(self, seconds: float = 180) -> None:
        """Wait until our own worker answers a ping through the queue.

        Raises OperatorError when it does not in time.
        """
        from stagematch.celery import app

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            if app.control.ping(destination=[self.worker_name], timeout=1.0):
                app.close()
                return
        raise OperatorError(
            f"The worker did not answer within {seconds:.0f} s; see {local_dir() / 'log' / 'worker.log'}."
        )

    def stop(self) -> None:
        """Stop all of them, the last started first."""
        for child in self.children:
            child.mute = True
        for child in reversed(self.children):
            child.stop()
        self.children.clear()


def set_environment(port: int) -> None:
    """Fill in what a site for development needs and the operator did not set."""
    os.environ.setdefault("STAGEMATCH_ENV", "dev")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stagematch.settings")
    os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
    os.environ.setdefault("MEDIA_ROOT", str(local_dir() / "media"))
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the access log and the worker say enough


def write_run_environment() -> None:
    """Let `bin/manage` in another window find the same servers."""
    path = local_dir() / RUN_ENVIRONMENT
    path.touch(mode=0o600)
    path.write_text(
        "".join(f"{name}={os.environ[name]}\n" for name in SHARED_VARIABLES if name in os.environ), encoding="utf-8"
    )


def reset() -> None:
    """Remove all data that bin/up made.

    Raises OperatorError when the data lives in a server that is not ours to empty.
    """
    if given("DATABASE_URL"):
        raise OperatorError("--reset only removes bin/up's own data: empty the database in DATABASE_URL yourself.")
    for folder in (state_dir() / "postgres", state_dir() / "valkey", local_dir() / "media", local_dir() / "mailbox"):
        shutil.rmtree(folder, ignore_errors=True)
    for leftover in local_dir().glob("beat-schedule*"):
        leftover.unlink()


def prepare_data(steps: Steps) -> None:
    """Migrate, and load the demo data into an empty database."""
    with steps.step("Bringing the database up to date"):
        compile_catalogues()
        manage("migrate", "--no-input", "--verbosity", "0", show=False)
    with steps.step("Looking for data") as remarks:
        found = json.loads(run(["-m", "stagematch.runtime.probe"], show=False).splitlines()[-1])
        if found["people"]:
            remarks.append(f"{found['people']} accounts kept from before")
        else:
            say("      none yet: loading the demo data (invented people)")
            manage("load_demo", "--size", "small")


def tell(port: int, *, stays: bool) -> None:
    """Say where the site is, who can sign in, and what to try."""
    say()
    say(manage("demo_accounts", show=False))
    say()
    say(f"  The site:     http://localhost:{port}/")
    if os.environ.get("STAGEMATCH_MAILBOX_DIR"):
        say(f"  The mailbox:  http://localhost:{port}/postvak/   (every mail the site sends ends up here)")
    say()
    say("  What to try")
    say("  1. Sign in as the student and look at the proposals of tonight's matching, and why they fit.")
    say("  2. Apply for a stageplek; then sign in as the stagemakelaar and invite or reject from the queue.")
    say("  3. Read the mail about it in the mailbox.")
    say("  Management commands in another window: bin/manage check, bin/manage run_matching --via-worker, …")
    say()
    if stays:
        say("Running. Ctrl-C stops everything; starting again keeps the data; bin/up --reset begins anew.")


def follow(site: Site, servers: Servers) -> None:
    """Show what happens until told to stop.

    Raises OperatorError when a part stops by itself.
    """
    for child in site.children:
        child.mute = False
    while True:
        time.sleep(0.5)
        site.check()
        if dead := servers.dead():
            raise OperatorError(f"{dead} stopped by itself.")


def start(options: argparse.Namespace) -> None:
    """Do what `bin/up` promises, and stop everything on the way out, however that comes."""
    port: int = options.port or free_port()
    began = time.monotonic()
    with only_one(f"http://localhost:{port}/"):
        if not port_is_free(port):
            raise OperatorError(
                f"Port {port} is in use by another program: choose another with bin/up --port {port + 1}"
            )
        if options.reset:
            reset()
        (local_dir() / "log").mkdir(exist_ok=True)
        set_environment(port)
        check_given_servers()
        servers, site = Servers(state_dir()), Site(port, reload=options.reload)
        steps = Steps(9)
        try:
            with steps.step("Python environment") as remarks:
                seconds = os.environ.pop("STAGEMATCH_ENVIRONMENT_SECONDS", "")
                remarks.append(f"installed in {seconds} s before this" if seconds else "was there")
            site.start_warming()
            with steps.step("PostgreSQL") as remarks:
                remarks.append(servers.start_postgres())
            with steps.step("Valkey (Redis)") as remarks:
                remarks.append(servers.start_valkey())
            prepare_data(steps)
            with steps.step("Preparing the matching engine (began meanwhile)"):
                site.wait_for_warming()
            with steps.step("Starting mailbox, web server, worker and beat"):
                site.start_mailbox()
                write_run_environment()
                site.start_rest()
            with steps.step("Waiting until they answer"):
                site.wait_for_web()
                site.wait_for_worker()
            with steps.step("Tonight's matching, through the worker"):
                manage("run_matching", "--via-worker")
            site.check()
            tell(port, stays=not options.once)
            say(f"Ready in {time.monotonic() - began:.0f} s.")
            if not options.once:
                follow(site, servers)
        finally:
            _ignore_signals()
            say("Stopping …")
            site.stop()
            servers.stop()
            (local_dir() / RUN_ENVIRONMENT).unlink(missing_ok=True)
            say("Stopped; the data is kept.")


def _ignore_signals() -> None:
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, signal.SIG_IGN)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Read the command line, start, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Starts stagematch with everything it needs, and runs tonight's matching once. "
        "DATABASE_URL and REDIS_URL, when set, name servers to use instead of our own.",
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (default 8000, 0: any free one)")
    parser.add_argument("--reset", action="store_true", help="remove all data first and begin anew")
    parser.add_argument("--once", "--check", action="store_true", help="do everything, then stop with exit code 0")
    parser.add_argument("--reload", action="store_true", help="restart the web server when code changes")
    options = parser.parse_args()
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, _stop)
    try:
        read_dotenv()
        start(options)
    except OperatorError as error:
        sys.stderr.write(f"stagematch: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"stagematch: {explain_os_error(error)}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
