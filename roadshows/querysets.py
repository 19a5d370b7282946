"""Which roadshows a user may see. Default: the public ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import Role
from organisations.models import Organisation
from roadshows.enums import RoadshowStatus, SignatureStatus

if TYPE_CHECKING:
    from roadshows.models import Roadshow, Signature  # noqa: F401 -- generic parameter
    from stagematch.accounts.models import User


class RoadshowQuerySet(models.QuerySet["Roadshow"]):
    def public(self) -> Self:
        """What everybody may see."""
        return self.filter(is_public=True)

    def managed_by(self, user: User | AnonymousUser) -> Self:
        """Roadshows of the organisations where this person is an organiser; all for a platform admin."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(organisers__organisation__in=Organisation.objects.of(user, Role.ORGANISER)).distinct()

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The public ones, and what one organises oneself."""
        return self.filter(Q(is_public=True) | Q(pk__in=self.model.objects.managed_by(user).values("pk")))

    def coming(self) -> Self:
        """Still to come, the first one first; without a date last."""
        return self.filter(status__in=RoadshowStatus.coming()).order_by(
            models.F("day").asc(nulls_last=True), "begins_at", "pk"
        )

    def over(self) -> Self:
        """Those that took place, the last one first; without a known date last."""
        return self.filter(status__in=RoadshowStatus.over()).order_by(models.F("day").desc(nulls_last=True), "pk")


class SignatureQuerySet(models.QuerySet["Signature"]):
    def register(self) -> Self:
        """What stands in the public register: signed, and not withdrawn."""
        return self.filter(status=SignatureStatus.SIGNED)

    def live(self) -> Self:
        """Asked or signed: an organisation has at most one of these per version."""
        return self.filter(status__in=[SignatureStatus.ASKED, SignatureStatus.SIGNED])

    def managed_by(self, user: User | AnonymousUser) -> Self:
        """Those of the organisations one is stagemakelaar of, or that were asked at a roadshow one organises."""
        from roadshows.models import Roadshow

        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        own = Organisation.objects.of(user, Role.BROKER)
        return self.filter(Q(organisation__in=own) | Q(roadshow__in=Roadshow.objects.managed_by(user).values("pk")))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The register, and what one takes care of oneself."""
        return self.filter(
            Q(status=SignatureStatus.SIGNED) | Q(pk__in=self.model.objects.managed_by(user).values("pk"))
        )
