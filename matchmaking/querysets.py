"""Which proposals a user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from matchmaking.enums import ProposalStatus
from organisations.enums import Role
from organisations.models import Organisation

if TYPE_CHECKING:
    from matchmaking.models import Proposal  # noqa: F401 -- generic parameter
    from stagematch.accounts.models import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> Self:
        return self.filter(status__in=ProposalStatus.open_statuses())

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A proposal is between the student and the matching; nobody else sees it until it is an application.

        But for a concept: that is for the coordinator of a school that looks first, and not yet for the student.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        own = Q(search__student__user=user) & ~Q(status=ProposalStatus.CONCEPT)
        return self.filter(own | Q(pk__in=self.model.objects.to_look_at(user).values("pk")))

    def to_look_at(self, user: User | AnonymousUser) -> Self:
        """Concepts that wait for a look by this coordinator."""
        schools = Organisation.objects.of(user, Role.COORDINATOR)
        return self.filter(status=ProposalStatus.CONCEPT, search__student__school__in=schools)
