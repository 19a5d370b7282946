"""Signing in, end to end through the pages and the outbox."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from stagematch.accounts.models import User
from stagematch.mail.models import OutgoingMail
from tests import factories as f

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
CODE = re.compile(r"^[0-9A-Z]{3,4}-?[0-9A-Z]{3,4}$", re.MULTILINE)


@pytest.fixture(autouse=True)
def fresh_brakes():
    cache.clear()
    yield
    cache.clear()


def last_mail(template: str) -> OutgoingMail:
    mail = OutgoingMail.objects.filter(template=template).order_by("pk").last()
    assert mail is not None, list(OutgoingMail.objects.values_list("template", flat=True))
    return mail


def code_in(mail: OutgoingMail) -> str:
    found = CODE.search(mail.body_text)
    assert found, mail.body_text
    return found.group()


def sign_in_by_code(client: Client, email: str):
    client.post(reverse("account_request_login_code"), {"email": email})
    return client.post(reverse("account_confirm_login_code"), {"code": code_in(last_mail("account/login_code"))})


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_sign_in_by_code(client, broker):
    before = client.session.session_key
    answer = sign_in_by_code(client, broker.email)
    assert answer.status_code == 302
    assert who(client) == str(broker.pk)
    assert client.session.session_key != before
    mail = last_mail("account/login_code")
    assert mail.to_email == broker.email
    assert mail.to_user == broker


def test_a_code_is_for_one_browser(client, broker):
    client.post(reverse("account_request_login_code"), {"email": broker.email})
    thief = Client()
    thief.post(reverse("account_confirm_login_code"), {"code": code_in(last_mail("account/login_code"))})
    assert who(thief) is None


def test_a_wrong_code_is_refused_and_a_few_end_it(client, broker):
    client.post(reverse("account_request_login_code"), {"email": broker.email})
    code = code_in(last_mail("account/login_code"))
    for _ in range(5):
        client.post(reverse("account_confirm_login_code"), {"code": "AAA-AAA"})
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert who(client) is None


@pytest.fixture
def proven(broker):
    """The broker, who proved the address before."""
    EmailAddress.objects.create(user=broker, email=broker.email, verified=True, primary=True)
    return broker


def test_sign_in_by_password(client, proven):
    broker = proven
    client.post(LOGIN, {"login": broker.email.upper(), "password": f.PASSWORD})
    assert who(client) == str(broker.pk)


def test_a_session_is_dead_after_signing_out(client, broker):
    sign_in_by_code(client, broker.email)
    stolen = client.cookies["sessie"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessie"] = stolen
    assert thief.get("/start/").status_code == 302
    assert thief.get("/start/")["Location"].startswith(LOGIN)


def test_a_closed_account_cannot_sign_in(client, broker):
    broker.is_active = False
    broker.save()
    client.post(reverse("account_request_login_code"), {"email": broker.email})
    assert not OutgoingMail.objects.filter(template="account/login_code").exists()
    client.post(LOGIN, {"login": broker.email, "password": f.PASSWORD})
    assert who(client) is None


def test_nobody_learns_from_asking_a_code_who_has_an_account(broker):
    answers = []
    for email in (broker.email, "niemand@cast.example"):
        client = Client()
        first = client.post(reverse("account_request_login_code"), {"email": email})
        second = client.get(first["Location"])
        answers.append(
            (
                first.status_code,
                first["Location"],
                second.status_code,
                second.content.decode().replace(email, "…")[:200],
            )
        )
    assert answers[0] == answers[1]
    assert last_mail("account/unknown").to_email == "niemand@cast.example"


def test_nobody_learns_from_a_wrong_password_who_has_an_account(broker):
    pages = []
    for email in (broker.email, "niemand@cast.example"):
        answer = Client().post(LOGIN, {"login": email, "password": "verkeerd-wachtwoord"})
        assert answer.status_code == 200
        pages.append(answer.context["form"].non_field_errors())
    assert pages[0] == pages[1]


def test_without_a_password_one_gets_a_code(client, broker):
    answer = client.post(LOGIN, {"login": broker.email, "password": ""})
    assert answer["Location"] == reverse("account_confirm_login_code")
    client.post(answer["Location"], {"code": code_in(last_mail("account/login_code"))})
    assert who(client) == str(broker.pk)


def test_a_password_alone_does_not_prove_an_address(client, broker):
    answer = client.post(LOGIN, {"login": broker.email, "password": f.PASSWORD})
    assert who(client) is None
    assert answer["Location"] == reverse("account_email_verification_sent")
    client.post(answer["Location"], {"code": code_in(last_mail("account/verify_email"))})
    assert who(client) == str(broker.pk)


def test_the_brake_stops_guessing_one_account_and_not_its_neighbours(proven, student):
    broker = proven
    EmailAddress.objects.create(user=student, email=student.email, verified=True, primary=True)
    client = Client()
    for _ in range(10):
        client.post(LOGIN, {"login": broker.email, "password": "gok-gok-gok-gok"})
    answer = client.post(LOGIN, {"login": broker.email, "password": f.PASSWORD})
    assert who(client) is None
    assert "te vaak" in str(answer.context["form"].errors)
    neighbour = Client()
    neighbour.post(LOGIN, {"login": student.email, "password": f.PASSWORD})
    assert who(neighbour) == str(student.pk)


def test_a_student_of_a_known_school_makes_an_account(client, school):
    answer = client.post(reverse("account_signup"), {"email": "Nieuw@Student.DeBrug.example"})
    assert answer.status_code == 302
    user = User.objects.get(email="nieuw@student.debrug.example")
    assert who(client) is None, "not before the address is proven"
    code = code_in(last_mail("account/verify_email"))
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert who(client) == str(user.pk)


@pytest.mark.parametrize(
    "email", ["iemand@gmail.example", "iemand@nietdebrug.example", "iemand@x.student.debrug.example"]
)
def test_others_are_told_kindly_to_ask_for_an_invitation(client, school, email):
    answer = client.post(reverse("account_signup"), {"email": email})
    assert answer.status_code == 200
    assert "uit te nodigen" in str(answer.context["form"].errors["email"])
    assert not User.objects.filter(email=email).exists()
    assert not OutgoingMail.objects.exists()


def test_nobody_learns_from_signing_up_who_has_an_account(school, broker):
    known = f.UserFactory(email="bekend@student.debrug.example")
    answers = []
    for email in (known.email, "onbekend@student.debrug.example"):
        client = Client()
        answer = client.post(reverse("account_signup"), {"email": email})
        answers.append((answer.status_code, answer["Location"]))
    assert answers[0] == answers[1]
    assert last_mail("account/already_exists").to_email == known.email
    refused = [
        Client().post(reverse("account_signup"), {"email": email}).context["form"].errors
        for email in (broker.email, "niemand@cast.example")
    ]
    assert refused[0] == refused[1]


def test_a_changed_password_is_told_by_mail(client, broker):
    client.force_login(broker)
    client.post(LOGIN, {"login": broker.email, "password": f.PASSWORD})
    data = {"oldpassword": f.PASSWORD, "password1": "nog-een-lange-zin", "password2": "nog-een-lange-zin"}
    client.post(reverse("account_change_password"), data)
    assert "Je wachtwoord is veranderd." in last_mail("account/notice").body_text


def test_every_page_of_signing_in_opens(client, broker, settings):
    for name in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        assert client.get(reverse(name)).status_code == 200, name
    sign_in_by_code(client, broker.email)
    for name in ("account_email", "account_logout", "mfa_index", "usersessions_list", "account_change_password"):
        assert client.get(reverse(name)).status_code in (200, 302), name


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere_else(proven):
    here, lost = Client(headers={"user-agent": CHROME}), Client(headers={"user-agent": PHONE})
    for device in (here, lost):
        device.post(LOGIN, {"login": proven.email, "password": f.PASSWORD})
        assert who(device) == str(proven.pk)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Chrome op Windows" in page
    assert "Safari op iPhone" in page
    assert "Mozilla" not in page
    here.post(reverse("usersessions_list"))
    assert lost.get("/start/")["Location"].startswith(LOGIN)
    assert not here.get("/start/")["Location"].startswith(LOGIN)


def test_one_signs_out_everywhere_and_here_too(proven):
    here, other, stranger = Client(), Client(), Client()
    for device in (here, other):
        device.post(LOGIN, {"login": proven.email, "password": f.PASSWORD})
    assert reverse("sign-out-everywhere") in here.get(reverse("usersessions_list")).content.decode()
    assert here.get(reverse("sign-out-everywhere")).status_code == 405
    assert who(here) == str(proven.pk)
    assert stranger.post(reverse("sign-out-everywhere"))["Location"].startswith(LOGIN)
    assert here.post(reverse("sign-out-everywhere"))["Location"] == LOGIN
    for device in (here, other):
        assert device.get("/start/")["Location"].startswith(LOGIN)
