"""What a batch of good rows changes: worked out in memory first, and written only when it is for real."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, UNUSABLE_PASSWORD_SUFFIX_LENGTH

from organisations.enums import Route
from organisations.models import Organisation
from organisations.weekdays import short
from stagematch.accounts.models import User
from students.enums import SearchStatus
from students.imports.checks import Known, Row
from students.models import PlacementSearch, Student

NEW, CHANGED, SAME = "nieuw", "aangepast", "hetzelfde"

Changes = list[str]


@dataclass
class Batch:
    """What becomes of some rows. `outcomes` is per row: new, changed or the same; `changes` names what changes of whom.

    `moved` are the keys of people who get another address.
    """

    outcomes: list[str] = field(default_factory=list)
    changes: list[Changes] = field(default_factory=list)
    users: dict[int, User] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    students: dict[int, Student] = field(default_factory=dict)
    new: list[tuple[Row, Student]] = field(default_factory=list)
    searches: list[PlacementSearch] = field(default_factory=list)
    touched: list[PlacementSearch] = field(default_factory=list)


def settle(school: Organisation, rows: list[Row], known: Known, *, for_real: bool) -> Batch:
    """Work out what these rows change. One query; writes nothing, and only `for_real` makes new students to be written."""
    batch = Batch()
    searches = {
        (search.student_id, search.period_id): search
        for search in PlacementSearch.objects.filter(
            student__in=[student.pk for student in known.by_number.values()],
            period__in={row.values["period"].pk for row in rows if row.values["period"]},
        )
    }
    for row in rows:
        found = known.by_number.get(row.values["number"])
        if found is None and not for_real:
            batch.outcomes.append(NEW)
            batch.changes.append([])
            continue
        if found is None:
            student = _student(school, row, known.accounts.get(row.values["email"]))
            batch.new.append((row, student))
            changes: Changes = []
        else:
            student = found
            changes = _update(batch, student, row)
            if student.pk in known.adopted:
                changes.append(f"Studentnummer: {student.student_number}")
                batch.students[student.pk] = student
        period = row.values["period"]
        if period:
            changes += _search(batch, searches.get((student.pk, period.pk)), student, row)
        batch.outcomes.append(NEW if found is None else CHANGED if changes else SAME)
        batch.changes.append(changes)
    return batch


def write(batch: Batch) -> None:
    """Write what `settle` worked out, in a handful of queries."""
    User.objects.bulk_create([student.user for _row, student in batch.new if student.user.pk is None])
    User.objects.bulk_update(
        [student.user for _row, student in batch.new if student.user_id is not None], ["first_name", "last_name"]
    )
    for _row, student in batch.new:
        student.user = student.user  # takes over the key the person got just now
    Student.objects.bulk_create([student for _row, student in batch.new])
    User.objects.bulk_update(batch.users.values(), ["email", "first_name", "last_name"])
    # Signing in takes a code by mail: whoever gets the old mailbox next must not come in with it.
    EmailAddress.objects.filter(user__in=batch.moved).delete()
    Student.objects.bulk_update(
        batch.students.values(), ["student_number", "programme", "year", "class_name", "phone", "is_active"]
    )
    for search in batch.searches:
        search.student = search.student  # takes over the key the student got just now
    PlacementSearch.objects.bulk_create(batch.searches)
    PlacementSearch.objects.bulk_update(
        batch.touched, ["starts_on", "ends_on", "route", "weekdays", "days_per_week", "hours_per_week"]
    )


def _student(school: Organisation, row: Row, account: User | None) -> Student:
    values = row.values
    user = account or _person(row)
    user.first_name, user.last_name = values["first_name"], row.last_name
    return Student(
        user=user,
        school=school,
        programme=values["programme"],
        student_number=values["number"],
        year=values["year"],
        class_name=values["class_name"],
        phone=values["phone"],
    )


def _person(row: Row) -> User:
    # As `set_unusable_password` does, in a hundredth of the time: ten thousand of them count.
    password = f"{UNUSABLE_PASSWORD_PREFIX}{secrets.token_hex(UNUSABLE_PASSWORD_SUFFIX_LENGTH // 2)}"
    return User(email=row.values["email"], password=password)


def _update(batch: Batch, student: Student, row: Row) -> Changes:
    """Set what the file says; an empty optional cell leaves what the student filled in alone."""
    values = row.values
    if student.user.email != values["email"]:
        batch.moved.add(student.user_id)
    user_changes = _assign(
        student.user,
        email=("E-mail", values["email"]),
        first_name=("Voornaam", values["first_name"]),
        last_name=("Achternaam", row.last_name),
    )
    optional = {
        name: (label, values[name]) for name, label in (("class_name", "Klas"), ("phone", "Telefoon")) if values[name]
    }
    before, programme = student.programme_id, values["programme"]
    student_changes = _assign(
        student, year=("Leerjaar", values["year"]), is_active=("Volgt de opleiding", True), **optional
    )
    if before != programme.pk:
        student.programme = programme
        student_changes.append(f"Crebo: {programme}")
    if user_changes:
        batch.users[student.user_id] = student.user
    if student_changes:
        batch.students[student.pk] = student
    return user_changes + student_changes


def _assign(obj: object, **values: tuple[str, Any]) -> Changes:
    """Set what differs; return 'label: old → new' for each."""
    changes = []
    for name, (label, value) in values.items():
        old = getattr(obj, name)
        if old != value:
            setattr(obj, name, value)
            changes.append(f"{label}: {_plain(name, old)} → {_plain(name, value)}")
    return changes


def _plain(name: str, value: Any) -> str:
    """Return a value as one would write it in the file."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, dt.date):
        return f"{value.day}-{value.month}-{value.year}"
    if name == "weekdays":
        return short(value)
    return str(Route(value).label if name == "route" else value) or "-"


def _search(batch: Batch, search: PlacementSearch | None, student: Student, row: Row) -> Changes:
    """Open a search in concept for who has a period; the school's facts fill it, the student completes it.

    What the file does not say stays as the student filled it in.
    """
    values = row.values
    period = values["period"]
    facts: dict[str, Any] = {}
    if search is None or values["starts_on"] or values["ends_on"]:
        facts["starts_on"] = values["starts_on"] or period.starts_on
        facts["ends_on"] = values["ends_on"] or period.ends_on
    if search is None or values["route"]:
        facts["route"] = values["route"] or values["programme"].route
    if values["weekdays"]:
        facts["weekdays"] = values["weekdays"]
        facts["days_per_week"] = min(5, values["weekdays"].bit_count())
    if values["hours"]:
        facts["hours_per_week"] = values["hours"]
    if search is None:
        batch.searches.append(PlacementSearch(student=student, period=period, home_id=values["home"], **facts))
        return [f"Stageperiode: {period.name}"]
    if search.status != SearchStatus.DRAFT:
        return []  # once a student has opened the search it is theirs; the school's file no longer moves it
    labels = {
        "starts_on": "Startdatum",
        "ends_on": "Einddatum",
        "route": "Leerweg",
        "weekdays": "Stagedagen",
        "days_per_week": "Dagen per week",
        "hours_per_week": "Uren per week",
    }
    changes = _assign(search, **{name: (labels[name], value) for name, value in facts.items()})
    if changes:
        batch.touched.append(search)
    return changes
