"""Tying a reaction to the request it came from, when somebody else prepared it."""

from placements.enums import AssistedKind, AssistedStatus
from placements.models import Application, AssistedApplication, Vacancy
from stagematch.clock import now
from students.models import Student


def pending_request(student: Student, vacancy: Vacancy) -> AssistedApplication | None:
    """Return what was prepared for this student and place and is not sent yet. The caller has locked the student."""
    return (
        AssistedApplication.objects.filter(
            student=student,
            vacancy=vacancy,
            kind=AssistedKind.APPLY,
            application__isnull=True,
            status__in=[AssistedStatus.WAITING, AssistedStatus.AGREED],
        )
        .order_by("asked_at", "pk")
        .first()
    )


def settle_request(asked: AssistedApplication, application: Application) -> None:
    """Note that the reaction was sent; nobody needs to answer the request any more."""
    asked.application = application
    asked.status = AssistedStatus.AGREED
    asked.answered_at = asked.answered_at or now()
    asked.save(update_fields=["application", "status", "answered_at"])
