"""Reads about students that pages share: who is this student, what do they look for, what is still missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from organisations.models import StagePeriod, WorkProcess
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.prepared import Prepared
from students.enums import DocumentKind, SearchStatus
from students.models import Document, PlacementSearch, Student

_user_field = Student._meta.get_field("user").remote_field


def _remember(user: User, student: Student | None) -> None:
    """Keep the student on the user, so that header, view and rules ask the database once per request."""
    _user_field.set_cached_value(user, student)


def _student_of(user: int) -> QuerySet[Student]:
    return Student.objects.select_related("programme__qualification", "programme__school", "school").filter(user=user)


_student = Prepared(_student_of, user=int)


def student_of(user: User | AnonymousUser) -> Student | None:
    """Return the student this user is, with programme and school, or None. At most one query per user object."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if _user_field.is_cached(user):
        cached = _user_field.get_cached_value(user)
        return cached if isinstance(cached, Student) else None
    student: Student | None = next(iter(_student.objects(user=user.pk)), None)
    if student is not None:
        student.user = user
    _remember(user, student)
    return student


def _search_of(user: int, day: dt.date) -> QuerySet[PlacementSearch]:
    order = Case(
        When(status=SearchStatus.OPEN, then=Value(0)),
        When(status=SearchStatus.DRAFT, then=Value(1)),
        When(status=SearchStatus.PLACED, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        PlacementSearch.objects.filter(student__user=user, ends_on__gte=day)
        .select_related("period", "home", "student__programme__qualification", "student__school")
        .order_by(order, "starts_on", "pk")[:1]
    )


_search = Prepared(_search_of, user=int, day=dt.date)


def current_search(user: User | AnonymousUser) -> PlacementSearch | None:
    """Return the search the student is busy with: an open one first, then a draft, then a placed one; the nearest to now wins.

    The search carries its student, period and home; searches whose last day has passed do not count. One query, and
    when asked before `student_of` it answers that question too.
    """
    if not isinstance(user, User) or (_user_field.is_cached(user) and student_of(user) is None):
        return None
    search: PlacementSearch | None = next(iter(_search.objects(user=user.pk, day=today())), None)
    if search is None:
        return None
    programme = search.student.programme
    if programme.school_id == search.student.school_id:
        programme.school = search.student.school  # nearly always: then it needs no join of its own
    if _user_field.is_cached(user):
        known = student_of(user)
        assert known is not None  # noqa: S101 -- checked above; narrows the type
        search.student = known
    else:
        search.student.user = user
        _remember(user, search.student)
    return search


def current_cv(student: Student) -> Document | None:
    """Return the CV the student uses now."""
    return Document.objects.filter(student=student, kind=DocumentKind.CV, is_current=True).first()


def coming_periods() -> list[StagePeriod]:
    """Return the stage periods that have not ended yet, soonest first."""
    return list(StagePeriod.objects.filter(ends_on__gt=today()))


def work_processes_of(student: Student) -> list[WorkProcess]:
    """Return the werkprocessen of the student's own dossier that hold today."""
    dossier = student.programme.qualification.dossier
    rows = WorkProcess.objects.filter(valid_from__lte=today()).exclude(valid_until__lte=today())
    return list(rows.filter(dossier=dossier) if dossier else rows)


@dataclass(frozen=True)
class Todo:
    """Something that is still missing, or done, in a student's search; `step` is the page where it is filled in."""

    step: str
    text: str
    help: str
    done: bool
    required: bool


def todo_of(search: PlacementSearch | None, *, has_cv: bool, wishes: int, goals: int) -> list[Todo]:
    """Return what a complete search needs, in the order of the steps; `required` ones stand between draft and open."""
    made = search is not None
    return [
        Todo("opleiding", _("Opleiding en periode"), _("Wanneer begint je stage?"), made, True),
        Todo("reizen", _("Waar je woont"), _("Zo weten we hoe ver het is"), bool(search and search.home_id), True),
        Todo("wensen", _("Met wie je wilt werken"), _("Dan passen de voorstellen beter"), wishes > 0, False),
        Todo("leren", _("Je leerdoelen"), _("Die gaan mee met je reactie"), goals > 0, True),
        Todo("cv", _("Je cv"), _("Eén keer toevoegen is genoeg"), has_cv, False),
        Todo(
            "cv",
            _("Je motivatie"),
            _("Die kun je bij elke reactie aanpassen"),
            bool(search and search.motivation.strip()),
            False,
        ),
    ]


def todo_for(student: Student, search: PlacementSearch | None) -> list[Todo]:
    """Return the to-do list of this student; three queries at most."""
    wishes = search.target_groups.count() if search else 0
    goals = search.learning_goals.count() if search else 0
    return todo_of(search, has_cv=current_cv(student) is not None, wishes=wishes, goals=goals)
