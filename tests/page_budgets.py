"""Count what each page of `tests.e2e.addresses` asks the database (quality.md: at most 12 queries, none repeated, no scan of a long table).

`tests/test_page_budgets.py` walks the small demo. By hand, on a database with the demo in any size:
`python -m tests.page_budgets` (counts), `--over` (only pages with something wrong), `--where` (with the lines of code that asked),
`--plans` (reads of a whole table of over 1,000 rows; load `--size sector` first), `--only WORD` (role or page).
It makes secret links and an import, as the browser tests do, and takes all that back at the end.
"""

import argparse
import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.addresses import Visit

BUDGET = 12
LONG_TABLE = 1_000  # rows from which a page may not read all of a table
ALIKE = 2  # the same question with other values: once more is a coincidence, three times is a loop
HOUSE = Path(__file__).resolve().parents[1]
_NOT_A_QUESTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET )", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One statement with its values, and the lines of ours that led to it."""

    sql: str
    params: tuple[Any, ...]
    where: tuple[str, ...] = ()

    @property
    def exactly(self) -> str:
        """The text with its values: what is repeated."""
        return f"{self.sql} {self.params!r}"


@dataclass
class Page:
    """What one visit asked."""

    role: str
    label: str
    path: str
    status: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How the page is called in the list of exceptions."""
        return f"{self.role}: {self.label}"

    @property
    def repeated(self) -> list[str]:
        """Statements that were asked twice with the same values."""
        return [text for text, times in Counter(a.exactly for a in self.asked).items() if times > 1]

    @property
    def looped(self) -> list[str]:
        """Statements that were asked over and over with other values: they grow with the data."""
        return [sql for sql, times in Counter(a.sql for a in self.asked).items() if times > ALIKE]


@contextmanager
def listen(*, where: bool = False) -> Iterator[list[Asked]]:
    """Collect every statement, without those that only begin and end a transaction."""
    from django.db import connection

    heard: list[Asked] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else sql.as_string(None)
        if not _NOT_A_QUESTION.match(text):
            values = tuple(params.items()) if isinstance(params, dict) else tuple(params or ())
            heard.append(Asked(text, values, _ours() if where else ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield heard


def _ours() -> tuple[str, ...]:
    frames = (
        f"{Path(frame.filename).relative_to(HOUSE)}:{frame.lineno}"
        for frame in reversed(traceback.extract_stack())
        if frame.filename.startswith(str(HOUSE))
        and "/.venv/" not in frame.filename
        and "/tests/" not in frame.filename
        and "/stagematch/ui/middleware" not in frame.filename
    )
    return tuple(frames)[:4]


def walk(role: str, email: str, visits: "Iterable[Visit]", *, where: bool = False, only: str = "") -> Iterator[Page]:
    """Visit pages as this person; the first one twice, so that what a process learns once is not counted."""
    from django.apps import apps
    from django.contrib.contenttypes.models import ContentType
    from django.test import Client

    from stagematch.accounts.models import User

    ContentType.objects.get_for_models(*apps.get_models())  # known to every process that runs for a while
    client = Client(raise_request_exception=False)
    if email:
        person = User.objects.get(email=email)
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    warm = False
    for visit in visits:
        page = Page(role, visit.label, visit.path)
        if only and only not in page.name:
            continue
        if not warm:
            client.get(visit.path)
            warm = True
        with listen(where=where) as page.asked:
            page.status = client.get(visit.path).status_code
        yield page


def roles(only: str = "") -> "Iterator[tuple[str, str, list[Visit]]]":
    """Yield (role, address, pages) of everybody in the table, and of the two who have the admin."""
    from stagematch.accounts.models import User
    from tests.e2e import addresses

    for role, pages in addresses.TABLE.items():
        yield role, addresses.email_of(role), list(pages())
    for role, email in (("admin of beheer", addresses.PLATFORM_ADMIN), ("admin of stagemakelaar", addresses.BROKER)):
        yield role, email, list(addresses.admin_pages(User.objects.get(email=email)))


def long_tables() -> set[str]:
    """Return the tables that one may not read from end to end; the demo leaves fresh statistics (`ANALYZE`)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s AND relnamespace = 'public'::regnamespace",
            [LONG_TABLE],
        )
        return {name for (name,) in cursor.fetchall()}


def whole_reads(asked: Asked, tables: set[str]) -> set[str]:
    """Return the long tables that Postgres would read from end to end to answer this."""
    from django.db import connection

    if not re.match(r"\s*(SELECT|WITH|\()", asked.sql):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {asked.sql}", asked.params)
        plan = cursor.fetchone()[0]
    return set(_scanned(json.loads(plan) if isinstance(plan, str) else plan)) & tables


def _scanned(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _scanned(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            yield from _scanned(part)


def _main() -> None:
    """Walk the database of DATABASE_URL and say what each page asked."""
    parser = argparse.ArgumentParser()
    for flag in ("over", "where", "plans"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    from django.conf import settings
    from django.db import transaction

    settings.ALLOWED_HOSTS = ["*"]
    tables = long_tables() if asked.plans else set()
    with transaction.atomic():
        for role, email, visits in roles():
            for page in walk(role, email, visits, where=asked.where or asked.plans, only=asked.only):
                _tell(page, tables, over=asked.over, where=asked.where)
        transaction.set_rollback(True)


def _tell(page: Page, tables: set[str], *, over: bool, where: bool) -> None:
    scans = [(found, a) for a in page.asked if (found := whole_reads(a, tables))] if tables else []
    wrong = len(page.asked) > BUDGET or page.repeated or page.looped or scans or page.status >= 500
    if over and not wrong:
        return
    out = sys.stdout.write
    out(
        f"{len(page.asked):3d} {page.status} r{len(page.repeated)} l{len(page.looped)} s{len(scans)} {page.name} | {page.path[:60]}\n"
    )
    if where:
        for number, a in enumerate(page.asked):
            mark = "R" if a.exactly in page.repeated else "L" if a.sql in page.looped else " "
            out(f"      {number:2d}{mark} {_short(a.sql)}\n            {'  <  '.join(a.where)}\n")
    for found, a in scans:
        out(f"      SCAN {', '.join(sorted(found))}: {'  <  '.join(a.where)}\n           {_short(a.sql, 400)}\n")
    sys.stdout.flush()


def _short(sql: str, length: int = 160) -> str:
    return re.sub(r"SELECT (DISTINCT )?\".*? FROM", "SELECT … FROM", sql, count=1, flags=re.DOTALL)[:length]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stagematch.settings")
    import logging

    import django

    django.setup()
    logging.disable(logging.ERROR)
    _main()
