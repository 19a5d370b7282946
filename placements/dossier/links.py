"""The addresses in mails that work without an account. Until somebody has one, the mail points at the file itself."""

from placements.dossier import emails
from placements.dossier.enums import Side
from placements.models import Placement


def personal_link(placement: Placement, side: Side, action: str = "") -> str:
    """Return where somebody of this side can do what the mail asks."""
    return emails.file_link(placement, side)
