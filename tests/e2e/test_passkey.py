"""A passkey, with Chromium's own virtual authenticator: added, used to sign in, and good enough as second factor."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def authenticator(page: Page) -> Any:
    """A device that says yes to everything, as a phone with a fingerprint does."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_added_and_then_signs_in(
    page: Page, authenticator: Any, broker: Any, settings: Any, live_server: Any, axe: Callable[[Page], list[str]]
) -> None:
    # A passkey belongs to a name; a bare address such as 127.0.0.1 cannot have one.
    site = live_server.url.replace("127.0.0.1", "localhost")
    cache.clear()
    settings.MFA_REQUIRED = True
    EmailAddress.objects.create(user=broker, email=broker.email, verified=True, primary=True)

    page.goto(f"{site}/account/login/")
    page.fill("[name=login]", broker.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile("/account/2fa/$"))
    expect(page.get_by_text("tweede stap", exact=False).first).to_be_visible()

    page.goto(f"{site}/account/2fa/webauthn/add/")
    expect(page).to_have_url(re.compile("/account/reauthenticate/"))
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/webauthn/add/$"))  # and its script, which the button needs
    page.fill("[name=name]", "Mijn telefoon")
    if page.locator("[name=passwordless]").count():
        page.check("[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    expect(page).to_have_url(re.compile("/account/2fa/recovery-codes/"))
    assert Authenticator.objects.filter(user=broker, type=Authenticator.Type.WEBAUTHN).count() == 1

    page.goto(f"{site}/start/")
    expect(page).to_have_url(re.compile("/beheer/"))

    page.context.clear_cookies()
    page.goto(f"{site}/account/login/")
    assert axe(page) == []
    page.locator("#passkey_login").click()
    expect(page).to_have_url(re.compile("/beheer/werkplek/"))
