"""Which organisations, teams and people a user may see. Default: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from organisations.enums import OrganisationKind, Role
from stagematch.clock import now, today

if TYPE_CHECKING:
    from organisations.models import InventoryRequest, Invitation, Membership, Organisation, Programme, Team  # noqa: F401 -- generic parameters
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


class InventoryRequestQuerySet(models.QuerySet["InventoryRequest"]):
    def of_broker(self, user: User | AnonymousUser) -> Self:
        """Questions to teams of organisations where `user` is stagemakelaar."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Exists(_roles(user).filter(organisation=OuterRef("team__organisation"), role=Role.BROKER)))

    def of_team_lead(self, user: User | AnonymousUser) -> Self:
        """Questions to active teams that `user` leads."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Exists(_roles(user).filter(teams=OuterRef("team"), role=Role.TEAM_LEAD)), team__is_active=True
        )

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Single answers: for the stagemakelaar, the team's own teamcoach and platform admins; nobody else, ever.

        A coordinator sees counts per organisation (`inventory.selectors`), a student nothing.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.of_broker(user) | self.of_team_lead(user)

    def waiting(self) -> Self:
        """Teams that have not answered, in rounds where they still can."""
        return self.filter(answer=None, round__closed_at=None, round__closes_on__gte=today(), team__is_active=True)


def _roles(user: User) -> models.QuerySet[Membership]:
    from organisations.models import Membership

    return Membership.objects.filter(user=user, is_active=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> Self:
        """Neither accepted nor revoked, also when the time is up: those can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self) -> Self:
        """What can be accepted now."""
        return self.pending().filter(expires_at__gt=now())

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the organisations where one is stagemakelaar or coordinator; everything for a platform admin."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(
            organisation__memberships__user=user,
            organisation__memberships__is_active=True,
            organisation__memberships__role__in=[Role.BROKER, Role.COORDINATOR],
        ).distinct()
