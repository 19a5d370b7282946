"""The school tells its students that their account is there, in waves: by class, by year, or all at once."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet

from organisations.enums import Role
from organisations.models import Organisation
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.mail.services import queue_mail
from students.models import Student

REST_DAYS = 7
"""Days between two invitations of one student."""
AT_ONCE = 250
"""Students in one press of the button; how many mails a minute leave is for the worker."""


def never_seen(students: QuerySet[Student]) -> QuerySet[Student]:
    """Those who follow the opleiding and never signed in, and were not invited in the last 7 days."""
    return students.filter(is_active=True, user__is_active=True, user__last_login=None).filter(
        Q(invited_at=None) | Q(invited_at__lte=now() - dt.timedelta(days=REST_DAYS))
    )


@transaction.atomic
def invite_students(*, students: QuerySet[Student], actor: User | None, at_most: int | None = None) -> int:
    """Mail at most 250 (or `at_most`) of these students that their account is there and how to sign in; return how many.

    Their accounts exist with the school's address, so the mail holds no secret: signing in takes a code by mail. Who
    signed in once, or was invited less than 7 days ago, gets nothing. Raises PermissionDenied when one of them is not of
    a school where `actor` is BPV-coördinator; None is the job that sends what a coordinator planned.
    """
    if actor is not None and not actor.is_superuser:
        schools = Organisation.objects.of(actor, Role.COORDINATOR)
        if students.exclude(school__in=schools).exists():
            raise PermissionDenied
    wanted = list(never_seen(students).order_by("class_name", "pk").values_list("pk", flat=True)[: at_most or AT_ONCE])
    # Again under the lock: pressing twice at once invites once.
    rows = list(
        never_seen(Student.objects.filter(pk__in=wanted))
        .select_for_update(of=("self",), no_key=True)
        .select_related("user", "school")
        .order_by("pk")
    )
    moment = now()
    Student.objects.filter(pk__in=[student.pk for student in rows]).update(invited_at=moment)
    for student in rows:
        queue_mail(
            key=f"student-invited:{student.public_id}:{moment:%Y-%m-%d}",
            template="student_invited",
            to=student.user,
            context={"school": student.school.name, "email": student.user.email},
        )
    return len(rows)
