"""Import of a school's students from a file (features B1): all or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from organisations.enums import Route
from organisations.models import Organisation, Programme, StagePeriod
from stagematch.accounts.models import User
from stagematch.regions.models import PostcodeArea
from stagematch.ui.tables import (
    Column,
    ImportReport,
    Sheet,
    date,
    email,
    one_of,
    read_table,
    text,
    weekdays,
    whole_number,
)
from students.enums import SearchStatus
from students.models import PlacementSearch, Student
from students.services.enrol import SELF_PREFIX

Progress = Callable[[int, int], None]
BATCH = 1000


def _postcode(known: dict[str, PostcodeArea]) -> Callable[[Any], PostcodeArea]:
    def parse(cell: Any) -> PostcodeArea:
        digits = str(cell).replace(" ", "")[:4]
        if digits not in known:
            raise ValueError(_("‘%(cell)s’ is geen bekende postcode.") % {"cell": cell})
        return known[digits]

    return parse


def _columns(school: Organisation) -> list[Column]:
    programmes: dict[str, Programme] = {}
    for programme in Programme.objects.filter(school=school).select_related("qualification"):
        programmes.setdefault(programme.qualification.crebo, programme)
        programmes.setdefault(programme.name, programme)
    periods = {word: p for p in StagePeriod.objects.all() for word in (p.name, p.slug)}
    routes = {"BOL": Route.BOL, "BBL": Route.BBL, "certificaat": Route.CERTIFICATE}
    postcodes = {p.pc4: p for p in PostcodeArea.objects.all()}
    return [
        Column(
            "number", "Studentnummer", ["student nr", "leerlingnummer", "nummer", "deelnemernummer"], text(20), True
        ),
        Column("first_name", "Voornaam", ["roepnaam"], text(80), True),
        Column("prefix", "Tussenvoegsel", ["voorvoegsel", "voorvoegsels"], text(20), default=""),
        Column("last_name", "Achternaam", ["familienaam", "naam"], text(95), True),
        Column("email", "E-mail", ["e-mailadres", "emailadres", "mail", "school e-mail", "e-mail school"], email, True),
        Column(
            "programme",
            "Crebo",
            ["opleiding", "opleidingscode", "crebonummer"],
            one_of(programmes, _("opleiding van jullie school")),
            True,
        ),
        Column("year", "Leerjaar", ["jaar", "studiejaar"], whole_number(1, 4), True),
        Column("class_name", "Klas", ["groep", "basisgroep", "lesgroep"], text(30), default=""),
        Column("phone", "Telefoon", ["mobiel", "telefoonnummer"], text(20), default=""),
        Column("route", "Leerweg", ["traject"], one_of(routes, _("leerweg")), default=Route.BOL),
        Column("period", "Stageperiode", ["periode"], one_of(periods, _("stageperiode"))),
        Column("starts_on", "Startdatum", ["begin stage", "start bpv", "begindatum", "startdatum stage"], date),
        Column("ends_on", "Einddatum", ["einde stage", "eind bpv", "einddatum stage"], date),
        Column("weekdays", "Stagedagen", ["dagen", "bpv-dagen"], weekdays),
        Column("hours", "Uren per week", ["uren", "stage-uren"], whole_number(1, 40)),
        Column("home", "Postcode", ["woonpostcode", "pc"], _postcode(postcodes)),
    ]


@dataclass(frozen=True)
class _Row:
    number: int
    values: dict[str, Any]

    @property
    def last_name(self) -> str:
        return f"{self.values['prefix']} {self.values['last_name']}".strip()


def import_students(
    *,
    school: Organisation,
    source: Path | bytes,
    actor: User | None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Create or update the students of `school` from a CSV or XLSX file; one with a period also gets a search in concept.

    All rows or none. Students are recognised by student number. Raises TableError when the file cannot be read at all.
    `actor` is the coordinator or admin who does it (None for the command line). `progress(done, total)` is called now and then.
    """
    sheet = Sheet(_columns(school), read_table(source))
    rows = [_Row(number, values) for number, values in sheet.values()]
    with transaction.atomic():
        # Two imports of one school at once would both see a student as new.
        Organisation.objects.select_for_update().get(pk=school.pk)
        known = {s.student_number: s for s in Student.objects.filter(school=school).select_related("user")}
        registered = _adopt(rows, known)
        _check_together(sheet, rows, known)
        counts = (0, 0, 0) if sheet.problems else _write(school, rows, known, progress, registered)
        if dry_run or sheet.problems:
            transaction.set_rollback(True)
    return ImportReport(*counts, sheet.problems, sheet.unknown_headers, dry_run)


def _adopt(rows: list[_Row], known: dict[str, Student]) -> list[Student]:
    """Give students who registered by themselves the number the school has for their address; return them.

    They proved the address, so it is the one thing that tells who they are.
    """
    alone = {s.user.email.lower(): s for number, s in known.items() if number.startswith(SELF_PREFIX)}
    adopted = []
    for row in rows:
        student = alone.get(row.values["email"])
        if student is not None and row.values["number"] not in known:
            del known[student.student_number]
            student.student_number = row.values["number"]
            known[student.student_number] = student
            adopted.append(student)
    return adopted


def _check_together(sheet: Sheet, rows: list[_Row], known: dict[str, Student]) -> None:
    """What no row can know alone: doubles in the file, addresses of somebody else, dates that do not belong together."""
    seen_number: dict[str, int] = {}
    seen_email: dict[str, int] = {}
    emails = {row.values["email"] for row in rows}
    owner = dict(User.objects.annotate(low=Lower("email")).filter(low__in=emails).values_list("low", "pk"))
    for row in rows:
        values = row.values
        for seen, key, label in (
            (seen_number, values["number"], "Studentnummer"),
            (seen_email, values["email"], "E-mail"),
        ):
            if key in seen:
                sheet.problem(row.number, label, _("staat ook al in rij %(row)d.") % {"row": seen[key]})
            seen.setdefault(key, row.number)
        student = known.get(values["number"])
        if owner.get(values["email"], student and student.user_id) != (student and student.user_id):
            sheet.problem(row.number, "E-mail", _("dit adres is al van iemand anders."))
        if values["year"] > values["programme"].years:
            sheet.problem(
                row.number,
                "Leerjaar",
                _("deze opleiding heeft %(years)d leerjaren.") % {"years": values["programme"].years},
            )
        period = values["period"]
        start = values["starts_on"] or (period and period.starts_on)
        end = values["ends_on"] or (period and period.ends_on)
        if (values["starts_on"] or values["ends_on"]) and not period:
            sheet.problem(row.number, "Stageperiode", _("er staat een datum, maar geen stageperiode."))
        elif period and end <= start:
            sheet.problem(row.number, "Einddatum", _("ligt niet na de startdatum."))


def _write(
    school: Organisation,
    rows: list[_Row],
    known: dict[str, Student],
    progress: Progress | None,
    registered: list[Student],
) -> tuple[int, int, int]:
    Student.objects.bulk_update(registered, ["student_number"])
    created = updated = unchanged = 0
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        new = [row for row in batch if row.values["number"] not in known]
        users = User.objects.bulk_create([_user(row) for row in new])
        students = Student.objects.bulk_create(
            [_student(school, row, user) for row, user in zip(new, users, strict=True)]
        )
        by_number = known | {student.student_number: student for student in students}
        changed_users, changed_students = [], []
        changed = {row.values["number"] for row in new}
        for row in batch:
            student = by_number[row.values["number"]]
            if row.values["number"] in known:
                user_changed, student_changed = _update(student, row)
                changed_users += [student.user] if user_changed else []
                changed_students += [student] if student_changed else []
                if user_changed or student_changed:
                    changed.add(student.student_number)
        User.objects.bulk_update(changed_users, ["email", "first_name", "last_name"])
        Student.objects.bulk_update(changed_students, ["programme", "year", "class_name", "phone", "is_active"])
        changed |= _write_searches(batch, by_number)
        created += len(new)
        updated += len(changed) - len(new)
        unchanged += len(batch) - len(changed)
        if progress:
            progress(first + len(batch), len(rows))
    return created, updated, unchanged


def _user(row: _Row) -> User:
    user = User(email=row.values["email"], first_name=row.values["first_name"], last_name=row.last_name)
    user.set_unusable_password()
    return user


def _student(school: Organisation, row: _Row, user: User) -> Student:
    values = row.values
    return Student(
        user=user,
        school=school,
        programme=values["programme"],
        student_number=values["number"],
        year=values["year"],
        class_name=values["class_name"],
        phone=values["phone"],
    )


def _update(student: Student, row: _Row) -> tuple[bool, bool]:
    """Set what the file says; an empty optional cell leaves what the student filled in alone."""
    values = row.values
    user_changed = _assign(
        student.user, email=values["email"], first_name=values["first_name"], last_name=row.last_name
    )
    optional = {name: values[name] for name in ("class_name", "phone") if values[name]}
    student_changed = _assign(
        student, programme_id=values["programme"].pk, year=values["year"], is_active=True, **optional
    )
    return user_changed, student_changed


def _assign(obj: object, **values: Any) -> bool:
    changed = False
    for name, value in values.items():
        if getattr(obj, name) != value:
            setattr(obj, name, value)
            changed = True
    return changed


def _write_searches(batch: list[_Row], students: dict[str, Student]) -> set[str]:
    """Open a search in concept for who has a period; the school's facts fill it, the student completes it."""
    wanted = {
        (students[row.values["number"]].pk, row.values["period"].pk): row for row in batch if row.values["period"]
    }
    existing = {
        (search.student_id, search.period_id): search
        for search in PlacementSearch.objects.filter(student__in={key[0] for key in wanted})
    }
    new, touched, changed = [], [], set()
    for key, row in wanted.items():
        values = row.values
        period = values["period"]
        facts: dict[str, Any] = {
            "starts_on": values["starts_on"] or period.starts_on,
            "ends_on": values["ends_on"] or period.ends_on,
            "route": values["route"],
        }
        if values["weekdays"]:
            facts["weekdays"] = values["weekdays"]
            facts["days_per_week"] = min(5, values["weekdays"].bit_count())
        if values["hours"]:
            facts["hours_per_week"] = values["hours"]
        search = existing.get(key)
        if search is None:
            new.append(PlacementSearch(student_id=key[0], period=period, home=values["home"], **facts))
            changed.add(values["number"])
        elif search.status == SearchStatus.DRAFT and _assign(search, **facts):
            # Once a student has opened the search it is theirs; the school's file no longer moves it.
            touched.append(search)
            changed.add(values["number"])
    PlacementSearch.objects.bulk_create(new)
    PlacementSearch.objects.bulk_update(
        touched, ["starts_on", "ends_on", "route", "weekdays", "days_per_week", "hours_per_week"]
    )
    return changed
