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
