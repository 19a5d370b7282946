"""Which students and searches a user may see. Organisations see nothing here: they see applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import Role
from organisations.models import Organisation
from stagematch.clock import now
from students.enums import SearchStatus

if TYPE_CHECKING:
    from stagematch.accounts.models import User
    from students.models import (  # noqa: F401 -- generic parameters
        Document,
        InvitationWave,
        PlacementSearch,
        SchoolToken,
        Student,
        StudentImport,
    )


def _seen_by(user: User, prefix: str) -> Q:
    """The student self, or a coordinator of the student's school; `prefix` is the path to the student."""
    return Q(**{f"{prefix}user": user}) | Q(
        **{
            f"{prefix}programme__school__memberships__user": user,
            f"{prefix}programme__school__memberships__is_active": True,
            f"{prefix}programme__school__memberships__role": Role.COORDINATOR,
        }
    )


class StudentQuerySet(models.QuerySet["Student"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Oneself, and for a coordinator the students of the own school."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(_seen_by(user, "")).distinct()


class PlacementSearchQuerySet(models.QuerySet["PlacementSearch"]):
    def open(self) -> Self:
        return self.filter(status=SearchStatus.OPEN)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(_seen_by(user, "student__")).distinct()


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Own documents only; a broker gets at a CV through an application that was invited (R4)."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(student__user=user)


def schools_run_by(user: User | AnonymousUser) -> models.QuerySet[Organisation]:
    """Schools whose lists of students this person keeps: the own ones of a coordinator, all for a platform admin."""
    schools = Organisation.objects.schools()
    if user.is_authenticated and user.is_superuser:
        return schools
    return schools.filter(pk__in=Organisation.objects.of(user, Role.COORDINATOR).values("pk"))


class StudentImportQuerySet(models.QuerySet["StudentImport"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Files of the schools one is coordinator of; colleagues see each other's."""
        return self.filter(school__in=schools_run_by(user))


class InvitationWaveQuerySet(models.QuerySet["InvitationWave"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Waves of the schools one is coordinator of."""
        return self.filter(school__in=schools_run_by(user))


class SchoolTokenQuerySet(models.QuerySet["SchoolToken"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Tokens of the schools one is coordinator of."""
        return self.filter(school__in=schools_run_by(user))

    def working(self) -> Self:
        """Not revoked and not expired."""
        return self.filter(revoked_at=None, expires_at__gt=now())
