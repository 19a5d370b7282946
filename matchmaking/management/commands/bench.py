"""Measures the engine, a night and the pages on this machine, and writes a table to docs/benchmarks.md."""

import logging
import os
import platform
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaking.bench import engine as engine_bench
from matchmaking.bench import nights, pages, seasons
from matchmaking.bench import parts as bench_parts
from organisations.models import Organisation
from placements.models import Vacancy
from stagematch.clock import today
from students.bench import imports as imports_bench

PARTS = ("engine", "seasons", "night", "pages", "import")
PAGE_ROUNDS = 60


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
                for name, text in self._measure(part, options).items():
                    sections[name] = text
                    self.stdout.write(text)
        write_sections(options["out"], sections)
        self.stdout.write(f"Geschreven: {options['out']}")

    def _measure(self, part: str, options: dict[str, Any]) -> dict[str, str]:
        """The sections of a part. What was measured on data of another size stays where it is."""
        if part == "engine":
            sheet = engine_bench.run(tuple(options["sizes"]), say=self.stdout.write, repeats=options["repeats"])
            return {part: engine_bench.table(sheet, engine_bench.goals(sheet))}
        if part == "seasons":
            return {part: seasons.report(say=self.stdout.write)}
        if part in bench_parts.others():
            found = bench_parts.others()[part](self.stdout.write)
            return {part: found} if isinstance(found, str) else {f"{part} {x}".strip(): y for x, y in found.items()}
        if part == "night":
            return {f"night {nights.size_of_data()}": nights.table()}
        if part == "import":
            return {part: import_table()}
        return {part: pages.table(max(options["repeats"] * 4, PAGE_ROUNDS), self.stdout.write)}


def import_table() -> str:
    """Lists of students of two sizes read into the first school, and taken back."""
    school = Organisation.objects.schools().filter(programmes__isnull=False).order_by("pk").first()
    if school is None:
        raise CommandError("Er is geen school met een opleiding.")
    return imports_bench.table(imports_bench.measure(school))


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
