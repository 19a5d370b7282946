"""What the file of a placement tells the rest of the house (`placements.hooks.register` calls it)."""

from placements.dossier import mail_samples


def register() -> None:
    """Register the mails."""
    mail_samples.register()
