"""What the demo's schools do for students who get stuck: tasks of a night, a note, a choice kept, an introduction."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership, Organisation
from placements.enums import ApplicationOrigin, AssistedKind, AssistedStatus, ViewPage
from placements.guidance.enums import HelpStep, TaskStatus
from placements.guidance.night import help_night
from placements.models import (
    Application,
    AssistedApplication,
    HelpEvent,
    HelpNote,
    HelpTask,
    Rejection,
    SavedView,
    SharedAnswer,
    Vacancy,
)
from stagematch.accounts.models import User
from stagematch.clock import at
from students.models import Student

COORDINATORS = ("bpv@demo.example", "bpv2@demo.example")
BROKER, STUDENT = "stagemakelaar@demo.example", "student@demo.example"
_NOTES = (
    "Kijkt nu ook naar woensdag. Volgende week kijken we samen naar drie plekken.",
    "Wil graag naar een plek met jongeren, in de buurt van school.",
)


def write_help(day: dt.date) -> int:
    """Write those rows for the demo's own schools; return how many. Everything in them is invented, nothing is mailed."""
    members = Membership.objects.filter(user__email__in=COORDINATORS, role=Role.COORDINATOR, is_active=True)
    coordinators = {
        row.organisation: row.user for row in members.select_related("user", "organisation").order_by("-pk")
    }
    with at(day):
        help_night(day=day, schools=list(coordinators), tells=False)
    moment = dt.datetime.combine(day - dt.timedelta(days=2), dt.time(10, 5), timezone.get_default_timezone())
    written = HelpTask.objects.count()
    for school, coordinator in coordinators.items():
        written += _of_school(school, coordinator, moment)
    return written + _introduced(moment)


def _of_school(school: Organisation, coordinator: User, moment: dt.datetime) -> int:
    tasks = list(HelpTask.objects.filter(school=school).select_related("student").order_by("pk"))
    HelpTask.objects.filter(pk__in=[task.pk for task in tasks[::2]]).update(owner=coordinator)
    if len(tasks) > 2:
        late, done = tasks[0], tasks[1]
        HelpTask.objects.filter(pk=late.pk).update(due_on=moment.date() - dt.timedelta(days=1))
        HelpTask.objects.filter(pk=done.pk).update(
            status=TaskStatus.DONE, closed_at=moment, owner=coordinator, outcome="Gesproken. Zoekt nu ook in de buurt van school."
        )  # fmt: skip
        HelpEvent.objects.create(
            student=done.student, what=HelpStep.TASK_DONE, about=done.title, actor=coordinator, at=moment
        )
    helped = list({task.student_id: task.student for task in tasks}.values())[: len(_NOTES)]
    for student, text in zip(helped, _NOTES, strict=False):
        HelpNote.objects.create(student=student, school=school, author=coordinator, text=text, at=moment)
        HelpEvent.objects.create(student=student, what=HelpStep.NOTE, actor=coordinator, at=moment)
    SavedView.objects.create(
        user=coordinator, organisation=school, page=ViewPage.STUDENTS, name="Leerjaar 2, zoekt nog",
        query="leerjaar=2&stand=seeking", is_shared=True, created_at=moment,
    )  # fmt: skip
    rejection = Rejection.objects.filter(application__student__school=school).order_by("pk").first()
    if rejection is not None:
        SharedAnswer.objects.create(rejection=rejection, at=moment)
    return 2 + 2 * len(helped)


def _introduced(moment: dt.datetime) -> int:
    """Two students of the fixed student's school said yes to an introduction at the demo's stagemakelaar."""
    broker, known = User.objects.filter(email=BROKER).first(), Student.objects.filter(user__email=STUDENT).first()
    coordinator = User.objects.filter(email=COORDINATORS[0]).first()
    if broker is None or known is None or coordinator is None:
        return 0
    vacancies = list(Vacancy.objects.managed_by(broker).accepting().order_by("pk")[:2])
    others = Student.objects.filter(school=known.school, searches__status="open").exclude(
        pk__in=Application.objects.filter(vacancy__in=vacancies).values("student")
    )
    others = others.exclude(pk=known.pk).select_related("user").distinct().order_by("pk")[1:2]
    rows = [
        AssistedApplication(
            kind=AssistedKind.INTRODUCE,
            origin=ApplicationOrigin.SCHOOL,
            status=AssistedStatus.AGREED,
            vacancy=vacancy,
            student=student,
            school=student.school,
            motivation=f"{student.user.first_name} helpt al een jaar mee in het buurthuis en ziet snel wie er niet "
            "meedoet. Een plek waar je een groep leert begeleiden past goed.",
            asked_by=coordinator,
            asked_at=moment - dt.timedelta(days=1),
            answered_at=moment,
            expires_at=moment + dt.timedelta(days=13),
        )
        for student, vacancy in zip([*others, known], vacancies, strict=False)
    ]
    return len(AssistedApplication.objects.bulk_create(rows))
