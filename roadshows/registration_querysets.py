"""Which registrations there are, and which of them somebody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from roadshows.enums import RegistrationStatus

if TYPE_CHECKING:
    from roadshows.models import Registration, Roadshow  # noqa: F401 -- generic parameter
    from stagematch.accounts.models import User


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Registrations for roadshows one organises, and one's own."""
        from roadshows.models import Roadshow

        if not user.is_authenticated:
            return self.none()
        mine = models.Q(email=user.email.lower()) if user.email else models.Q(pk__in=[])
        return self.filter(models.Q(roadshow__in=Roadshow.objects.managed_by(user)) | mine)

    def of_address(self, email: str) -> Self:
        """Everything registered with this address; nothing for an empty one (people who walked in have none)."""
        address = email.strip().lower()
        return self.filter(email=address) if address else self.none()

    def open(self) -> Self:
        """Of people who still want to come."""
        return self.filter(status__in=RegistrationStatus.open())

    def seated(self) -> Self:
        """Of people who keep a seat."""
        return self.filter(status__in=RegistrationStatus.seated())

    def waiting(self) -> Self:
        """The waiting list, whose turn it is first."""
        return self.filter(status=RegistrationStatus.WAITING).order_by("number")
