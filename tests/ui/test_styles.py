"""The style sheets say nothing about what no page has: every class in them is in a template, a script or our code."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib import admin
from django.forms import renderers

ROOT = Path(__file__).resolve().parent.parent.parent
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
ROOMS = ("templates", "static/js", "stagematch", "organisations", "students", "placements", "matchmaking", "shortages")
DJANGO = [Path(admin.__file__).parent, Path(renderers.__file__).parent]
OF_SCRIPTS = {"select2-container--admin-autocomplete"}  # made by the admin's own scripts from a theme's name


def classes(sheet: str) -> set[str]:
    """The names of classes in selectors."""
    plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    selectors = re.findall(r"[^{};]+(?=\{)", plain)
    return {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}


@cache
def written() -> tuple[frozenset[str], frozenset[str]]:
    """Every word of templates, scripts and code, and what stands right before something that is filled in."""
    folders = [*(ROOT / room for room in (*ROOMS, "roadshows")), *DJANGO]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".js", ".py"}]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    begun = re.findall(r"([\w-]+)(?=\{\{|\{%|\{\w)|[\"']([\w-]+-)[\"']", text)
    return frozenset(re.findall(r"[\w-]+", text)), frozenset(first or second for first, second in begun)


def is_used(name: str) -> bool:
    """Whether it is written somewhere, or put together: `sm-rol-{{ rol }}`, `sm-h{{ level }}`."""
    words, begun = written()
    parts = [(name[:at], name[at:]) for at in range(4, len(name))]
    return name in words or any(
        first in begun and (first.endswith(("-", "_")) or rest.isdigit()) for first, rest in parts
    )


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_class_is_used(sheet: Path) -> None:
    assert sorted(name for name in classes(sheet.read_text(encoding="utf-8")) - OF_SCRIPTS if not is_used(name)) == []


def test_a_class_that_nobody_has_would_be_found() -> None:
    found = classes("/* .not-this */ @media (width > 1.5rem) { .sm-nobody:hover > .sm-h3, .sm-card { margin: .5rem } }")
    assert found == {"sm-nobody", "sm-h3", "sm-card"}
    assert [name for name in sorted(found) if not is_used(name)] == ["sm-nobody"]
