"""What happens by itself for students who get stuck: a kind word, tasks for their school, and tasks nobody needs any more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.workdays import add_working_days
from placements.guidance import emails
from placements.guidance.enums import HelpReason, HelpStep, Rung, TaskStatus
from placements.guidance.registry import Found
from placements.guidance.selectors import IN_CONVERSATION, HelpRow, needing_help, settings_of
from placements.guidance.services.tasks import coordinators_of
from placements.models import Application, HelpEvent, HelpSettings, HelpTask, LadderStep
from stagematch.accounts.models import User
from stagematch.clock import now
from students.enums import SearchStatus
from students.models import PlacementSearch, Student


@dataclass
class HelpCounts:
    """What was, or in a dry run would be, done."""

    hints: int = 0
    tasks: int = 0
    dropped: int = 0

    def lines(self) -> list[str]:
        """For a command's output."""
        return [
            f"students who got a kind word: {self.hints}",
            f"tasks for schools: {self.tasks}",
            f"tasks nobody needs any more: {self.dropped}",
        ]


@dataclass
class _Plan:
    """What one school's night comes to, before anything is written."""

    steps: list[LadderStep] = field(default_factory=list)
    hints: list[PlacementSearch] = field(default_factory=list)
    tasks: list[HelpTask] = field(default_factory=list)
    drop: list[HelpTask] = field(default_factory=list)


def help_night(
    *, day: dt.date, dry_run: bool = False, schools: Collection[Organisation] | None = None, tells: bool = True
) -> HelpCounts:
    """Do the work of `day` for every school (or these), each in its own transaction; without `tells` nobody is mailed.

    Safe to run twice: a rung is climbed once per search and a task is made once per cause, also when somebody closed
    it. It looks at how things are, so a night that was missed is made up for by the next.
    """
    counts = HelpCounts()
    everybody = Organisation.objects.schools().filter(students__isnull=False).distinct().order_by("pk")
    for school in everybody if schools is None else schools:
        with transaction.atomic():
            # Two nights at a time would both find a rung free.
            Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)
            plan = _plan(school, day)
            counts.hints += len(plan.hints)
            counts.tasks += len(plan.tasks)
            counts.dropped += len(plan.drop)
            if not dry_run:
                _carry_out(plan, school, day, tells=tells)
    return counts


def _plan(school: Organisation, day: dt.date) -> _Plan:
    settings = settings_of(school)
    rows = needing_help(school, day=day, settings=settings)
    plan = _Plan()
    climbed: dict[int, set[str]] = defaultdict(set)
    for search, rung in LadderStep.objects.filter(student__school=school).values_list("search", "rung"):
        climbed[search].add(rung)
    made: dict[int, dict[str, HelpTask]] = defaultdict(dict)
    for task in HelpTask.objects.filter(school=school).exclude(cause="").select_related("student"):
        made[task.student_id][task.cause] = task
    owners = coordinators_of(school)
    owner = owners[0] if len(owners) == 1 else None
    due = add_working_days(day, settings.task_term_days)
    needed: dict[int, set[str]] = {}
    for row in rows:
        wanted = [*_ladder(row, settings, day, climbed, plan), *_other_tasks(row, settings)]
        needed[row.student.pk] = {found.cause for found in row.found} | {cause for cause, _reason, _title in wanted}
        for cause, reason, title in wanted:
            if cause not in made[row.student.pk]:
                plan.tasks.append(_task(row.student, school, reason, title, cause, due, owner))
    plan.drop = _not_needed(school, made, needed)
    return plan


def _task(
    student: Student, school: Organisation, reason: str, title: str, cause: str, due: dt.date, owner: User | None
) -> HelpTask:
    return HelpTask(
        student=student,
        school=school,
        reason=reason,
        title=title[:120],
        cause=cause,
        owner=owner,
        due_on=due,
        made_at=now(),
    )


def _ladder(
    row: HelpRow, settings: HelpSettings, day: dt.date, climbed: dict[int, set[str]], plan: _Plan
) -> list[tuple[str, str, str]]:
    """Climb the rungs this student has reached; return the one task that belongs to the highest."""
    if HelpReason.REJECTED not in row.codes or row.search is None:
        return []
    search, n = row.search, row.student.rejections
    reached = [
        rung
        for rung, at in ((Rung.HINT, settings.hint_at), (Rung.TASK, settings.task_at), (Rung.TALK, settings.talk_at))
        if n >= at
    ]
    for rung in reached:
        if rung not in climbed[search.pk]:
            plan.steps.append(LadderStep(student=row.student, search=search, rung=rung, rejections=n, on=day))
            if rung == Rung.HINT and settings.sends_hints:
                plan.hints.append(search)
    if Rung.TALK in reached:
        return [
            (ladder_cause(search.pk, Rung.TALK), HelpReason.REJECTED, _("Plan een gesprek: %(n)d keer nee gekregen") % {"n": n})
        ]  # fmt: skip
    if Rung.TASK in reached:
        return [
            (ladder_cause(search.pk, Rung.TASK), HelpReason.REJECTED, _("Denk mee: %(n)d keer nee gekregen") % {"n": n})
        ]
    return []


def ladder_cause(search: int, rung: Rung) -> str:
    """Name the episode of a rung, so that its task is made once."""
    return f"ladder:{search}:{rung.value}"


def _other_tasks(row: HelpRow, settings: HelpSettings) -> list[tuple[str, str, str]]:
    """Tasks for the other reasons this school wants tasks for."""
    return [
        (found.cause, found.code, f"{found.action.label}: {_small(found)}")
        for found in row.found
        if found.cause and found.code in settings.task_reasons
    ]


def _small(found: Found) -> str:
    return found.sentence[:1].lower() + found.sentence[1:].rstrip(".")


def _not_needed(
    school: Organisation, made: dict[int, dict[str, HelpTask]], needed: dict[int, set[str]]
) -> list[HelpTask]:
    """Return open tasks of earlier nights whose cause is gone. Who is in conversation keeps theirs: it may yet fail."""
    open_tasks = [
        task
        for tasks in made.values()
        for task in tasks.values()
        if task.status == TaskStatus.OPEN and task.cause not in needed.get(task.student_id, set())
    ]
    if not open_tasks:
        return []
    talking = set(
        Application.objects.filter(
            student__in={task.student_id for task in open_tasks},
            status__in=IN_CONVERSATION,
            search__status=SearchStatus.OPEN,
        ).values_list("student", flat=True)
    )
    return [task for task in open_tasks if task.student_id not in talking]


def _carry_out(plan: _Plan, school: Organisation, day: dt.date, *, tells: bool) -> None:
    LadderStep.objects.bulk_create(plan.steps)
    HelpTask.objects.bulk_create(plan.tasks)
    for task in plan.drop:
        task.status, task.closed_at = TaskStatus.NOT_NEEDED, now()
    HelpTask.objects.bulk_update(plan.drop, ["status", "closed_at"])
    told = [
        *((search.student, HelpStep.HINT, "") for search in plan.hints),
        *((task.student, HelpStep.TASK_MADE, task.title) for task in plan.tasks),
        *((task.student, HelpStep.TASK_DROPPED, task.title) for task in plan.drop),
    ]
    HelpEvent.objects.bulk_create(
        [HelpEvent(student=student, what=what, about=about, at=now()) for student, what, about in told]
    )
    if not tells:
        return
    for search in plan.hints:
        emails.hint(search)
    if plan.tasks:
        emails.new_tasks(school, day=day, number=len(plan.tasks))
