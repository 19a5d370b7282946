"""What the demo's coordinator did with lists: a file with faults, one that was read, a wave sent, one planned, a key.

Written by the services a school uses, so that the sentences and counts are the real ones. All invented.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.workdays import add_working_days, closing_days
from stagematch.accounts.models import User
from stagematch.clock import at
from students.models import InvitationWave, Student, WaveStatus
from students.services import uploads
from students.services.tokens import make_token
from students.services.waves import waiting

COORDINATOR = "bpv@demo.example"
HEAD = "Studentnummer;Voornaam;Tussenvoegsel;Achternaam;E-mail;Crebo;Leerjaar;Klas;Telefoon"
_FAULTS = ("zonder-apenstaartje", "09999", "7")  # a mail address, a crebo and a leerjaar that are none
_ROWS = 12


def write_lists(day: dt.date) -> int:
    """Write those rows for the school of the demo's own coordinator; return how many. Nothing is mailed."""
    member = Membership.objects.filter(user__email=COORDINATOR, role=Role.COORDINATOR).order_by("pk").first()
    if member is None:
        return 0
    school, actor = member.organisation, member.user
    yesterday = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(15, 50), timezone.get_default_timezone())
    students = list(Student.objects.filter(school=school).select_related("user", "programme__qualification"))
    rows = [_row(student) for student in sorted(students, key=lambda s: (s.class_name, s.student_number))[:_ROWS]]
    with at(yesterday):
        _send(school, actor, "studenten.csv", _with_faults(rows))
    with at(yesterday + dt.timedelta(minutes=14)):
        _send(school, actor, "studenten-verbeterd.csv", _with_phones(rows))
    with at(yesterday - dt.timedelta(days=30)):
        make_token(school=school, actor=actor, name="Leerlingadministratie", days=365)
    return 3 + _waves(school, actor, day)


def _row(student: Student) -> list[str]:
    user = student.user
    return [
        student.student_number, user.first_name, "", user.last_name, user.email,
        student.programme.qualification.crebo, str(student.year), student.class_name, student.phone,
    ]  # fmt: skip


def _file(rows: list[list[str]]) -> bytes:
    return "\r\n".join([HEAD, *(";".join(row) for row in rows)]).encode("utf-8-sig")


def _with_faults(rows: list[list[str]]) -> bytes:
    """The list as it first came: three cells that cannot be right."""
    wrong = [list(row) for row in rows]
    for place, (column, value) in enumerate(zip((4, 5, 6), _FAULTS, strict=True)):
        wrong[place * 3 + 1][column] = value
    return _file(wrong)


def _with_phones(rows: list[list[str]]) -> bytes:
    """The corrected list, with three phone numbers that stagematch did not have."""
    new = [list(row) for row in rows]
    for place, row in enumerate(new[::4]):
        row[8] = row[8] or f"06 1234560{place}"
    return _file(new)


def _send(school: Organisation, actor: User, name: str, content: bytes) -> None:
    """Do with a file what a coordinator does: choose the columns as they were recognised, and read it when it is right."""
    upload = uploads.keep_upload(school=school, actor=actor, file_name=name, content=content)
    mapping = uploads.guess_mapping(upload, uploads.open_upload(content))
    upload = uploads.choose_columns(upload=upload, actor=actor, mapping=mapping)
    if not upload.problem_count:
        uploads.confirm_import(upload=upload, actor=actor)


def _waves(school: Organisation, actor: User, day: dt.date) -> int:
    """One class was invited last week, the next one is on its way."""
    classes = list(
        waiting(school).exclude(class_name="").order_by("class_name").values_list("class_name", flat=True).distinct()
    )
    if len(classes) < 2:
        return 0
    closed = closing_days(school)
    before = add_working_days(day - dt.timedelta(days=8), 1, closed=closed)
    sent_at = dt.datetime.combine(before, dt.time(8), timezone.get_default_timezone())
    invited = waiting(school).filter(class_name=classes[0]).update(invited_at=sent_at)
    InvitationWave.objects.create(
        school=school, created_by=actor, class_name=classes[0], send_on=before, status=WaveStatus.SENT, invited=invited,
        created_at=sent_at - dt.timedelta(days=1), sent_at=sent_at,
    )  # fmt: skip
    InvitationWave.objects.create(
        school=school, created_by=actor, class_name=classes[1], send_on=add_working_days(day, 2, closed=closed),
        created_at=sent_at - dt.timedelta(days=1),
    )  # fmt: skip
    return 2
