"""Which proposals a user may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from matchmaking.enums import ProposalStatus

if TYPE_CHECKING:
    from matchmaking.models import Proposal  # noqa: F401 -- generic parameter
    from stagematch.accounts.models import User


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> Self:
        return self.filter(status__in=ProposalStatus.open_statuses())

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A proposal is between the student and the matching; nobody else sees it until it is an application."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.filter(search__student__user=user)
