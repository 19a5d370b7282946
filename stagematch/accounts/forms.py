"""allauth's forms with our rules."""

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.socialaccount.forms import SignupForm as AllauthSocialSignupForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AllauthLoginForm):
    """Signing in with a password; who leaves it empty gets a code by mail, so nobody needs to have one."""

    def _setup_password_field(self) -> None:
        field = PasswordField(label=_("Wachtwoord"), autocomplete="current-password")
        field.required = False
        field.help_text = _("Geen wachtwoord? Laat dit leeg. Dan krijg je een code per mail.")
        field.widget.attrs.pop("placeholder", None)
        self.fields["password"] = field
        self.fields["login"].label = _("E-mailadres")
        self.fields["login"].widget.attrs.pop("placeholder", None)


class SignupForm(AllauthSignupForm):
    """Making an account by oneself, for students of a known school."""

    def clean_email(self) -> str:
        """Refuse foreign domains before anything looks at accounts."""
        get_adapter().clean_signup_email(self.cleaned_data["email"])
        return str(super().clean_email())


class SocialSignupForm(AllauthSocialSignupForm):
    """Making an account after signing in at the school (OpenID Connect)."""

    def clean_email(self) -> str:
        """Refuse foreign domains before anything looks at accounts."""
        get_adapter().clean_signup_email(self.cleaned_data["email"])
        return str(super().clean_email())
