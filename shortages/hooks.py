"""What shortages tells the rooms below it."""

from matchmaking.demo import hooks as demo_hooks
from shortages import invariants, mail_samples


def register() -> None:
    """Say what must be true of counts, give the mails a sample, and let the demo have a history."""
    from shortages import demo

    invariants.register_all()
    mail_samples.register()
    demo_hooks.register_filler(demo.fill)
