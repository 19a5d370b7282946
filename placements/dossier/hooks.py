"""What the file of a placement tells the rest of the house (`placements.hooks.register` calls it)."""

from placements.dossier import links, mail_samples


def register() -> None:
    """Register the mails and what the secret links are for."""
    mail_samples.register()
    links.register()
