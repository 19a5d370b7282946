"""`bin/test`: every check and test, on servers of its own.

The last line is `N passed, N failed`, in which each check (lint, types, …) counts for one. A test
that is skipped counts as failed: what cannot run here has not been tested. A browser test that fails
is tried once more and named (RERUN) when that helps; no other test gets a second chance.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stagematch.runtime.errors import OperatorError, explain_os_error
from stagematch.runtime.messages import compile_catalogues
from stagematch.runtime.paths import REPOSITORY
from stagematch.runtime.servers import check_given_servers, throw_away_servers

ROOMS = [*sorted(path.parent.name for path in REPOSITORY.glob("*/apps.py")), "stagematch"]
CHECKS: dict[str, Sequence[str]] = {
    "ruff check": ("-m", "ruff", "check", "--quiet", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "--quiet", "."),
    # Not the tests of the rooms: they build on factory_boy, whose classes turn into models where mypy cannot see it.
    "mypy": ("-m", "mypy", *ROOMS, "manage.py", "tests/runtime"),
    "import rules": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
    "deploy settings": ("manage.py", "check", "--fail-level", "ERROR"),
}
PARTS = ("lint", "unit", "browser")
# A browser is a program of its own, on a machine that also runs the server and the database: it can be late once.
SECOND_TRY = ("--reruns", "1", "-rfER")


@dataclass
class Tally:
    """How many checks and tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def line(self) -> str:
        """Return the last line of the run."""
        skipped = f", {self.skipped} skipped (counted as failed)" if self.skipped else ""
        return f"{self.passed} passed, {self.failed + self.skipped} failed{skipped}"


def say(text: str) -> None:
    """Write one line to the screen at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _check(name: str, command: Sequence[str], tally: Tally) -> None:
    start = time.monotonic()
    answer = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *command],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    worked = answer.returncode == 0
    say(f"{'ok    ' if worked else 'FAILED'}  {name} ({time.monotonic() - start:.1f} s)")
    if worked:
        tally.passed += 1
    else:
        tally.failed += 1
        say(answer.stdout.rstrip())


def _pytest(arguments: Sequence[str], tally: Tally) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
        answer = subprocess.run(command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
        if not report.is_file():
            tally.failed += 1
            return
        passed = failed = 0
        for suite in ElementTree.parse(report).iter("testsuite"):  # noqa: S314 - pytest wrote it just now
            total, bad, skipped = (
                int(suite.get("tests", "0")),
                int(suite.get("failures", "0")) + int(suite.get("errors", "0")),
                int(suite.get("skipped", "0")),
            )
            passed += total - bad - skipped
            failed += bad
            tally.skipped += skipped
    if answer.returncode and not failed:
        failed = 1  # nothing collected, or pytest itself failed
    tally.passed += passed
    tally.failed += failed


def run_parts(parts: Sequence[str], pytest_arguments: Sequence[str]) -> Tally:
    """Run the chosen parts one after another, also when one fails, and return the tally."""
    tally = Tally()
    os.environ.setdefault("STAGEMATCH_ENV", "test")
    compile_catalogues()
    check_given_servers()
    with throw_away_servers():
        if "lint" in parts:
            for name, command in CHECKS.items():
                _check(name, command, tally)
        if "unit" in parts:
            _check("matching engine warmed", ("-m", "matchmaking.engine", "warm"), tally)
            _pytest(["-n", "2", "-m", "not browser", *pytest_arguments], tally)
        if "browser" in parts:
            _check("browser found", ("-m", "tests.e2e.browser"), tally)
            _pytest(["-n", "2", "-m", "browser", *SECOND_TRY, *pytest_arguments], tally)
    return tally


def main() -> int:
    """Read the command line, run, print the tally, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Runs lint, types, import rules, the migrations check, and all tests on throw-away servers; "
        "DATABASE_URL and REDIS_URL, when set, name servers to use instead.",
    )
    parser.add_argument("parts", nargs="*", help=f"only these of: {', '.join(PARTS)} (default: all)")
    parser.add_argument("-k", metavar="EXPRESSION", help="passed on to pytest")
    parser.add_argument("-x", action="store_true", help="passed on to pytest: stop at the first failure")
    parser.add_argument("--seed", type=int, help="the order of an earlier run, which said it (default: a new one)")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]}; choose from {', '.join(PARTS)}")
    seed = random.randrange(2**32) if options.seed is None else options.seed  # noqa: S311 - an order, no secret
    extra = [*(["-k", options.k] if options.k else []), *(["-x"] if options.x else []), f"--randomly-seed={seed}"]
    start = time.monotonic()
    say(f"tests in the order of --seed {seed}")
    try:
        tally = run_parts(options.parts or PARTS, extra)
    except OperatorError as error:
        sys.stderr.write(f"stagematch: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"stagematch: {explain_os_error(error)}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"finished in {time.monotonic() - start:.0f} s")
    say(tally.line())
    return 1 if tally.failed or tally.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
