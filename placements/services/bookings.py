"""Who is in which talk when: nobody is in two talks at once, whatever role they have in them (features O6).

Written only while student and application of the talk are locked. The rows are inserted in the order of `person`, so
two talks with the same people never wait for each other crosswise; the exclusion constraint is the last line.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from placements.models import Interview, InterviewBooking
from stagematch.accounts.models import User
from stagematch.ui.errors import Conflict


def person_of(user: User) -> str:
    """The word for an account in `InterviewBooking.person`."""
    return f"u{user.pk}"


def people_of(interview: Interview) -> dict[str, str]:
    """Everybody in a talk: person to name. The student, the host and who joins."""
    student = interview.application.student.user
    people = {person_of(student): student.get_full_name()}
    if interview.host is not None:
        people[person_of(interview.host)] = interview.host.get_full_name()
    for participant in interview.participants.all():
        if participant.user_id is not None:
            people[f"u{participant.user_id}"] = participant.name
        elif participant.email:
            people[participant.email.lower()] = participant.name
    return people


def busy(people: Iterable[str], start: dt.datetime, end: dt.datetime) -> QuerySet[InterviewBooking]:
    """The talks these people have between two moments."""
    return InterviewBooking.objects.filter(person__in=list(people), starts_at__lt=end, ends_at__gt=start)


def book(interview: Interview, *, by_student: bool) -> None:
    """Write a planned talk into the agendas of everybody in it, in place of what stood there for it.

    Raises Conflict student_busy, or slot_taken when host or participant got another talk meanwhile; `by_student` says
    who reads the message.
    """
    assert interview.starts_at is not None and interview.ends_at is not None  # noqa: S101, PT018 -- it is planned
    people = people_of(interview)
    student = person_of(interview.application.student.user)
    free(interview)
    taken = set(busy(people, interview.starts_at, interview.ends_at).values_list("person", flat=True))
    if taken:
        raise _conflict(taken, people, student, by_student=by_student)
    rows = [
        InterviewBooking(interview=interview, person=person, starts_at=interview.starts_at, ends_at=interview.ends_at)
        for person in sorted(people)
    ]
    try:
        with transaction.atomic():
            InterviewBooking.objects.bulk_create(rows)
    except IntegrityError as error:  # somebody else's transaction was first
        raise _conflict(set(), people, student, by_student=by_student) from error


def free(interview: Interview) -> None:
    """Take a talk out of the agendas."""
    InterviewBooking.objects.filter(interview=interview).delete()


def _conflict(taken: set[str], people: dict[str, str], student: str, *, by_student: bool) -> Conflict:
    if student in taken:
        if by_student:
            return Conflict("student_busy", _("Op deze tijd heb je al een ander gesprek. Kies een andere tijd."))
        return Conflict(
            "student_busy",
            _("De student heeft op deze tijd al een ander gesprek. Kies een andere tijd."),
            field="slots",
        )
    if by_student or not taken:
        return Conflict("slot_taken", _("Deze tijd is net door iemand anders gekozen. Kies een andere tijd."))
    names = ", ".join(sorted(people[person] for person in taken))
    return Conflict(
        "slot_taken",
        _("%(names)s heeft op deze tijd al een gesprek. Kies een andere tijd.") % {"names": names},
        field="slots",
    )
