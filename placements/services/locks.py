"""The one place where rows of placements are locked, and the one order in which: that is why there are no deadlocks.

    student -> vacancy -> pool (TeamCapacity) -> supervisor (SupervisorCapacity) -> application(s, by primary key)

A service locks what it needs in this order and never goes back up. After the applications only rows that nobody
waits for are touched: interviews, agendas and rejections of a locked application, the waiting list (which skips locked rows),
the answer statistics (always last), mail. Locks are `FOR NO KEY UPDATE`: rows that only refer to a locked row
do not wait.
"""

from dataclasses import dataclass

from organisations.models import SupervisorCapacity, TeamCapacity
from placements.models import Application, Interview, Vacancy
from students.models import Student


@dataclass(frozen=True)
class Room:
    """The locked rows that count places (R7)."""

    vacancy: Vacancy
    pool: TeamCapacity | None
    supervisor: SupervisorCapacity | None


def lock_student(pk: int) -> Student:
    """Lock a student: nobody else can send, withdraw or close one of their applications meanwhile."""
    return (
        Student.objects.select_related("user", "programme__qualification", "school")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def lock_vacancy(pk: int) -> Vacancy:
    """Lock a vacancy: its number of open applications and taken places stands still."""
    return (
        Vacancy.objects.select_related("organisation", "team", "period", "location__postcode")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def lock_room(vacancy_pk: int, supervisor_pk: int | None) -> Room:
    """Lock vacancy, its pool and the praktijkbegeleider's room, in this order."""
    vacancy = lock_vacancy(vacancy_pk)
    pool = None
    if vacancy.pool_id is not None:
        pool = TeamCapacity.objects.select_for_update(no_key=True).get(pk=vacancy.pool_id)
    supervisor = None
    if supervisor_pk is not None:
        supervisor = (
            SupervisorCapacity.objects.select_related("supervisor__user")
            .select_for_update(of=("self",), no_key=True)
            .get(pk=supervisor_pk)
        )
    return Room(vacancy, pool, supervisor)


def lock_application(pk: int) -> Application:
    """Lock an application and read it as it is now; whatever the caller held may be old."""
    return (
        Application.objects.select_related(
            "vacancy__organisation",
            "vacancy__team",
            "vacancy__location__postcode",
            "student__user",
            "student__school",
            "search",
            "assigned_to",
            "offered_supervisor__supervisor__user",
        )
        .select_for_update(of=("self",), no_key=True)
        .get(pk=pk)
    )


def lock_interview(interview: Interview) -> Interview:
    """Lock student and application of a talk, then read the talk as it is now."""
    student_pk = Application.objects.values_list("student", flat=True).get(pk=interview.application_id)
    lock_student(student_pk)
    application = lock_application(interview.application_id)
    locked = Interview.objects.select_related("host").select_for_update(of=("self",), no_key=True).get(pk=interview.pk)
    locked.application = application
    return locked
