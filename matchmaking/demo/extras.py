"""What makes the demo's pages full: how fast organisations answered before, and a few CVs to open."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.core.files.uploadedfile import SimpleUploadedFile

from matchmaking.demo.students import Students
from matchmaking.demo.world import Row, World
from organisations.workdays import working_days_between
from placements.models import Application
from students.models import Student
from students.services.documents import save_document

CVS = 24


def answer_statistics(world: World, students: Students) -> list[Row]:
    """Count the demo's answers as `change_status` would have, and invent those of the two months before."""
    organisation_of = {vacancy["id"]: vacancy["organisation_id"] for vacancy in world.vacancies}
    counts: Counter[tuple[int, dt.date, int, bool]] = Counter()
    days_of: dict[tuple[dt.date, dt.date], int] = {}
    for row in students.applications:
        if row["answered_at"] is None:
            continue
        span = (row["submitted_at"].date(), row["answered_at"].date())
        if span not in days_of:
            days_of[span] = working_days_between(*span)
        month = span[1].replace(day=1)
        counts[organisation_of[row["vacancy_id"]], month, days_of[span], span[1] <= row["answer_by"]] += 1
    last_month = world.day.replace(day=1) - dt.timedelta(days=1)
    for month in (last_month.replace(day=1), (last_month.replace(day=1) - dt.timedelta(days=1)).replace(day=1)):
        for organisation in world.broker_of:
            term = world.organisations[organisation - 1]["response_term_days"]
            usual = world.rng.randint(2, term)
            for _ in range(world.rng.randint(3, 12)):
                took = max(1, usual + world.rng.randint(-2, 3))
                counts[organisation, month, took, took <= term] += 1
    return [
        {
            "id": number,
            "organisation_id": organisation,
            "month": month,
            "working_days": days,
            "in_time": in_time,
            "answers": answers,
        }
        for number, ((organisation, month, days, in_time), answers) in enumerate(sorted(counts.items()), start=1)
    ]


def write_cvs(world: World) -> int:
    """Give the first students of the demo organisation's queue, and the fixed students, a CV; return how many."""
    vacancies = [vacancy["id"] for vacancy in world.vacancies[:8]]
    applicants = Student.objects.filter(applications__vacancy__in=vacancies).order_by("pk").distinct()
    written = 0
    for student in [*Student.objects.filter(pk__in=(1, 2)), *applicants.exclude(pk__in=(1, 2))[: CVS - 2]]:
        upload = SimpleUploadedFile("cv (demo).pdf", _pdf(_lines(student)))
        document = save_document(student=student, upload=upload, actor=student.user)
        Application.objects.filter(student=student).update(cv=document)
        written += 1
    return written


def _lines(student: Student) -> list[str]:
    return [
        f"CV van {student.user.get_full_name()} (verzonnen, voor de demo)",
        f"{student.programme.name}, leerjaar {student.year}, {student.school.name}",
        "",
        "Opleiding",
        f"{student.programme.name}, nu leerjaar {student.year}",
        "vmbo, diploma gehaald",
        "",
        "Ervaring",
        "Bijbaan in een supermarkt, op zaterdag",
        "Vrijwilliger bij een sportclub: training geven aan kinderen",
        "Snuffelstage van twee weken in een buurthuis",
        "",
        "Dit kan ik goed",
        "Luisteren, afspraken nakomen, rustig blijven als het druk is",
    ]


def _pdf(lines: list[str]) -> bytes:
    """Write one page of text as a PDF, with the fonts every reader has."""
    text = "".join(
        "({}) Tj T*\n".format(line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")) for line in lines
    )
    stream = f"BT /F1 12 Tf 18 TL 60 780 Td\n{text}ET".encode("cp1252", errors="replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
