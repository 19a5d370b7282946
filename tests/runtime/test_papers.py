"""The commands and settings that the documents name are the real ones."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.runtime.test_shipping import DOCUMENTED

ROOT = Path(__file__).resolve().parent.parent.parent
PAPERS = [path for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if path.is_file()]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_named_programs_exist(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    programs = set(re.findall(r"(?<![\w./-])((?:bin|deploy|\.ci)/[a-z][a-z-]*)(?![\w./-])", text))
    assert [name for name in sorted(programs) if not (ROOT / name).exists()] == []
    commands = set(re.findall(r"(?:manage\.py|bin/manage) ([a-z][a-z_]+)", text))
    assert commands <= set(get_commands())


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_named_settings_exist(paper: Path) -> None:
    """Every name that looks like one of ours and stands in code style is in .env.example."""
    text = paper.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:STAGEMATCH|EMAIL|WEB|WORKER|SITE|ACME|DATABASE|REDIS)_[A-Z_]+)`", text))
    assert {name for name in named if not name.endswith("_")} <= DOCUMENTED


ROOMS = ("stagematch", "organisations", "students", "placements", "matchmaking", "shortages", "roadshows")
FOLDERS = (*ROOMS, "docs", "locale", "static", "templates", "tests", "tools")
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
]


def is_file(name: str) -> bool:
    """Whether it is there: a whole path, or the end of one, as in `dossier/page.py`."""
    return (ROOT / name).exists() or any(path.endswith(f"/{name.rstrip('/')}") for path in FILES)


def is_code(name: str) -> bool:
    """Whether a dotted name leads to a module, and what follows that is written in it."""
    parts = name.split(".")
    for at in range(len(parts), 0, -1):
        module = "/".join(parts[:at])
        inside = [path for path in FILES if path == f"{module}.py" or path.startswith(f"{module}/")]
        if inside:
            text = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in inside if path.endswith(".py"))
            return all(re.search(rf"\b{part}\b", text) for part in parts[at:])
    return False


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_named_files_exist(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    named = re.findall(r"`([\w-][\w.-]*(?:/[\w.-]+)*\.(?:py|html|css|js|csv|md|po|svg|typ))`", text)
    named += re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`", text)
    assert [name for name in sorted(set(named)) if not is_file(name)] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_named_code_exists(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)(?:\(\))?`", text)
    assert [name for name in sorted(set(named)) if not is_code(name)] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []


def test_a_name_of_before_would_be_found() -> None:
    assert is_file("tests/runtime/test_papers.py")
    assert not is_file("tests/runtime/no_such_paper.py")
    assert is_code("stagematch.clock.today")
    assert not is_code("stagematch.clock.yesteryear")
    assert not is_code("stagematch_of_before.clock")
