"""What somebody may do as a student: predicates, no writes."""

from django.contrib.auth.models import AnonymousUser

from stagematch.accounts.models import User
from students.selectors import student_of


def is_student(user: User | AnonymousUser) -> bool:
    """Tell whether this user is a student; a visitor never is."""
    return student_of(user) is not None
