"""What invitations tell the platform when Django starts."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.invitations import services
from organisations.models import Invitation
from stagematch.accounts import landing
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.purposes import register_purpose
from stagematch.mail import samples


def register() -> None:
    """Register the purpose of the link and the sample of the mail."""
    register_purpose(
        services.PURPOSE,
        url_name="invitation",
        label=_("een uitnodiging aannemen"),
        renew=services.renewal,
        renewed=services.note_renewed,
    )
    landing.register(94, waiting_page)
    samples.register("organisations/member_invitation", _sample)


def waiting_page(request: HttpRequest) -> str | None:
    """Who has no role yet and was invited says yes first."""
    user = request.user
    return "my-invitations" if isinstance(user, User) and services.invitations_for(user).exists() else None


def _sample() -> dict[str, Any]:
    return {
        "recipient": None,
        "organisation": "Buurthuis De Linde",
        "role": Role.SUPERVISOR.label,
        "inviter": "Yara Verzonnen",
        "first_name": "Dewi",
        "expires_at": now() + dt.timedelta(days=14),
        "link": "https://stagematch.example/uitnodiging/voorbeeld/",
    }


def told_by(user: User) -> dict[str, Any]:
    """Return the invitations sent to somebody's address, for the export of a person."""
    return {
        str(row.public_id): {
            "organisatie": row.organisation.name,
            "rol": str(row.get_role_display()),
            "e-mailadres": row.email,
            "naam": f"{row.first_name} {row.last_name}".strip(),
            "gemaakt": row.created_at,
            "stand": str(row.state.label),
        }
        for row in Invitation.objects.filter(email=user.email).select_related("organisation")
    }
