"""Pages that work without an account: a praktijkbegeleider confirms from the mail, a parent or guardian signs once."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placements.dossier import emails
from placements.dossier.enums import Side
from placements.dossier.files import GUARDIAN, lock_file, require_active
from placements.dossier.pok import missing_fields
from placements.models import Placement, PlacementFile
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.models import SecretLink
from stagematch.links.purposes import register_purpose
from stagematch.links.services import make_link, revoke_links
from stagematch.ui.errors import RuleError

GUIDANCE = "guidance"
AFTER_THE_STAGE = dt.timedelta(days=90)
GUARDIAN_TERM = dt.timedelta(days=21)


def register() -> None:
    """Say what these links are for."""
    register_purpose(
        GUIDANCE, url_name="guidance-link", label=gettext_lazy("een stagiair begeleiden"), renew=_renew_guidance
    )
    register_purpose(GUARDIAN, url_name="guardian-link", label=gettext_lazy("meetekenen voor een stage"))


def _expiry(placement: Placement) -> dt.datetime:
    """Until three months after the stage, and never longer than a secret may live."""
    end = dt.datetime.combine(placement.ends_on, dt.time(23), tzinfo=dt.UTC) + AFTER_THE_STAGE
    return max(min(end, now() + dt.timedelta(days=390)), now() + dt.timedelta(days=1))


def _renew_guidance(link: SecretLink) -> dt.datetime | None:
    placement = link.subject
    if not isinstance(placement, Placement) or placement.ends_on + AFTER_THE_STAGE < now().date():
        return None
    return _expiry(placement)


def personal_link(placement: Placement, side: Side, action: str = "") -> str:
    """Return where somebody of this side does what a mail asks: a secret page for the begeleider, others sign in.

    Without `action` (the slug of a form) that is the file.
    """
    if side != Side.SUPERVISOR:
        return emails.action_link(placement, action) if action else emails.file_link(placement, side)
    address = make_link(
        purpose=GUIDANCE,
        subject=placement,
        expires_at=_expiry(placement),
        user=placement.supervisor.supervisor.user,
    )
    return f"{address}{action}/" if action else address


def invite_guardian(*, placement: Placement, actor: User, email: str) -> PlacementFile:
    """Mail a parent or guardian one link to read and sign; an earlier link stops working.

    The address is kept with the link only, and goes with it. Raises RuleError `guardian_not_needed`, `incomplete`,
    `own_address` for the student's own mail, and `not_active`.
    """
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if not file.is_minor:
            raise RuleError(
                "guardian_not_needed", _("Een ouder of voogd tekent alleen mee als de student jonger dan 18 is.")
            )
        if missing_fields(file.placement, file):
            raise RuleError("incomplete", _("De overeenkomst is nog niet compleet. Vraag het daarna."))
        if email.strip().lower() == file.placement.student.user.email.lower():
            raise RuleError(
                "own_address", _("Dit is het adres van de student. Vul dat van de ouder of voogd in."), field="email"
            )
        revoke_links(subject=file.placement, purpose=GUARDIAN, actor=actor)
        address = make_link(
            purpose=GUARDIAN,
            subject=file.placement,
            expires_at=now() + GUARDIAN_TERM,
            email=email,
            single_use=True,
            actor=actor,
        )
        emails.guardian(file, email=email, link=address)
    return file


__all__ = ["GUARDIAN", "GUIDANCE", "invite_guardian", "personal_link", "register"]
