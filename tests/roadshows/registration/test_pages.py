"""Registering for a roadshow on the pages: without an account, signed in, and by the link in the mail."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from organisations.models import Membership
from roadshows.enums import RegistrationStatus
from roadshows.models import Registration
from roadshows.services import registration as services
from roadshows.views import registration as views
from stagematch.links.models import SecretLink
from tests import factories as f
from tests.roadshows.registration.steps import come, link_in

pytestmark = pytest.mark.django_db
Status = RegistrationStatus


def _form(**more) -> dict[str, str]:
    values = {"name": "Anna de Wit", "email": "anna@cast.example", "role": "employer", "consent": "on"}
    return values | {"organisation_name": "Buurthuis", "access_needs": "Een tolk", "diet": "Geen noten"} | more


def test_registering_without_an_account_says_the_same_for_every_address(client, roadshow):
    page = reverse("roadshow-register", args=[roadshow.slug])
    assert "Wij wissen het na" in client.get(page).content.decode()
    first = client.post(page, _form())
    again = client.post(page, _form(name="Iemand anders"))
    trapped = client.post(page, _form(email="bot@cast.example", website="https://spam.example"))
    assert first.url == again.url == trapped.url == reverse("roadshow-registered", args=[roadshow.slug])
    assert "Kijk in je mail" in client.get(first.url).content.decode()
    anna = Registration.objects.get()
    assert (anna.name, anna.organisation_name, anna.access_needs) == ("Anna de Wit", "Buurthuis", "Een tolk")
    assert anna.consented_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"consent": ""},
        {"email": "geen adres"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"role": "koning"},
        {"name": "Koop nu op https://spam.example"},
        {"name": "Kijk op www.spam"},
        {"name": "spam.example"},
        {"name": "<script>alert(1)</script>"},
        {"name": "x" * 121},
        {"name": ""},
        {"diet": "x" * 201},
        {"name": "\x00"},
    ],
)
def test_hostile_or_empty_input_registers_nobody_and_loses_nothing(client, roadshow, wrong):
    answer = client.post(reverse("roadshow-register", args=[roadshow.slug]), _form(**wrong))
    assert answer.status_code == 422
    assert not Registration.objects.exists()
    assert "Een tolk" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_program_that_registers_on_and_on_is_slowed_down(client, roadshow, monkeypatch):
    monkeypatch.setattr(views, "RATES", {"register": "2/m/ip"})
    page = reverse("roadshow-register", args=[roadshow.slug])
    codes = [client.post(page, _form(email=f"n{n}@cast.example")).status_code for n in range(3)]
    assert codes == [302, 302, 429]
    assert Registration.objects.count() == 2


def test_signed_in_one_registers_with_ones_own_address_and_sees_the_ticket(client, roadshow, student, broker):
    client.force_login(broker)
    page = reverse("roadshow-register", args=[roadshow.slug])
    own = Membership.objects.get(user=broker).organisation
    data = _form(email="somebody.else@cast.example", organisation=str(own.pk))
    answer = client.post(page, data)
    mine = reverse("my-registration", args=[roadshow.slug])
    assert answer.url == mine
    row = Registration.objects.get()
    assert (row.email, row.organisation, row.organisation_name) == (broker.email, own, own.name)
    ticket = client.get(mine).content.decode()
    assert "Jouw ticket" in ticket
    assert "<svg aria-hidden" in ticket
    assert client.get(page).url == mine
    assert mine in client.get(reverse("roadshow-detail", args=[roadshow.slug])).content.decode()
    client.force_login(student)
    assert client.get(mine).status_code == 404
    client.logout()
    assert client.get(mine).url.startswith("/account/login/")


def test_somebody_changes_what_they_said_by_the_link_in_the_mail(client, roadshow):
    come(roadshow, "Anna", diet="Geen noten")
    page = link_in("registered", "anna@cast.example")
    change = f"{page}wijzig/"
    assert "Geen noten" in client.get(change).content.decode()
    answer = client.post(change, {"name": "Anna B", "role": "teacher", "organisation_name": "Roc", "diet": ""})
    assert answer.url == page
    anna = Registration.objects.get()
    assert (anna.name, anna.role, anna.organisation_name, anna.diet) == ("Anna B", "teacher", "Roc", "")
    assert client.post(change, {"name": ""}).status_code == 422


def test_a_link_opens_one_registration_only(client, roadshow):
    anna, bilal = come(roadshow, "Anna"), come(roadshow, "Bilal")
    link = SecretLink.objects.get(email=anna.email)
    for service in (services.accept_seat, services.cancel_registration, services.change_registration):
        with pytest.raises(PermissionDenied):
            service(registration=bilal, actor=None, link=link)
        with pytest.raises(PermissionDenied):
            service(registration=bilal, actor=f.UserFactory())
    page = link_in("registered", anna.email)
    assert client.get(page[:-4] + "xyz/").status_code == 404


def test_the_page_counts_who_comes(client, roadshow, django_assert_num_queries):
    page = reverse("roadshow-detail", args=[roadshow.slug])
    counts = []
    for name in ("Anna", "Bilal", "Chris"):
        come(roadshow, name)
        with django_assert_num_queries(12, exact=False) as queries:
            text = client.get(page).content.decode()
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert "2 aanmeldingen, 1 op de wachtlijst" in text
    assert "Kom op de wachtlijst" in text
