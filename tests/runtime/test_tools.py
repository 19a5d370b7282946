"""The smaller programs: the mail sink, health checks, the tally of `bin/test`."""

import email
import email.policy
import os
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from stagematch.runtime import checks, health
from stagematch.runtime.errors import DISK_FULL, explain_os_error
from stagematch.runtime.messages import compile_catalogues
from stagematch.runtime.processes import free_port, port_is_free, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A running mail sink: its port and its folder."""
    port, mailbox = free_port(), tmp_path / "mailbox"
    command = [sys.executable, "-m", "stagematch.runtime.smtp_sink", "--port", str(port), "--dir", str(mailbox)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        assert wait_until(lambda: not port_is_free(port), seconds=60)
        yield port, mailbox
        process.terminate()
        assert process.wait(60) == 0


def test_the_sink_keeps_each_message_whole_and_in_order(sink: tuple[int, Path]) -> None:
    port, mailbox = sink
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in (1, 2, 3):
            message = EmailMessage()
            message["From"], message["To"] = "noreply@stagematch.example", "zoe@demo.example"
            message["Subject"] = f"Uitnodiging {number} voor Zoë"
            message.set_content("Beste Zoë,\n.\n..een regel met punten\n")
            server.send_message(message, to_addrs=["zoe@demo.example", "stil@demo.example"])
    files = sorted(mailbox.iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert [message["Subject"] for message in read] == [f"Uitnodiging {n} voor Zoë" for n in (1, 2, 3)]
    assert read[0].get_all("X-Envelope-To") == ["zoe@demo.example", "stil@demo.example"]
    body = read[0].get_body()
    assert body
    assert body.get_content().replace("\r", "") == "Beste Zoë,\n.\n..een regel met punten\n"


def test_the_health_check_of_beat_wants_a_fresh_schedule(tmp_path: Path) -> None:
    assert not health.beat(tmp_path)
    (tmp_path / "schedule.db").touch()
    assert health.beat(tmp_path)
    long_ago = time.time() - 3600
    os.utime(tmp_path / "schedule.db", (long_ago, long_ago))
    assert not health.beat(tmp_path)


def test_the_health_check_of_the_web_server_fails_when_nothing_listens() -> None:
    assert not health.web(free_port())


def test_a_failing_a_skipped_and_a_broken_test_all_make_the_run_fail(tmp_path: Path) -> None:
    test = tmp_path / "test_example.py"
    test.write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "@pytest.mark.skip(reason='no')\n"
        "def test_skipped(): pass\n"
        "def test_broken(no_such_fixture): pass\n"
    )
    tally = checks.Tally()
    checks._pytest(["-p", "no:cacheprovider", str(test)], tally)
    assert (tally.passed, tally.failed, tally.skipped) == (1, 2, 1)
    assert tally.line() == "1 passed, 3 failed, 1 skipped (counted as failed)"


def test_a_second_try_counts_once_and_a_test_that_fails_twice_has_failed(tmp_path: Path) -> None:
    test = tmp_path / "test_example.py"
    test.write_text(
        "import pathlib\n"
        f"flag = pathlib.Path({str(tmp_path / 'flag')!r})\n"
        "def test_late_once():\n"
        "    first, _ = not flag.exists(), flag.touch()\n"
        "    assert not first\n"
        "def test_wrong(): assert False\n"
    )
    tally = checks.Tally()
    checks._pytest(["-p", "no:cacheprovider", *checks.SECOND_TRY, str(test)], tally)
    assert (tally.passed, tally.failed, tally.skipped) == (1, 1, 0)


def test_a_run_that_finds_no_tests_has_failed(tmp_path: Path) -> None:
    tally = checks.Tally()
    checks._pytest(["-p", "no:cacheprovider", str(tmp_path)], tally)
    assert (tally.passed, tally.failed) == (0, 1)


def test_catalogues_are_compiled_when_they_are_newer(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "plek"\nmsgstr "place"\n'
    )
    assert compile_catalogues(tmp_path) == [folder / "django.mo"]
    assert compile_catalogues(tmp_path) == []


def test_a_copy_that_fills_the_disk_is_one_short_sentence() -> None:
    error = shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'")] * 1000)
    assert str(explain_os_error(error)) == DISK_FULL
    assert len(str(explain_os_error(shutil.Error(["something else"] * 1000)))) < 400
