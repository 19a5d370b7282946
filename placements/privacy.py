"""What must happen in placements before a student is forgotten (features P3)."""

from django.utils.translation import gettext as _

from placements.enums import PlacementStatus, VacancyStatus
from placements.models import Application, OwnPlace, Placement, Vacancy
from placements.services.applications import withdraw_application
from placements.services.locks import lock_room, lock_student
from placements.services.room import release_room
from placements.services.saved_searches import forget_links_of
from stagematch.accounts.models import User
from stagematch.links.services import links_of, revoke_links
from students.models import Student
from students.services import register_farewell


def register() -> None:
    """Say goodbye in this room too when a person is deleted. Called in `ready()`."""
    register_farewell("placements", farewell)


def farewell(student: Student, actor: User) -> None:
    """Give back the places of a student and withdraw what is open, so that nobody keeps waiting for somebody gone.

    Runs in the transaction of the deletion. Locks in the order of `services.locks`.
    """
    lock_student(student.pk)
    forget_links_of(student, actor)
    for placement in Placement.objects.filter(student=student).order_by("vacancy_id", "pk"):
        if placement.status in PlacementStatus.holding():
            room = lock_room(placement.vacancy_id, placement.supervisor_id)
            release_room(room, placement)
        links_of(placement).delete()
        placement.delete()
    for application in Application.objects.filter(student=student).open().order_by("pk"):
        withdraw_application(
            application=application, actor=actor, reason=_("De student zoekt niet meer via stagematch.")
        )
    # Without its student a place that was kept would be for everybody.
    Vacancy.objects.filter(reserved_for=student).update(status=VacancyStatus.CLOSED)
    for place in OwnPlace.objects.filter(student=student):
        revoke_links(subject=place, actor=actor)
