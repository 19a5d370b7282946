"""What students tells the platform below it (`apps.ready` calls `register`)."""

from django.http import HttpRequest

from organisations.inventory.selectors import told_by
from organisations.invitations.hooks import told_by as invited_as
from stagematch.accounts import landing
from stagematch.mail import samples
from stagematch.ui import context
from students.access import may_begin
from students.rules import is_student
from students.services import register_export


def register() -> None:
    """Register the student's header and first page."""
    landing.register(10, student_page)
    landing.register(95, new_page)
    register_export("antwoorden over stageplekken", told_by)
    register_export("uitnodigingen als collega", invited_as)
    samples.register("student_invited", lambda: {"school": "ROC De Brug", "email": "samira@student.debrug.example"})
    context.register_role(10, "student", lambda request: is_student(request.user))


def student_page(request: HttpRequest) -> str | None:
    """A student starts at the own overview."""
    return "my-overview" if is_student(request.user) else None


def new_page(request: HttpRequest) -> str | None:
    """Who has an account and no role yet finishes the profile first."""
    return "my-start" if may_begin(request.user) else None
