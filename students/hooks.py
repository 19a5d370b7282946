"""What students tells the platform below it (`apps.ready` calls `register`)."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.inventory.selectors import told_by
from organisations.invitations.hooks import told_by as invited_as
from organisations.roles import is_known_as_staff
from stagematch.accounts import landing
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.mail.topics import Frequency, register_topic
from stagematch.ui import context
from students import tasks
from students.access import may_begin
from students.api import schema
from students.models import Student
from students.rules import is_student
from students.services import register_export, register_farewell, uploads


def register() -> None:
    """Register the student's header and first page."""
    uploads.register_worker(tasks.enqueue_import)
    schema.register()
    landing.register(10, student_page)
    landing.register(95, new_page)
    register_export("antwoorden over stageplekken", told_by)
    register_export("uitnodigingen als collega", invited_as)
    register_farewell("imports", forget_lists)
    samples.register("student_invited", lambda: {"school": "ROC De Brug", "email": "samira@student.debrug.example"})
    samples.register(
        "profile_incomplete",
        lambda: {"missing": ["waar je woont"], "has_begun": True, "link": f"{settings.BASE_URL}/mijn/zoektocht/"},
    )
    register_topic(
        "profile",
        label=_("Je zoektocht afmaken"),
        explanation=_("Je begon met je zoektocht en die is nog niet klaar. Hoogstens twee keer."),
        templates=["profile_incomplete"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=lambda user: Student.objects.filter(user=user).exists(),
    )
    context.register_role(10, "student", sees_student_header)


def forget_lists(student: Student, _actor: User) -> None:
    """Let no list that a school sent make a deleted student again."""
    uploads.forget_files_of(student.school)


def sees_student_header(request: HttpRequest) -> bool:
    """A student sees the student's header; who was let in for a role on this page need not be looked up."""
    return not is_known_as_staff(request.user) and is_student(request.user)


def student_page(request: HttpRequest) -> str | None:
    """A student starts at the own overview."""
    return "my-overview" if is_student(request.user) else None


def new_page(request: HttpRequest) -> str | None:
    """Who has an account and no role yet finishes the profile first."""
    return "my-start" if may_begin(request.user) else None
