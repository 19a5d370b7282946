"""Whose school this is, and the one way to get at one of its students."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from organisations.enums import Role
from organisations.models import Organisation
from placements.progress import with_progress
from placements.school import schools_of
from stagematch.accounts.models import User
from students.models import Student


def signed_in(request: HttpRequest) -> User:
    """Return who is signed in; the views ask for a role first."""
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return request.user


def school_or_404(request: HttpRequest) -> tuple[Organisation, list[Organisation]]:
    """Return the school that is asked for by `?school=`, or the first, and all; a platform admin has none (404)."""
    schools = schools_of(signed_in(request))
    wanted = request.GET.get("school", "")
    school = next((school for school in schools if school.slug == wanted), schools[0] if schools else None)
    if school is None:
        raise Http404
    return school, schools


def own_students(user: User) -> QuerySet[Student]:
    """Students of the schools where one is coordinator. Oneself is not among them: that would be one's own file."""
    return Student.objects.filter(school__in=Organisation.objects.of(user, Role.COORDINATOR)).exclude(user=user)


def student_or_404(user: User, public_id: UUID) -> Student:
    """Return an own student with what pages show, or 404."""
    rows = with_progress(own_students(user)).select_related("user", "school__help_settings", "programme__qualification")
    student = rows.filter(public_id=public_id).first()
    if student is None:
        raise Http404
    return student
