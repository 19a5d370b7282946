"""Signing in at the school with OpenID Connect, against a real provider on a port of its own."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import time
import urllib.request
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from organisations.models import SchoolSignIn
from stagematch.accounts.models import User
from stagematch.ui.sealed import seal, unseal
from tests import factories as f
from tests.accounts.openid_provider import CLIENT, SECRET, OpenIDProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    provider = OpenIDProvider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, school):
    """The sign-in of `school`; by default a student of it signs in."""
    cache.clear()
    running.key, running.id_token, running.userinfo = running.own_key, {}, {}
    running.claims = {
        "sub": "p-1", "email": "Samira@student.debrug.example", "email_verified": True, "given_name": "Samira",
        "family_name": "Verzonnen",
    }  # fmt: skip
    SchoolSignIn.objects.create(
        school=school, issuer=running.issuer, client_id=CLIENT, client_secret_sealed=seal(SECRET), is_active=True
    )
    return running


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def go(client: Client, slug: str = "roc-de-brug", process: str = "login"):
    """Walk the whole way: our page, the school's page, and back."""
    away = client.post(reverse("school-sign-in", args=[slug]), {"process": process})
    assert away.status_code == 302, away.content[:300]
    try:
        urllib.request.build_opener(_Stay).open(away["Location"])
    except HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
        answer.close()
    return client.get(f"{back.path}?{back.query}")


def who(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def test_a_student_of_the_school_gets_an_account(client, provider):
    assert go(client).status_code == 302
    user = who(client)
    assert (user.email, user.first_name, user.last_name) == ("samira@student.debrug.example", "Samira", "Verzonnen")
    assert not user.has_usable_password()
    assert SocialAccount.objects.get(user=user).extra_data == {"sub": "p-1"}, "what else the school tells stays there"
    assert EmailAddress.objects.get(user=user).verified
    assert "/keys" in provider.asked, "the signature was checked with the published keys"


def test_the_second_time_is_the_same_account_whatever_its_address_is_now(client, provider):
    go(client)
    first = who(client)
    provider.claims["email"] = "andere.naam@student.debrug.example"
    again = Client()
    go(again)
    assert who(again) == first
    assert User.objects.filter(email__contains="debrug").count() == 1


def test_an_account_that_exists_is_opened_for_a_verified_address_of_the_own_domain(client, provider):
    known = f.UserFactory(email="samira@student.debrug.example")
    go(client)
    assert who(client) == known
    known.refresh_from_db()
    assert not known.has_usable_password(), "nobody had proven the address: that password could be a stranger's"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "broker@cast.example"},  # somebody else's domain: this school may not speak for it
        {"email": "samira@student.debrug.example", "email_verified": False},
        {"email": "samira@student.debrug.example", "email_verified": None},
        {"email": "samira@student.debrug.example.evil.example"},
        {"email": "samira@x.student.debrug.example"},
        {"email": ""},
    ],
)
def test_no_account_is_opened_or_made_for_anybody_else(client, provider, broker, claims):
    f.UserFactory(email="samira@student.debrug.example")
    before = User.objects.count()
    provider.claims |= claims
    answer = go(client)
    assert who(client) is None
    assert answer["Location"] == reverse("account_login")
    assert "Vraag een code per mail" in client.get(answer["Location"]).content.decode()
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_the_same_number_at_another_school_is_somebody_else(client, provider, other_school, running):
    go(client)
    first = who(client)
    other_school.email_domain = "student.overkant.example"
    other_school.save()
    SchoolSignIn.objects.create(
        school=other_school, issuer=running.issuer, client_id=CLIENT, client_secret_sealed=seal(SECRET), is_active=True
    )
    provider.claims["email"] = "joris@student.overkant.example"
    stranger = Client()
    go(stranger, "roc-de-overkant")
    assert who(stranger).email == "joris@student.overkant.example"
    assert who(stranger) != first


@pytest.mark.parametrize(
    "wrong",
    [
        {"id_token": {"aud": "iemand-anders"}},
        {"id_token": {"iss": "https://evil.example"}},
        {"id_token": {"exp": int(time.time()) - 3600}},
        {"userinfo": {"sub": "p-2"}},
        {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    ],
)
def test_an_answer_that_is_not_right_lets_nobody_in(client, provider, wrong):
    for name, value in wrong.items():
        setattr(provider, name, value)
    go(client)
    assert who(client) is None
    assert not User.objects.filter(email__contains="debrug").exists()


def test_an_answer_that_was_not_asked_for_lets_nobody_in(client, provider):
    callback = reverse("school-sign-in-callback", args=["roc-de-brug"])
    client.get(callback, {"code": "abc", "state": "verzonnen"})
    assert who(client) is None


def test_the_sign_in_of_the_school_gives_no_role(client, provider):
    go(client)
    assert client.get("/beheer/").status_code == 403
    assert client.get(reverse("school-students")).status_code == 403


def test_the_page_says_where_one_goes_and_its_form_may_lead_only_there(client, provider):
    page = client.get(reverse("school-sign-in", args=["roc-de-brug"]))
    assert "Roc De Brug" in page.content.decode()
    assert f"form-action 'self' {provider.issuer}" in page["Content-Security-Policy"]
    assert provider.issuer not in client.get(reverse("account_login"))["Content-Security-Policy"]
    assert "Roc De Brug" in client.get(reverse("account_login")).content.decode()


def test_a_school_whose_page_is_away_leaves_the_other_ways(client, provider):
    SchoolSignIn.objects.update(issuer="http://127.0.0.1:9")
    answer = client.get(reverse("school-sign-in", args=["roc-de-brug"]))
    assert answer["Location"] == reverse("account_login")


@pytest.mark.parametrize("change", ["not in use", "not approved", "unknown"])
def test_a_sign_in_that_is_not_in_use_does_not_exist(client, provider, school, change):
    if change == "not in use":
        SchoolSignIn.objects.update(is_active=False)
    elif change == "not approved":
        school.is_approved = False
        school.save()
    slug = "bestaat-niet" if change == "unknown" else "roc-de-brug"
    assert client.get(reverse("school-sign-in", args=[slug])).status_code == 404
    assert client.get(reverse("school-sign-in-callback", args=[slug])).status_code in (302, 404)


def test_the_admin_keeps_the_secret_sealed_and_never_shows_it(client, admin_user, broker, school):
    page = reverse("admin:organisations_schoolsignin_add")
    client.force_login(broker)
    assert client.get(page).status_code == 403
    client.force_login(admin_user)
    data = {
        "school": school.pk,
        "issuer": "https://login.debrug.example",
        "client_id": "x",
        "client_secret": SECRET,
        "is_active": "on",
    }
    assert client.post(page, {**data, "issuer": "http://login.debrug.example"}).status_code == 200
    assert client.post(page, data).status_code == 302
    row = SchoolSignIn.objects.get()
    assert SECRET not in row.client_secret_sealed
    assert row.client_secret == SECRET
    change = reverse("admin:organisations_schoolsignin_change", args=[row.pk])
    assert SECRET not in client.get(change).content.decode()
    client.post(change, {**data, "client_secret": "", "client_id": "y"})
    row.refresh_from_db()
    assert (row.client_id, row.client_secret) == ("y", SECRET)
    client.post(change, {**data, "client_secret": "nieuw"})
    row.refresh_from_db()
    assert row.client_secret == "nieuw"


def test_what_is_sealed_with_a_lost_key_opens_nothing(settings):
    sealed = seal("geheim")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "een-andere"
    assert unseal(sealed) == "geheim"
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed) == ""
