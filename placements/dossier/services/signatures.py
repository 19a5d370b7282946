"""Keeping track of who signed the praktijkovereenkomst. stagematch notes the fact; the school keeps the paper."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from placements.dossier import emails
from placements.dossier.enums import Party, SignedHow
from placements.dossier.files import lock_file, require_active
from placements.dossier.pok import missing_fields, signing_parties
from placements.models import Placement, PlacementFile, Signature
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.ui.errors import Conflict, RuleError


def sign(
    *, placement: Placement, party: Party, name: str, signed_on: dt.date, how: SignedHow, actor: User | None
) -> Signature:
    """Note that a party signed the agreement as it is now. `actor` is None for a guardian with a secret link.

    Raises RuleError `incomplete` while the agreement misses something, `guardian_not_needed`, `in_future`,
    `name_needed`, `not_active`, and Conflict `already_signed`.
    """
    name = name.strip()
    with transaction.atomic():
        file = lock_file(placement)
        require_active(file.placement)
        if missing := missing_fields(file.placement, file):
            raise RuleError(
                "incomplete",
                _("De overeenkomst is nog niet compleet. Er mist nog: %(what)s.") % {"what": ", ".join(missing)},
            )
        if party not in signing_parties(file):
            raise RuleError(
                "guardian_not_needed", _("Een ouder of voogd tekent alleen mee als de student jonger dan 18 is.")
            )
        if signed_on > today():
            raise RuleError("in_future", _("Kies vandaag of een dag die al geweest is."), field="signed_on")
        if not name:
            raise RuleError("name_needed", _("Vul in wie er tekende."), field="name")
        if file.signatures.filter(party=party, reset_at__isnull=True).exists():
            raise Conflict("already_signed", _("Deze handtekening staat er al."))
        return Signature.objects.create(
            file=file,
            party=party,
            name=name[:120],
            signed_on=signed_on,
            how=how,
            version=file.version,
            recorded_by=actor,
        )


def reset_signatures(file: PlacementFile, *, actor: User | None, reason: str) -> int:
    """Let all signatures lapse because the agreement changed, raise its version, and tell who had signed.

    Under the caller's lock. Returns how many lapsed.
    """
    lapsed = list(file.signatures.filter(reset_at__isnull=True))
    if not lapsed:
        return 0
    file.signatures.filter(reset_at__isnull=True).update(reset_at=now(), reset_reason=reason[:200])
    file.version += 1
    file.save(update_fields=["version"])
    emails.agreement_changed(file, reason=reason, actor=actor)
    return len(lapsed)
