"""allauth's forms with our rules."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.socialaccount.forms import SignupForm as AllauthSocialSignupForm


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
