"""What must always be true of secret links. `manage.py check_data` proves it with SQL."""

from stagematch.ui.invariants import register


def register_all() -> None:
    """Register every invariant of this room; called when Django starts."""
    register(
        "a secret link works for 400 days at most",
        "select id, expires_at - created_at from links_secretlink where expires_at > created_at + interval '400 days'",
    )
    register(
        "a secret link is used or revoked while it works",
        """select id from links_secretlink where finished_at < created_at or finished_at >= expires_at
           or revoked_at < created_at or revoked_at >= expires_at""",
    )
    register(
        "secret links are forgotten 90 days after they expire (a week for missed nights)",
        "select id, expires_at from links_secretlink where expires_at < now() - interval '97 days'",
    )
    register(
        "no mail that was sent still holds a secret link",
        r"select id, key from mail_outgoingmail where state = 'sent' and body_text ~ 'sl-[A-Za-z0-9_-]{65}'",
    )
