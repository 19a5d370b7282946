"""What no cell can know alone: doubles in the file, addresses of somebody else, values that do not belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme
from stagematch.accounts.models import User
from stagematch.ui.tables import Sheet
from students.models import Student
from students.services.enrol import SELF_PREFIX

LONGEST_DAY = 12
"""Hours a day above which hours and days cannot both be right."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file that every cell of is good."""

    number: int
    values: dict[str, Any]

    @property
    def last_name(self) -> str:
        return f"{self.values['prefix']} {self.values['last_name']}".strip()


@dataclass
class Seen:
    """The numbers and addresses of the file so far, with their row; the one thing that grows with the file."""

    numbers: dict[str, int] = field(default_factory=dict)
    emails: dict[str, int] = field(default_factory=dict)


@dataclass
class Known:
    """The students some rows are about: by number, and who of them registered alone and gets a number now.

    `accounts` are people, by address, who signed up and never finished their profile: the list does that for them.
    """

    by_number: dict[str, Student]
    adopted: set[int] = field(default_factory=set)
    accounts: dict[str, User] = field(default_factory=dict)


def students_of(school: Organisation, rows: list[Row]) -> Known:
    """Return the students these rows are about, by the number in the file, and settle which opleiding each row means; three
    queries.

    Who registered alone has no number yet. They proved the address, so it is the one thing that tells who they are; they
    get the number the school has for it (in memory, until it is written). So it is with who has an account and no profile
    yet, nor any other role; an address that was never proved could be anybody's account.
    """
    numbers = [row.values["number"] for row in rows]
    known = {
        student.student_number: student
        for student in Student.objects.filter(school=school, student_number__in=numbers).select_related("user")
    }
    alone = {
        student.user.email.lower(): student
        for student in Student.objects.filter(school=school, student_number__startswith=SELF_PREFIX)
        .annotate(low=Lower("user__email"))
        .filter(low__in=[row.values["email"] for row in rows])
        .select_related("user")
    }
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True)
    accounts = (
        User.objects.annotate(low=Lower("email"))
        .filter(Exists(proved), low__in=[row.values["email"] for row in rows], is_active=True, is_staff=False)
        .filter(student=None, memberships=None)
    )
    found = Known(known, accounts={user.email.lower(): user for user in accounts})
    for row in rows:
        student = alone.get(row.values["email"])
        if student is not None and row.values["number"] not in known:
            student.student_number = row.values["number"]
            known[student.student_number] = student
            found.adopted.add(student.pk)
        row.values["programme"] = _one_of(row, known.get(row.values["number"]))
    return found


def _one_of(row: Row, student: Student | None) -> Programme:
    """Return the opleiding a row is about: a school can give one crebo in two leerwegen, or in an old and a new version.

    The leerweg of the row decides, then where the student is already, then which is usual.
    """
    among: list[Programme] = row.values["programme"]
    asked = [programme for programme in among if programme.route == row.values["route"]] or among
    return next((p for p in asked if student is not None and p.pk == student.programme_id), asked[0])


def check_together(sheet: Sheet, rows: list[Row], known: Known, seen: Seen, school: Organisation) -> None:
    """Add a problem for each thing that is wrong between rows, with the database, or within one row. One query."""
    owner = {
        low: (pk, number if of_school == school.pk else "")
        for low, pk, number, of_school in User.objects.annotate(low=Lower("email"))
        .filter(low__in={row.values["email"] for row in rows})
        .values_list("low", "pk", "student__student_number", "student__school_id")
    }
    for row in rows:
        values = row.values
        for kind, key, label in (
            (seen.numbers, values["number"], "Studentnummer"),
            (seen.emails, values["email"], "E-mail"),
        ):
            if key in kind:
                sheet.problem(row.number, label, _("staat ook al in rij %(row)d.") % {"row": kind[key]})
            kind.setdefault(key, row.number)
        student = known.by_number.get(values["number"])
        pk, number = owner.get(values["email"], (None, ""))
        account = known.accounts.get(values["email"]) if student is None else None
        if pk is not None and pk not in {student and student.user_id, account and account.pk}:
            sheet.problem(row.number, "E-mail", _somebody_elses(number or "", values["number"]))
        _check_row(sheet, row)


def _somebody_elses(number: str, wanted: str) -> str:
    """Say whose address it is, if that is a student of the school itself; of others nothing is told."""
    if not number or number.startswith(SELF_PREFIX):
        return _("dit adres is al van iemand anders.")
    if number.lstrip("0") == wanted.lstrip("0"):
        return _("dit adres is van studentnummer %(number)s. Is er een nul weggevallen?") % {"number": number}
    return _("dit adres is al van studentnummer %(number)s.") % {"number": number}


def _check_row(sheet: Sheet, row: Row) -> None:
    values = row.values
    if values["year"] > values["programme"].years:
        sheet.problem(
            row.number,
            "Leerjaar",
            _("deze opleiding heeft %(years)d leerjaren.") % {"years": values["programme"].years},
        )
    days, hours = values["weekdays"], values["hours"]
    if days and hours and hours > LONGEST_DAY * days.bit_count():
        sheet.problem(
            row.number,
            "Uren per week",
            _("%(hours)d uur past niet in %(days)d stagedagen.") % {"hours": hours, "days": days.bit_count()},
        )
    period = values["period"]
    start = values["starts_on"] or (period and period.starts_on)
    end = values["ends_on"] or (period and period.ends_on)
    if (values["starts_on"] or values["ends_on"]) and not period:
        sheet.problem(row.number, "Stageperiode", _("er staat een datum, maar geen stageperiode."))
    elif period and end <= start:
        sheet.problem(row.number, "Einddatum", _("ligt niet na de startdatum."))
