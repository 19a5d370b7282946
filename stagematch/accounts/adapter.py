"""How allauth behaves here: its mail goes through the outbox; only people of a known school sign themselves up."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from stagematch.accounts import signup
from stagematch.accounts.landing import first_page
from stagematch.accounts.models import User
from stagematch.mail.services import queue_mail

# allauth's name of a mail -> our template. What is not here is a notice: something changed in the account.
TEMPLATES = {
    "login_code": "account/login_code",
    "password_reset_code": "account/login_code",
    "email_confirmation": "account/verify_email",
    "email_confirmation_signup": "account/verify_email",
    "password_reset_key": "account/password_reset",
    "account_already_exists": "account/already_exists",
    "unknown_account": "account/unknown",
}
NOTICES = {
    "password_changed": _("Je wachtwoord is veranderd."),
    "password_reset": _("Je wachtwoord is opnieuw ingesteld."),
    "password_set": _("Je hebt nu een wachtwoord."),
    "email_changed": _("Het e-mailadres van je account is veranderd."),
    "email_confirm": _("Je e-mailadres is bevestigd."),
    "email_deleted": _("Er is een e-mailadres van je account gehaald."),
    "recovery_codes_generated": _("Er zijn nieuwe herstelcodes gemaakt voor je account."),
    "totp_activated": _("Inloggen met een app voor codes staat aan."),
    "totp_deactivated": _("Inloggen met een app voor codes staat uit."),
    "webauthn_added": _("Er is een passkey toegevoegd aan je account."),
    "webauthn_removed": _("Er is een passkey van je account gehaald."),
    "account_connected": _("Je account is gekoppeld aan een andere dienst."),
    "account_disconnected": _("De koppeling van je account met een andere dienst is weg."),
}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks, in our words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Dit e-mailadres en wachtwoord horen niet bij elkaar. Kijk ze na, of vraag een code per mail."
        ),
        "incorrect_code": _("Deze code klopt niet. Kijk in de laatste mail die je kreeg."),
        "too_many_login_attempts": _("Dit ging te vaak mis. Wacht een kwartier en probeer het dan nog eens."),
        "rate_limited": _("Dat ging even te snel. Wacht een minuut en probeer het dan nog eens."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's mails; every request for one is a cause of its own, so each gets its own key."""
        name = template_prefix.rpartition("/")[2]
        # Only plain values: the request and the form objects that allauth adds are no business of a mail.
        values = {key: value for key, value in context.items() if isinstance(value, str)}
        values["email"] = email
        template = TEMPLATES.get(name, "account/notice")
        if template == "account/notice":
            values["sentence"] = str(NOTICES.get(name, _("Er is iets veranderd in je account.")))
        user = User.objects.filter(email=email.lower()).first()
        if user is not None and name == "login_code":
            # Somebody who was invited or imported has no row yet; with it, the code also proves the address.
            EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
        # An address that is being added is not (yet) the account's own: that mail goes to the bare address.
        queue_mail(key=f"account:{name}:{uuid.uuid4()}", template=template, to=user or email, context=values)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send people straight to their own first page; `next` in the address goes first."""
        return first_page(request)

    def clean_email(self, email: str) -> str:
        """Keep addresses in lower case, as the user table does."""
        return str(super().clean_email(email)).lower()

    def clean_signup_email(self, email: str) -> None:
        """Refuse, by its domain alone, an address that is not a school's; whether it has an account plays no part."""
        if not signup.may_sign_up(email):
            raise ValidationError(signup.REFUSAL, code="no_school")
