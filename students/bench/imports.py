"""How long an import takes and how much memory it needs, by rows: memory must not grow with the file."""

from __future__ import annotations

import gc
import io
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

from django.db import transaction
from openpyxl import Workbook

from organisations.models import Organisation, Programme, StagePeriod
from stagematch.regions.models import PostcodeArea
from students.imports import StudentReport, import_students

HEAD = [
    "Studentnummer", "Voornaam", "Tussenvoegsel", "Achternaam", "E-mailadres", "Crebo", "Leerjaar", "Klas", "Telefoon",
    "Stageperiode", "Stagedagen", "Uren", "Postcode",
]  # fmt: skip
SIZES = (1_000, 10_000)
GOAL_SECONDS = 20


@dataclass(frozen=True)
class Measured:
    """One import: seconds on the clock and of this process, and MiB above what was there before."""

    kind: str
    rows: int
    what: str
    wall: float
    cpu: float
    peak_mib: float | None
    report: StudentReport


def rows_of(school: Organisation, number: int) -> list[list[str]]:
    """Return invented students for a school: its first opleiding, the first period, one postcode."""
    crebo = Programme.objects.filter(school=school).order_by("pk").values_list("qualification__crebo", flat=True)[0]
    period = StagePeriod.objects.order_by("pk").values_list("slug", flat=True)[0]
    postcode = PostcodeArea.objects.order_by("pc4").values_list("pc4", flat=True)[0]
    return [
        [
            f"9{n:06}", "Noor", "van" if n % 3 == 0 else "", f"Verzonnen{n}", f"noor{n}@import.example", crebo,
            str(1 + n % 2), f"SW{n % 40}", "06 12345678", period, "ma, di", "16", postcode,
        ]
        for n in range(number)
    ]  # fmt: skip


def as_csv(rows: list[list[str]]) -> bytes:
    """Return rows as a CSV file as Excel writes it."""
    return "\r\n".join(";".join(row) for row in [HEAD, *rows]).encode("utf-8-sig")


def as_xlsx(rows: list[list[str]]) -> bytes:
    """Return rows as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Studenten")
    for row in [HEAD, *rows]:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def timed(school: Organisation, data: bytes, *, dry_run: bool = False) -> tuple[float, float, StudentReport]:
    """Import and return the seconds it took on the clock, and of this process."""
    wall, cpu = perf_counter(), process_time()
    report = import_students(school=school, source=data, actor=None, dry_run=dry_run)
    return perf_counter() - wall, process_time() - cpu, report


def peak(work: Callable[[], object]) -> float:
    """Return the MiB Python needed at most on top of what it held before."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def measure(school: Organisation, sizes: tuple[int, ...] = SIZES) -> list[Measured]:
    """Import files of several sizes into a school, and take it all back. Time and memory are measured apart."""
    found = []
    for number in sizes:
        rows = rows_of(school, number)
        for kind, data in (("csv", as_csv(rows)), ("xlsx", as_xlsx(rows))):
            mib = _memory(school, data)
            with transaction.atomic():
                for what, dry_run in (("check", True), ("import", False), ("again", False)):
                    wall, cpu, report = timed(school, data, dry_run=dry_run)
                    found.append(Measured(kind, number, what, wall, cpu, mib if what == "import" else None, report))
                transaction.set_rollback(True)
    return found


def _memory(school: Organisation, data: bytes) -> float:
    with transaction.atomic():
        needed = peak(lambda: timed(school, data))
        transaction.set_rollback(True)
    return needed


def table(found: list[Measured]) -> str:
    """Return the section of docs/benchmarks.md."""
    lines = [
        f"Goal: 10,000 rows within {GOAL_SECONDS} s, with memory that does not grow with the file. Peak is what Python",
        "allocated on top of the file itself; a workbook's list of texts is the part that has to stand in memory.",
        "",
        "| file | rows | what | new | same | s (wall) | s (CPU) | peak MiB |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {m.kind} | {m.rows:,} | {m.what} | {m.report.created:,} | {m.report.unchanged:,} | {m.wall:.1f} "
        f"| {m.cpu:.1f} | {'' if m.peak_mib is None else f'{m.peak_mib:.1f}'} |"
        for m in found
    ]
    return "\n".join(lines) + "\n"
