"""Signing in at one's own school with OpenID Connect (features S1): which schools, and whom to believe about what.

A school answers for the addresses of its own domains and for nobody else's. So an account is only opened or made for
somebody whose address is in a domain of that school, and which the school says it has verified. Anything else would
let one school (or whoever breaks into it) walk into accounts of people elsewhere. What a person may do here never
comes from the school's sign-in: it follows from memberships, as always.
"""

from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.internal.decorators import login_not_required
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from requests import RequestException

from organisations.models import SchoolSignIn
from stagematch.accounts.models import User

log = structlog.get_logger(__name__)
PROVIDER = "openid_connect"


def in_use() -> list[SchoolSignIn]:
    """Return the schools whose people can sign in at their school, by name."""
    rows = SchoolSignIn.objects.filter(is_active=True, school__is_approved=True, school__kind="school")
    return list(rows.select_related("school").order_by("school__name"))


def _app(row: SchoolSignIn) -> SocialApp:
    return SocialApp(
        provider=PROVIDER,
        provider_id=row.provider_id,
        name=row.school.name,
        client_id=row.client_id,
        secret=row.client_secret,
        settings={"server_url": row.issuer.rstrip("/"), "oauth_pkce_enabled": True},
    )


def _owns(row: SchoolSignIn, email: str) -> bool:
    return email.rpartition("@")[2].strip().lower() in row.domains


class SchoolAccountAdapter(DefaultSocialAccountAdapter):
    """allauth's hooks: providers come from `SchoolSignIn`, and a school is only believed about its own people."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """One app per school that has its sign-in in use."""
        rows = [row for row in in_use() if provider in (None, PROVIDER, row.provider_id)]
        return [_app(row) for row in rows if client_id in (None, row.client_id)]

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Open an account that exists for a (verified) address of the school's own domain."""
        row = _row_of(login)
        return row is not None and _owns(row, email)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Stop whoever is not of this school before an account is opened or made."""
        row = _row_of(sociallogin)
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        known = sociallogin.is_existing and sociallogin._did_authenticate_by_email is None
        connecting = sociallogin.state.get("process") == AuthProcess.CONNECT
        if row is None or not (known or connecting or any(_owns(row, email) for email in verified)):
            log.warning("sign_in.school_refused", school=row.school_id if row else None)
            messages.error(
                request,
                _(
                    "Je school gaf een e-mailadres door dat niet van de school is, of dat niet is bevestigd. "
                    "Vraag een code per mail, of vraag je school om hulp."
                ),
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        if sociallogin._did_authenticate_by_email:
            _take_school_at_its_word(sociallogin.user, sociallogin._did_authenticate_by_email)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whoever passed `pre_social_login` is of the school."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over the name; addresses are kept in lower case."""
        user: User = super().populate_user(request, sociallogin, data)
        user.email = user.email.lower()
        user.first_name, user.last_name = user.first_name[:80], user.last_name[:120]
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Bring people back to where there are other ways in."""
        log.warning("sign_in.school_failed", error=type(more.get("exception")).__name__)
        messages.error(
            request, _("Inloggen bij je school lukte niet. Probeer het nog een keer, of vraag een code per mail.")
        )
        raise ImmediateHttpResponse(redirect("account_login"))


def _take_school_at_its_word(user: User, email: str) -> None:
    """The school proved the address. A password that was set before anybody proved it could be a stranger's: it goes."""
    proven, is_new = EmailAddress.objects.get_or_create(
        user=user, email=email.lower(), defaults={"verified": True, "primary": user.email == email.lower()}
    )
    if is_new or not proven.verified:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        proven.verified = True
        proven.save(update_fields=["verified"])


def _row_of(login: SocialLogin) -> SchoolSignIn | None:
    return next((row for row in in_use() if row.provider_id == login.account.provider), None)


class StrictAdapter(OpenIDConnectOAuth2Adapter):
    """The protocol, with the checks a client should make and the library leaves to TLS."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Check the signature with the school's published keys, and issuer, audience and expiry."""
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Refuse an answer without an ID token, or about two different people (OpenID Connect Core 5.3.2)."""
        if not kwargs["response"].get("id_token"):
            msg = "no ID token"
            raise OAuth2Error(msg)
        if self.openid_config.get("issuer", "").rstrip("/") != app.settings["server_url"]:
            msg = "another issuer than was asked"
            raise OAuth2Error(msg)
        login: SocialLogin = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        if data.get("userinfo", {}).get("sub") != data.get("id_token", {}).get("sub"):
            msg = "ID token and userinfo are about different people"
            raise OAuth2Error(msg)
        # Who it is was decided; what else the school told stays there.
        login.account.extra_data = {"sub": login.account.uid}
        return login


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ask before leaving for the school's own page; the policy of this one page lets its form lead there."""
    row = next((row for row in in_use() if row.provider_id == provider_id), None)
    if row is None:
        raise Http404
    if request.method == "POST":
        response: HttpResponse = OAuth2LoginView.adapter_view(StrictAdapter(request, provider_id))(request)
        return response
    try:
        target = urlsplit(StrictAdapter(request, provider_id).authorize_url)
    except (RequestException, KeyError, ValueError):
        messages.error(request, _("De inlogpagina van je school is nu niet te bereiken. Vraag een code per mail."))
        return redirect("account_login")
    response = render(
        request, "account/school_sign_in.html", {"school": row.school, "process": request.GET.get("process", "login")}
    )
    response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}  # type: ignore[attr-defined]
    return response


@login_not_required
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the answer of the school's sign-in."""
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(StrictAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return response
