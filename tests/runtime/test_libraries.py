"""The list of libraries is short, and each has its reason on one page."""

import re
import tomllib

import pytest

from stagematch.runtime.paths import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
RUNS = [re.split(r"[\[<>=]", line)[0] for line in PROJECT["project"]["dependencies"]]
IMPORTED_AS = {
    "django-allauth": "allauth",
    "django-csp": "csp",
    "django-environ": "environ",
    "django-filter": "django_filters",
    "django-pghistory": "pghistory",
    "django-pgtrigger": "pgtrigger",
    "tzdata": "zoneinfo",
}


def _sources() -> str:
    rooms = (
        "stagematch",
        "organisations",
        "students",
        "placements",
        "matchmaking",
        "shortages",
        "roadshows",
        "bin",
        "deploy",
    )
    files = [
        path for room in rooms for path in (REPOSITORY / room).rglob("*") if path.suffix in {".py", ".sh", ".conf", ""}
    ]
    files += [REPOSITORY / "Dockerfile", REPOSITORY / "docker-compose.yml"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())


@pytest.mark.parametrize("name", RUNS)
def test_a_library_has_its_reason_written_down(name: str) -> None:
    page = (REPOSITORY / "docs/decisions/0007-libraries.md").read_text(encoding="utf-8")
    words = {"psycopg": "psycopg 3", "django": "Django 5.2"}
    assert re.search(rf"(?<![\w-]){re.escape(words.get(name, name))}(?![\w-])", page)


def test_every_library_is_used() -> None:
    sources = _sources()
    unused = [
        name
        for name in RUNS
        if not re.search(rf"\b{re.escape(IMPORTED_AS.get(name, name.replace('-', '_')))}\b", sources)
    ]
    assert unused == []
