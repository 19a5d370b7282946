"""`bin/up`: everything starts, everything stops, and what goes wrong is one sentence."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from stagematch.runtime.processes import free_port, port_is_free, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
UP = [sys.executable, "-m", "stagematch.runtime.up"]


def run(command: Sequence[str], environment: dict[str, str], seconds: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        list(command), env=environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )


def one_sentence(answer: subprocess.CompletedProcess[str]) -> str:
    """The message on standard error, after checking that it is one line and the program failed."""
    assert answer.returncode == 1, answer.stdout + answer.stderr
    lines = answer.stderr.strip().splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("stagematch: ")
    return lines[0]


@pytest.mark.crossprocess
def test_up_runs_the_night_serves_pages_stops_completely_and_keeps_the_data(
    newcomer: dict[str, str], folder: Path
) -> None:
    port = free_port()
    with subprocess.Popen(  # noqa: S603
        [*UP, "--port", str(port)], env=newcomer, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as site:
        assert site.stdout
        output = ""
        for line in site.stdout:
            output += line
            if line.startswith("Running."):
                break
        assert f"http://localhost:{port}/" in output, output
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/gezond/db/", timeout=60) as answer:
            assert answer.status == 200
        second = run([*UP, "--port", str(free_port())], newcomer)
        assert f"already running from this folder on http://localhost:{port}/" in one_sentence(second)
        run_environment = (folder / "run.env").read_text()
        site.send_signal(signal.SIGTERM)
        rest = site.stdout.read()
        assert site.wait(120) == 0
    assert "Stopped; the data is kept." in rest
    used = [port, *(int(found) for found in re.findall(r"127\.0\.0\.1:(\d+)", run_environment))]
    assert len(used) >= 3
    assert wait_until(lambda: all(map(port_is_free, used)), seconds=60)

    again = run([*UP, "--once", "--port", str(free_port())], newcomer, 900)
    assert again.returncode == 0, again.stdout + again.stderr
    assert re.search(r"\d+ accounts kept from before", again.stdout)


def test_a_port_in_use_is_one_sentence(newcomer: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Port {port} is in use" in one_sentence(run([*UP, "--port", str(port)], newcomer))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://nobody:secret-word@127.0.0.1:9/none"),
        ("REDIS_URL", "redis://:secret-word@127.0.0.1:9/0"),
    ],
)
def test_a_given_server_that_does_not_answer_is_one_sentence_without_its_password(
    name: str, value: str, newcomer: dict[str, str]
) -> None:
    sentence = one_sentence(run([*UP, "--port", "0"], {**newcomer, name: value}))
    assert name in sentence
    assert "secret-word" not in sentence


def test_reset_leaves_a_given_database_alone(newcomer: dict[str, str]) -> None:
    answer = run([*UP, "--port", "0", "--reset"], {**newcomer, "DATABASE_URL": os.environ["DATABASE_URL"]})
    assert "empty the database in DATABASE_URL yourself" in one_sentence(answer)


def test_no_permission_is_one_sentence(newcomer: dict[str, str], folder: Path) -> None:
    (folder / "running.lock").mkdir()
    assert "running.lock" in one_sentence(run([*UP, "--port", "0"], newcomer))
