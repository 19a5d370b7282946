"""Which pledges a user may see, and the named sets of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import Role
from organisations.models import Membership, Organisation
from roadshows.pledge_enums import PledgeKind, PledgeStatus

if TYPE_CHECKING:
    from roadshows.models import Pledge  # noqa: F401 -- generic parameter
    from stagematch.accounts.models import User


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def confirmed(self) -> Self:
        """Those that count: somebody who may say so has said that they are real."""
        return self.filter(confirmed_at__isnull=False)

    def standing(self) -> Self:
        """Confirmed and neither withdrawn nor lapsed."""
        return self.confirmed().filter(status__in=PledgeStatus.standing())

    def open(self) -> Self:
        """Confirmed, and somebody still has to do something."""
        return self.confirmed().filter(status__in=PledgeStatus.open_statuses())

    def places(self) -> Self:
        """Promises of stageplekken."""
        return self.filter(kind=PledgeKind.PLACES)

    def of_broker(self, user: User | AnonymousUser) -> Self:
        """Confirmed pledges of the organisations where `user` is stagemakelaar; all for a platform admin."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.confirmed()
        return self.confirmed().filter(organisation__in=Organisation.objects.of(user, Role.BROKER).values("pk"))

    def of_team_lead(self, user: User | AnonymousUser) -> Self:
        """Confirmed pledges that are the task of a team `user` leads."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(user=user, is_active=True, role=Role.TEAM_LEAD).values("teams")
        return self.confirmed().filter(team__in=mine)

    def of_organiser(self, user: User | AnonymousUser) -> Self:
        """Every pledge at the roadshows one organises, also those nobody confirmed yet."""
        from roadshows.models import Roadshow

        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(roadshow__in=Roadshow.objects.managed_by(user).values("pk"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What one organises, what one's own organisation or team promised; nothing for anybody else."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        parts = (self.of_organiser(user), self.of_broker(user), self.of_team_lead(user))
        return self.filter(Q(*[Q(pk__in=part.values("pk")) for part in parts], _connector=Q.OR))
