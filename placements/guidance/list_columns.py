"""The columns a school can take along of its list of students. Nothing of tasks, notes or reasons: a file travels further."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from placements.progress import Progress
from students.models import Student


class Column(NamedTuple):
    """A column: its name in the address, its heading, whether it is ticked first, and its value for a student."""

    key: str
    label: Any
    usual: bool
    value: Callable[[Student], Any]


def _extra(name: str) -> Callable[[Student], Any]:
    return lambda student: vars(student)[name]


COLUMNS = [
    Column("naam", _("Naam"), True, lambda s: s.user.get_full_name() or s.user.email),
    Column("nummer", _("Studentnummer"), True, lambda s: s.student_number),
    Column("klas", _("Klas"), True, lambda s: s.class_name),
    Column("leerjaar", _("Leerjaar"), True, lambda s: s.year),
    Column("school", _("School"), False, lambda s: s.school.name),
    Column("opleiding", _("Opleiding"), False, lambda s: s.programme.name),
    Column("stand", _("Stand"), True, lambda s: str(capfirst(Progress(vars(s)["progress"]).label))),
    Column("periode", _("Periode"), True, lambda s: vars(s)["period_name"] or ""),
    Column("zoekt_sinds", _("Zoekt sinds"), True, _extra("searching_since")),
    Column("open", _("Open reacties"), True, lambda s: vars(s)["open_applications"] or 0),
    Column("nee", _("Keer nee"), True, lambda s: s.rejections),
    Column("mail", _("Mailadres"), False, lambda s: s.user.email),
]


def chosen(keys: Iterable[str]) -> list[Column]:
    """Return the columns that were ticked, in the order of the list; the usual ones when none was."""
    wanted = set(keys)
    found = [column for column in COLUMNS if column.key in wanted]
    return found or [column for column in COLUMNS if column.usual]
