"""Every address x method x role: how the matrix of `docs/access.csv` is asked for (quality.md, hook 2)."""

import csv
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

MATRIX = Path(__file__).resolve().parents[1] / "docs" / "access.csv"
ROLES = (
    "anonymous", "student", "other_student", "broker", "other_broker", "team_lead", "supervisor", "coordinator",
    "other_coordinator", "organiser", "observer", "admin",
)  # fmt: skip
METHODS = ("GET", "POST")
HEAD = ("pattern", "name", "method", *ROLES)


def patterns(resolver=None, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Yield (pattern, name) of every address, the admin's too."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield path, namespace + (entry.name or "")


def address(pattern: str, name: str, samples: dict[str, str]) -> str:
    """Turn a pattern into an address of something that exists and belongs to `student`, `broker` and `coordinator`."""
    path = pattern
    if found := re.match(r"beheer/(\w+)/(\w+)/<path:object_id>", pattern):
        app, model = found.groups()
        first = apps.get_model(app, model)._default_manager.order_by("pk").first()
        path = path.replace("<path:object_id>", str(first.pk if first else 1))
    path = path.replace("^(?P<app_label>", "(?P<app_label>")
    path = re.sub(r"\(\?P<app_label>[^)]*\)", "placements", path)
    path = path.replace("^(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "abc-def").replace("^password/", "password/")
    path = re.sub(r"\(\?P<uidb36>[^)]*\)-\(\?P<key>[^)]*\)", "abc-def", path)
    path = re.sub(r"\^?\(\?P<provider_id>[^)]*\)", "school", path)
    path = re.sub(r"\(\?P<url>\.\*\)", "bestaat-niet", path)

    def fill(match: re.Match[str]) -> str:
        key = f"{name}:{match.group(1)}"
        return samples.get(key) or samples.get(match.group(1)) or "1"

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, path).replace("$", "").replace("^", "")


def ask(session: Client, method: str, url: str) -> int:
    """Return the status of one request, and leave no trace of it."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    client.cookies = deepcopy(session.cookies)
    with transaction.atomic():
        response = client.generic(method, url)
        # Not response.close(): outside the client's own hands that also closes the database connection.
        for close in getattr(response, "_resource_closers", []):
            close()
        status = response.status_code
        transaction.set_rollback(True)
    return status


def read_matrix() -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of the file by (pattern, method)."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {(row["pattern"], row["method"]): row for row in csv.DictReader(file)}


def write_column(role: str, statuses: dict[tuple[str, str, str], int]) -> None:
    """Write what one role gets into the file; used to make a proposal that a person then reads."""
    rows = read_matrix() if MATRIX.exists() else {}
    fresh: dict[tuple[str, str], dict[str, str]] = {}
    for (pattern, name, method), status in statuses.items():
        row = rows.get((pattern, method), {"pattern": pattern, "name": name, "method": method})
        fresh[pattern, method] = {**row, role: str(status)}
    with MATRIX.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(fresh[key] for key in sorted(fresh))
