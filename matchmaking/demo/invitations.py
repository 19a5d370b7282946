"""The demo's invitations: colleagues who were asked, and which students signed in before."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Value
from django.db.models.functions import Mod
from django.utils import timezone

from organisations.enums import Role
from organisations.models import Invitation, Membership
from stagematch.accounts.models import User

ASKED_BY = {"bpv@demo.example": Role.COORDINATOR, "stagemakelaar@demo.example": Role.SUPERVISOR}
_PEOPLE = (("Dewi", "Uitgenodigd", 2), ("Kees", "Wachtlang", 20))  # the second one let it expire
_NEW = 8  # of every 8 students one never signed in


def write_invitations(day: dt.date) -> int:
    """Write an open and an expired invitation of the fixed coordinator and stagemakelaar; return how many. All invented."""
    moment = dt.datetime.combine(day, dt.time(9, 30), timezone.get_default_timezone())
    rows = []
    inviters = Membership.objects.filter(user__email__in=ASKED_BY, role__in=[Role.COORDINATOR, Role.BROKER])
    for member in inviters.select_related("user").order_by("pk"):
        for first, last, ago in _PEOPLE:
            made = moment - dt.timedelta(days=ago)
            rows.append(
                Invitation(
                    organisation_id=member.organisation_id,
                    role=ASKED_BY[member.user.email],
                    email=f"{first.lower()}.{member.organisation_id}@demo.example",
                    first_name=first,
                    last_name=last,
                    inviter=member.user,
                    created_at=made,
                    sent_at=made,
                    expires_at=made + dt.timedelta(days=14),
                )
            )
    seen = User.objects.filter(is_demo=True, student__isnull=False, last_login=None)
    seen.alias(part=Mod(F("pk"), Value(_NEW))).exclude(part=0).update(last_login=moment - dt.timedelta(days=3))
    return len(Invitation.objects.bulk_create(rows))
