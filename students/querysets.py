"""Which students and searches a user may see. Organisations see nothing here: they see applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import Role
from students.enums import SearchStatus

if TYPE_CHECKING:
    from stagematch.accounts.models import User
    from students.models import Document, PlacementSearch, Student  # noqa: F401 -- generic parameters


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
