"""Which organisations, teams and people a user may see. Default: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import OrganisationKind, Role

if TYPE_CHECKING:
    from organisations.models import Membership, Organisation, Programme, Team  # noqa: F401 -- generic parameters
    from stagematch.accounts.models import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def public(self) -> Self:
        """Approved organisations: their name and page are public."""
        return self.filter(is_approved=True)

    def hosting(self) -> Self:
        """Organisations that can offer places."""
        return self.filter(kind__in=OrganisationKind.hosting())

    def schools(self) -> Self:
        return self.filter(kind=OrganisationKind.SCHOOL)

    def of(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Organisations where `user` has an active membership, in one of `roles` when given."""
        if not user.is_authenticated:
            return self.none()
        mine = Q(memberships__user=user, memberships__is_active=True)
        # One filter() call: two would join memberships twice and mix the roles of different people.
        return self.filter(mine & Q(memberships__role__in=roles) if roles else mine).distinct()

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What this user may see: everything for a platform admin, else the public ones and their own."""
        if user.is_authenticated and user.is_superuser:
            return self
        return self.filter(Q(is_approved=True) | Q(pk__in=self.model.objects.of(user).values("pk")))


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Teams of the organisations one works for; team leads and supervisors only their own teams."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        broker = Q(
            organisation__memberships__user=user,
            organisation__memberships__is_active=True,
            organisation__memberships__role=Role.BROKER,
        )
        own = Q(memberships__user=user, memberships__is_active=True)
        return self.filter(broker | own).distinct()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Own memberships, and those of colleagues for a broker or coordinator."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        colleagues = Q(
            organisation__memberships__user=user,
            organisation__memberships__is_active=True,
            organisation__memberships__role__in=[Role.BROKER, Role.COORDINATOR],
        )
        return self.filter(Q(user=user) | colleagues).distinct()


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Programmes of approved schools are public; a platform admin sees all."""
        if user.is_authenticated and user.is_superuser:
            return self
        return self.filter(school__is_approved=True)
