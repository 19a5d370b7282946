"""Who may see what a school does for a student: the coordinators of that school, nobody else; not even a platform admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F

from organisations.enums import Role
from organisations.models import Membership
from placements.guidance.enums import TaskStatus
from stagematch.clock import today

if TYPE_CHECKING:
    from placements.models import HelpNote, HelpTask  # noqa: F401 -- generic parameters
    from stagematch.accounts.models import User


class HelpTaskQuerySet(models.QuerySet["HelpTask"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Tasks of the schools where one is coordinator, about students who are there still."""
        return self.filter(school__in=_schools(user), student__school=F("school"))

    def open(self) -> Self:
        return self.filter(status=TaskStatus.OPEN)

    def overdue(self) -> Self:
        return self.open().filter(due_on__lt=today())


class HelpNoteQuerySet(models.QuerySet["HelpNote"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Notes of the schools where one is coordinator; another school that a student moved to does not read them."""
        return self.filter(school__in=_schools(user), student__school=F("school"))


def _schools(user: User | AnonymousUser) -> models.QuerySet[Membership, dict[str, int]] | list[int]:
    if not user.is_authenticated:
        return []
    return Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")  # type: ignore[return-value]
