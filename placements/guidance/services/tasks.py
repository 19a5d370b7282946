"""Making, taking and closing what a school does for a student. Every step is in the log."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.roles import has_role_at
from organisations.workdays import add_working_days
from placements.guidance.enums import TASK_TRANSITIONS, HelpReason, HelpStep, TaskStatus
from placements.guidance.selectors import settings_of
from placements.models import HelpEvent, HelpTask
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student

MOST_OPEN = 10
"""Open tasks about one student; more is a list nobody reads."""
STEP_OF = {
    TaskStatus.DONE: HelpStep.TASK_DONE,
    TaskStatus.NOT_NEEDED: HelpStep.TASK_DROPPED,
    TaskStatus.OPEN: HelpStep.TASK_REOPENED,
}


def require_coordinator(actor: User, school: Organisation) -> None:
    """Raise RuleError `not_own_student` for whoever is no coordinator of this school now."""
    if not has_role_at(actor, school, Role.COORDINATOR):
        raise RuleError("not_own_student", _("Deze student hoort niet bij jouw school."))


def coordinators_of(school: Organisation) -> list[User]:
    """Return who can own a task, by name."""
    rows = Membership.objects.active().filter(organisation=school, role=Role.COORDINATOR).select_related("user")
    return [row.user for row in rows.order_by("user__first_name", "user__last_name", "pk")]


@transaction.atomic
def make_task(
    *,
    student: Student,
    actor: User,
    title: str,
    reason: str = HelpReason.OTHER,
    due_on: dt.date | None = None,
    owner: User | None = None,
) -> HelpTask:
    """Write down what somebody of the school will do for this student.

    Without a day it is the school's usual term. Raises RuleError not_own_student, title_required, past (a day that is
    gone), too_many, not_a_colleague.
    """
    school = student.school
    require_coordinator(actor, school)
    words = " ".join(title.replace("\x00", "").split())[:120]
    if not words:
        raise RuleError("title_required", _("Schrijf op wat je gaat doen."), field="title")
    if due_on is not None and due_on < today():
        raise RuleError("past", _("Kies een dag die nog komt."), field="due_on")
    if owner is not None and owner.pk != actor.pk:
        _require_colleague(owner, school)
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)  # two windows do not make eleven
    if HelpTask.objects.open().filter(student=student).count() >= MOST_OPEN:
        raise RuleError("too_many", _("Er staan al %(n)d taken open. Rond er eerst een af.") % {"n": MOST_OPEN})
    term = settings_of(school).task_term_days
    task = HelpTask.objects.create(
        student=student,
        school=school,
        reason=HelpReason(reason),
        title=words,
        owner=owner,
        due_on=due_on or add_working_days(today(), term),
        made_by=actor,
        made_at=now(),
    )
    log(student, HelpStep.TASK_MADE, actor=actor, about=task.title)
    return task


@transaction.atomic
def move_task(*, task: HelpTask, actor: User, to: str, outcome: str = "") -> HelpTask:
    """Close a task, as done or as not needed any more, or open it again.

    Raises RuleError not_own_student, and Conflict `already_moved` when a colleague was first.
    """
    locked = _lock(task, actor)
    status = TaskStatus(to)
    if status not in TASK_TRANSITIONS[TaskStatus(locked.status)]:
        raise Conflict(
            "already_moved", _("Deze taak staat al op ‘%(status)s’.") % {"status": locked.get_status_display()}
        )
    locked.status = status
    locked.closed_at = None if status == TaskStatus.OPEN else now()
    locked.outcome = "" if status == TaskStatus.OPEN else " ".join(outcome.replace("\x00", "").split())[:300]
    if locked.owner_id is None and status == TaskStatus.DONE:
        locked.owner = actor
    locked.save(update_fields=["status", "closed_at", "outcome", "owner"])
    log(locked.student, STEP_OF[status], actor=actor, about=locked.title)
    return locked


@transaction.atomic
def assign_task(*, task: HelpTask, actor: User, owner: User | None, due_on: dt.date | None = None) -> HelpTask:
    """Give a task to a colleague (or nobody), and another day when one is named.

    Raises RuleError not_own_student, not_a_colleague, past; Conflict already_moved for a closed task.
    """
    locked = _lock(task, actor)
    if locked.status != TaskStatus.OPEN:
        raise Conflict(
            "already_moved", _("Deze taak staat al op ‘%(status)s’.") % {"status": locked.get_status_display()}
        )
    if owner is not None:
        _require_colleague(owner, locked.school)
    if due_on is not None and due_on != locked.due_on:
        if due_on < today():
            raise RuleError("past", _("Kies een dag die nog komt."), field="due_on")
        locked.due_on = due_on
        log(locked.student, HelpStep.TASK_MOVED, actor=actor, about=locked.title)
    if owner != locked.owner:
        locked.owner = owner
        log(locked.student, HelpStep.TASK_TAKEN, actor=actor, about=locked.title)
    locked.save(update_fields=["owner", "due_on"])
    return locked


def _lock(task: HelpTask, actor: User) -> HelpTask:
    locked = (
        HelpTask.objects.select_related("student__user", "student__school", "school", "owner")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=task.pk)
    )
    require_coordinator(actor, locked.school)
    return locked


def _require_colleague(owner: User, school: Organisation) -> None:
    if not has_role_at(owner, school, Role.COORDINATOR):
        raise RuleError("not_a_colleague", _("Kies iemand van je eigen school."), field="owner")


def log(student: Student, what: HelpStep, *, actor: User | None, about: str = "") -> HelpEvent:
    """Add a line to what was done for a student; in the caller's transaction."""
    return HelpEvent.objects.create(student=student, what=what, actor=actor, about=about[:120], at=now())
