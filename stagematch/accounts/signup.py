"""Who may make an account by themselves: people with an address of a known school. Everybody else is invited."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

REFUSAL = _(
    "Met dit e-mailadres kun je zelf geen account maken. Gebruik het adres van je school. "
    "Werk je bij een organisatie of school? Vraag dan een collega om je uit te nodigen."
)
_rules: list[Callable[[str], bool]] = []


def allow(rule: Callable[[str], bool]) -> None:
    """Let whoever passes `rule(email)` sign up. A rule looks at the domain only, never at whether an account exists."""
    if rule not in _rules:
        _rules.append(rule)


def may_sign_up(email: str) -> bool:
    """Tell whether an address may make an account by itself."""
    return any(rule(email) for rule in _rules)
