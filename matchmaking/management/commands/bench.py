"""Measures the engine, a night and the pages on this machine, and writes a table to docs/benchmarks.md."""

import logging
import os
import platform
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from matchmaking.bench import engine as engine_bench
from matchmaking.bench import parts as bench_parts
from matchmaking.bench import seasons
from matchmaking.engine import bench
from matchmaking.enums import RunStatus, RunTrigger
from matchmaking.services import run_matching
from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements.browse.cards import vacancy_url
from placements.models import Vacancy
from stagematch.accounts.models import User
from stagematch.clock import today
from students.bench import imports as imports_bench
from students.models import PlacementSearch

PARTS = ("engine", "seasons", "night", "pages", "import")
# Page: name of the address, whose page it is ('' for everybody).
PAGES: list[tuple[str, str]] = [
    ("home", ""),
    ("vacancy-list", ""),
    ("vacancy-detail", ""),
    ("how-matching-works", ""),
    ("vacancy-list", "student"),
    ("my-overview", "student"),
    ("admin:workspace", Role.BROKER),
    ("school-students", Role.COORDINATOR),
]


class Command(BaseCommand):
    """Figures are ratios and counts where they can be: machines differ."""

    help = "Meet de engine, een nacht en de bladzijden, en schrijft docs/benchmarks.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            nargs="*",
            choices=[*PARTS, *bench_parts.others(), []],
            default=[],
            help=f"{', '.join([*PARTS, *bench_parts.others()])}; standaard alle",
        )
        parser.add_argument("--sizes", nargs="+", choices=list(engine_bench.SIZES), default=list(engine_bench.USUAL))
        parser.add_argument("--size", default="small", help="demodata als de database leeg is")
        parser.add_argument("--repeats", type=int, default=5)
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs" / "benchmarks.md")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["what"] or [*PARTS, *bench_parts.others()]
        logging.disable(logging.INFO)  # a line per request would drown the figures
        if {"night", "pages", "import"} & set(chosen) and not Vacancy.objects.exists():
            call_command("load_demo", size=options["size"], stdout=self.stdout)
        sections: dict[str, str] = {}
        for part in [*PARTS, *bench_parts.others()]:
            if part in chosen:
                self.stdout.write(f"Meten: {part} …")
                sections[part] = self._measure(part, options)
                self.stdout.write(sections[part])
        write_sections(options["out"], sections)
        self.stdout.write(f"Geschreven: {options['out']}")

    def _measure(self, part: str, options: dict[str, Any]) -> str:
        if part == "engine":
            sheet = engine_bench.run(tuple(options["sizes"]), say=self.stdout.write, repeats=options["repeats"])
            return engine_bench.table(sheet, engine_bench.goals(sheet))
        if part == "seasons":
            return seasons.report(say=self.stdout.write)
        if part in bench_parts.others():
            return bench_parts.others()[part](self.stdout.write)
        if part == "night":
            return night_table()
        if part == "import":
            return import_table()
        return pages_table(max(options["repeats"], 5) * 4)


def night_table() -> str:
    """A trial night on the data there is, twice: compiled code is warm the second time."""
    run_matching(night=today(), trigger=RunTrigger.BY_HAND, dry_run=True)
    wall, cpu = perf_counter(), process_time()
    run = run_matching(night=today(), trigger=RunTrigger.BY_HAND, dry_run=True)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    if run.status != RunStatus.DRY:
        raise CommandError(f"De proef is niet goed gegaan: {run.get_status_display()}")
    counts = run.counts
    return (
        "| students | vacancies | pairs | placed | read s | engine s | night s (wall) | night s (CPU) | peak MiB |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        f"| {counts['students']:,} | {counts['vacancies']:,} | {counts['pairs']:,} | {counts['placed']:,} "
        f"| {run.timings['read']:.2f} | {run.timings['engine']:.2f} | {wall:.2f} | {cpu:.2f} | {bench.peak_mib():.0f} |\n"
    )


def import_table() -> str:
    """Lists of students of two sizes read into the first school, and taken back."""
    school = Organisation.objects.schools().filter(programmes__isnull=False).order_by("pk").first()
    if school is None:
        raise CommandError("Er is geen school met een opleiding.")
    return imports_bench.table(imports_bench.measure(school))


def pages_table(repeats: int) -> str:
    """Median and p95 of each page in the server, against the page that only asks the database for 1."""
    base = _times(Client(), reverse("alive-db"), repeats)
    floor = statistics.median(base)
    lines = [
        "| page | as | queries | median ms | p95 ms | times `/gezond/db/` |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| `/gezond/db/` |  | 1 | {floor * 1000:.1f} | {_p95(base) * 1000:.1f} | 1.0 |",
    ]
    for name, who in PAGES:
        address, client = _address(name), _client(who)
        if address is None or client is None:
            continue
        with CaptureQueriesContext(connection) as queries:
            status = client.get(address).status_code
        asked = len(queries)
        if status != 200:
            raise CommandError(f"{address} antwoordt {status}.")
        took = _times(client, address, repeats)
        lines.append(
            f"| `{address}` | {who} | {asked} | {statistics.median(took) * 1000:.1f} "
            f"| {_p95(took) * 1000:.1f} | {statistics.median(took) / floor:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _times(client: Client, address: str, repeats: int) -> list[float]:
    client.get(address)
    return [_time(lambda: client.get(address)) for _ in range(repeats)]


def _time(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def _address(name: str) -> str | None:
    try:
        if name != "vacancy-detail":
            return reverse(name)
        vacancy = Vacancy.objects.published().first()
        return None if vacancy is None else vacancy_url(vacancy)
    except NoReverseMatch:
        return None


def _client(who: str) -> Client | None:
    client = Client()
    if not who:
        return client
    user: User | None = None
    if who == "student":
        search = (
            PlacementSearch.objects.open().select_related("student__user").order_by("-student__user__is_demo", "pk")
        )
        found = search.first()
        user = found.student.user if found else None
    else:
        member = Membership.objects.filter(role=who, is_active=True).select_related("user").order_by("pk").first()
        user = member.user if member else None
    if user is None:
        return None
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def write_sections(path: Path, sections: dict[str, str]) -> None:
    """Replace the measured sections of the file and leave the others as they were."""
    text = (
        path.read_text(encoding="utf-8") if path.is_file() else "# Benchmarks\n\nMade by `bin/bench`; never by hand.\n"
    )
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {today():%Y-%m-%d}"
    where += f"; load {os.getloadavg()[0]:.1f} while measuring (above the number of cores the wall times mean little)"
    for name, table in sections.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        block = f"{begin}\n## {name.capitalize()}\n\n{where}\n\n{table}{end}\n"
        if begin in text:
            text = text.partition(begin)[0] + block + text.partition(f"{end}\n")[2]
        else:
            text = f"{text.rstrip()}\n\n{block}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
