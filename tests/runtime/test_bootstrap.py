"""Finding a Python and making the virtual environment."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from stagematch.runtime import bootstrap

ROOT = Path(__file__).resolve().parent.parent.parent
FIND = "set -eu; . bin/lib.sh; find_python"


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def find_python(path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(path), **variables}
    return subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", FIND, "bin/up"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_shim_that_refuses_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    program(tmp_path / "python3.12", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path).stdout.strip() == str(tmp_path / "python3.12")


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        program(tmp_path / name, "exit 1")
    program(tmp_path / "python3", "exit 1")
    pyenv = tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin"
    pyenv.mkdir(parents=True)
    program(pyenv / "python3", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path).stdout.strip() == str(pyenv / "python3")


def test_the_operators_choice_comes_first(tmp_path: Path) -> None:
    program(tmp_path / "python3.13", f'exec {sys.executable} "$@"')
    program(tmp_path / "mine", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path, STAGEMATCH_PYTHON=str(tmp_path / "mine")).stdout.strip() == str(tmp_path / "mine")


def test_no_python_at_all_is_one_sentence() -> None:
    script = "set -eu; . bin/lib.sh; find_python() { return 1; }; in_environment stagematch.runtime.up"
    answer = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", script, "bin/up"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "Python 3.11 or newer was not found" in answer.stderr


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without an environment yet."""
    for name, path in {
        "REPOSITORY": tmp_path,
        "ENVIRONMENT": tmp_path / ".venv",
        "STAMP": tmp_path / ".venv" / "made-from.txt",
    }.items():
        monkeypatch.setattr(bootstrap, name, path)
    return tmp_path


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence that `main` writes when it cannot go on."""
    with pytest.raises(SystemExit):
        bootstrap.main(["this"])
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_a_full_disk_is_one_sentence(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    assert "disk is almost full" in complaint(capsys)


def test_a_disk_that_fills_up_while_installing_is_one_sentence(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "_run", lambda _: (False, "OSError: [Errno 28] No space left on device"))
    assert complaint(capsys) == (
        "stagematch: The disk is full: free some space (about 2 GB is needed) and start again."
    )


def test_a_python_without_venv_is_one_sentence(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(bootstrap, "_runs", lambda _: False)
    assert "cannot make virtual environments" in complaint(capsys)


def test_an_environment_is_only_made_again_when_the_lock_or_python_changes(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".venv" / "bin").mkdir(parents=True)
    program(elsewhere / ".venv" / "bin" / "python", "exit 0")
    assert not bootstrap.is_ready()
    bootstrap.STAMP.write_text(bootstrap.fingerprint())
    assert bootstrap.is_ready()
    lock = elsewhere / "requirements.lock"
    lock.write_text("something==1.0\n")
    monkeypatch.setattr(bootstrap, "LOCK", lock)
    assert not bootstrap.is_ready()
