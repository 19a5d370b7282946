"""Which roadshows a user may see. Default: the public ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from organisations.enums import Role
from organisations.models import Organisation
from roadshows.enums import RoadshowStatus

if TYPE_CHECKING:
    from roadshows.models import Roadshow  # noqa: F401 -- generic parameter
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
