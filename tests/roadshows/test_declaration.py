"""The mbo-erkenningsverklaring: who may sign, what stands in the register, evidence, withdrawing, and the published example."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import re
import threading
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from roadshows import services as events
from roadshows.demo import load_declaration, load_published
from roadshows.enums import SIGNATURE_TRANSITIONS, Commitment, SignatureStatus
from roadshows.models import DeclarationText, Evidence, Signature
from roadshows.services import declaration as services
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f

pytestmark = pytest.mark.django_db

SIGNER = {
    "signer_name": "Dirk de Directeur",
    "signer_function": "directeur",
    "signer_email": "directeur@cast.example",
}


@pytest.fixture
def text():
    words = dict.fromkeys(("introduction", "recognise", "invest", "position", "impact"), "Wij doen dit echt.")
    return DeclarationText.objects.create(
        version=1, title="Verklaring", published_on=today() - dt.timedelta(days=900), is_current=True, **words
    )


@pytest.fixture
def organiser(other_organisation):
    user = f.UserFactory(email="organiser@cast.example")
    Membership.objects.create(user=user, organisation=other_organisation, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(other_organisation, organiser):
    return events.create_roadshow(organisation=other_organisation, title="Wijk maakt plek", actor=organiser)


def ask(organisation, broker, **more):
    return services.ask_signature(name="", organisation=organisation, actor=broker, **{**SIGNER, **more})


def address_in(key):
    body = OutgoingMail.objects.get(key=key).body_text
    found = re.search(r"https?://\S+(/erkenningsverklaring/(?:tekenen|bijhouden)/\S+)", body)
    assert found, body
    return found.group(1)


def signed(client, organisation, broker):
    """A signature by the whole path: the stagemakelaar asks, the director signs by the link in the mail."""
    signature = ask(organisation, broker)
    client.post(address_in(f"declaration_asked:{signature.public_id}"), {"may_sign": "on", "ja": "ja"})
    signature.refresh_from_db()
    assert signature.status == SignatureStatus.SIGNED
    return signature


def test_the_person_who_may_sign_signs_without_an_account(client, text, organisation, broker):
    signature = ask(organisation, broker)
    address = address_in(f"declaration_asked:{signature.public_id}")
    page = client.get(address).content.decode()
    assert "Wij doen dit echt." in page
    signature.refresh_from_db()
    assert signature.status == SignatureStatus.ASKED, "reading signs nothing"
    missing = client.post(address, {"ja": "ja"})
    assert missing.status_code == 422
    assert "namens" in missing.content.decode()
    assert client.post(address, {"may_sign": "on", "ja": "ja"}).status_code == 200
    signature.refresh_from_db()
    assert (signature.status, signature.signed_on) == (SignatureStatus.SIGNED, today())
    assert client.post(address, {"may_sign": "on", "ja": "ja"}).status_code == 410, "the link was used"


def test_the_register_shows_the_organisation_and_never_the_person(client, text, organisation, broker):
    signature = signed(client, organisation, broker)
    pages = [
        client.get(path).content.decode()
        for path in (reverse("declaration"), signature.get_absolute_url(), reverse("declaration-feed"))
    ]
    for page in pages:
        assert organisation.name in page
        assert "Dirk" not in page
        assert "directeur@" not in page
    assert "directeur" in pages[1], "the function stands there"


def test_saying_no_is_noted_and_not_asked_again(client, text, organisation, broker):
    signature = ask(organisation, broker)
    client.post(address_in(f"declaration_asked:{signature.public_id}"), {"nee": "nee"})
    signature.refresh_from_db()
    assert signature.status == SignatureStatus.DECLINED
    assert organisation.name not in client.get(reverse("declaration")).content.decode()
    assert client.get(signature.get_absolute_url()).status_code == 404


def test_an_organisation_signs_once_per_version(client, text, organisation, broker, organiser, roadshow):
    ask(organisation, broker)
    with pytest.raises(Conflict):
        ask(organisation, broker)
    with pytest.raises(Conflict):
        services.ask_signature(name=organisation.name.upper(), roadshow=roadshow, actor=organiser, **SIGNER)


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_once_one_question_goes_out(text, organisation, broker):
    outcomes = []

    def try_it():
        try:
            ask(organisation, broker)
            outcomes.append("asked")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["asked", "conflict", "conflict", "conflict"]
    assert OutgoingMail.objects.filter(template="declaration_asked").count() == 1


def test_nobody_mails_the_whole_world_through_it(text, organiser, roadshow, monkeypatch):
    monkeypatch.setattr(services, "MOST_A_DAY", 2)
    for number in range(2):
        services.ask_signature(name=f"Huis {number}", roadshow=roadshow, actor=organiser, **SIGNER)
    with pytest.raises(RuleError) as caught:
        services.ask_signature(name="Huis 3", roadshow=roadshow, actor=organiser, **SIGNER)
    assert caught.value.code == "too_many"
    assert OutgoingMail.objects.filter(template="declaration_asked").count() == 2


def test_evidence_per_commitment_and_year(client, text, organisation, broker):
    signature = signed(client, organisation, broker)
    address = address_in(f"declaration_signed:{signature.public_id}")
    data = {"wat": "bewijs", "commitment": "invest", "year": str(today().year), "text": "4 begeleiders kregen uren"}
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 302, "the same again changes nothing"
    line = Evidence.objects.get()
    assert (line.commitment, line.year) == (Commitment.INVEST, today().year)
    assert "4 begeleiders kregen uren" in client.get(signature.get_absolute_url()).content.decode()
    wrong = client.post(address, {**data, "year": str(today().year + 1), "text": "Later"})
    assert wrong.status_code == 422
    assert "Later" in wrong.content.decode()
    client.post(address, {"wat": "weg", "regel": str(line.public_id)})
    assert Evidence.objects.count() == 0
    assert client.post(address, {"wat": "weg", "regel": "x"}).status_code == 404
    with pytest.raises(RuleError):
        services.add_evidence(signature=signature, commitment="invest", year=2020, text="Te vroeg", actor=broker)


def test_withdrawing_needs_a_reason_and_takes_the_name_out_of_the_register(client, text, organisation, broker):
    signature = signed(client, organisation, broker)
    client.force_login(broker)
    page = reverse("signature-keep", args=[signature.public_id])
    assert client.post(page, {"wat": "intrekken", "reason": ""}).status_code == 422
    assert client.post(page, {"wat": "intrekken", "reason": "Wij stoppen met stages."}).status_code == 302
    client.logout()
    assert organisation.name not in client.get(reverse("declaration")).content.decode()
    assert client.get(signature.get_absolute_url()).status_code == 404
    signature.refresh_from_db()
    assert signature.withdrawn_on == today()
    assert ask(organisation, broker).pk != signature.pk, "they may sign again"


@pytest.mark.parametrize("source", list(SignatureStatus))
@pytest.mark.parametrize("target", list(SignatureStatus))
def test_only_the_table_of_transitions_moves_a_signature(source, target, text, organisation):
    row = Signature.objects.create(declaration=text, name="X", status=source, signed_on=today())
    if target in SIGNATURE_TRANSITIONS[source]:
        assert services._move(row, target).status == target
    else:
        with pytest.raises(Conflict):
            services._move(row, target)


def test_an_organiser_asks_at_the_roadshow_for_who_is_not_on_the_platform(client, text, organiser, roadshow):
    client.force_login(organiser)
    page = reverse("roadshow-signatures", args=[roadshow.slug])
    assert client.post(page, {"name": "Kleine Wijk", **SIGNER}).status_code == 302
    signature = Signature.objects.get()
    assert (signature.name, signature.organisation, signature.roadshow) == ("Kleine Wijk", None, roadshow)
    again = client.post(page, {"name": "Kleine Wijk", **SIGNER})
    assert again.status_code == 422
    assert "al gevraagd" in again.content.decode()
    assert "Dirk de Directeur" in again.content.decode(), "what was typed is still there"


def test_strangers_ask_keep_and_see_nothing(client, text, organisation, broker, other_broker, student, roadshow):
    signature = ask(organisation, broker)
    with pytest.raises(PermissionDenied):
        ask(organisation, other_broker)
    for call in (
        lambda: services.withdraw_signature(signature=signature, reason="x", actor=other_broker),
        lambda: services.add_evidence(
            signature=signature, commitment="invest", year=2026, text="x", actor=other_broker
        ),
    ):
        with pytest.raises(PermissionDenied):
            call()
    keep, ours = reverse("signature-keep", args=[signature.public_id]), reverse("our-signatures")
    client.force_login(other_broker)
    assert [client.get(page).status_code for page in (keep, signature.get_absolute_url())] == [404, 404]
    assert "Dirk" not in client.get(ours).content.decode()
    client.force_login(student.user if hasattr(student, "user") else student)
    assert [client.get(page).status_code for page in (keep, ours)] == [403, 403]
    client.logout()
    assert [client.get(page).status_code for page in (keep, ours)] == [302, 302]


def test_a_link_for_one_signature_keeps_no_other(client, text, organisation, other_organisation, broker, other_broker):
    mine, other = signed(client, organisation, broker), signed(client, other_organisation, other_broker)
    line = services.add_evidence(
        signature=other, commitment="invest", year=today().year, text="Van een ander", actor=other_broker
    )
    address = address_in(f"declaration_signed:{mine.public_id}")
    assert client.post(address, {"wat": "weg", "regel": str(line.public_id)}).status_code == 404
    assert Evidence.objects.count() == 1


def test_evidence_is_asked_once_a_year_and_only_of_who_gave_none(client, text, organisation, broker):
    signature = signed(client, organisation, broker)
    Signature.objects.update(signed_on=dt.date(today().year - 1, 6, 1))
    year = today().year
    assert services.ask_for_evidence(day=dt.date(year, 1, 14)) == 0
    assert services.ask_for_evidence(day=dt.date(year, 1, 20), dry_run=True) == 1
    assert services.ask_for_evidence(day=dt.date(year, 1, 20)) == 1
    assert services.ask_for_evidence(day=dt.date(year, 1, 21)) == 0
    assert client.get(address_in(f"declaration_evidence:{signature.public_id}:{year - 1}")).status_code == 200


def test_who_was_asked_and_never_signed_is_forgotten(
    text, organisation, other_organisation, broker, other_broker, client
):
    ask(organisation, broker)
    kept = signed(client, other_organisation, other_broker)
    later = today() + dt.timedelta(days=92)
    assert services.forget_signers(day=today()) == 0
    assert services.forget_signers(day=later, dry_run=True) == 1
    assert services.forget_signers(day=later) == 1
    assert set(Signature.objects.values_list("signer_email", flat=True)) == {"", kept.signer_email}


def test_search_and_feed_of_the_register(client, text):
    for number in range(3):
        Signature.objects.create(
            declaration=text, name=f"Huis {number}", status="signed", signed_on=today() - dt.timedelta(days=number)
        )
    page = client.get(reverse("declaration"), {"q": "huis 2"}).content.decode()
    assert "1 organisatie gevonden" in page
    assert "Huis 1" not in page
    feed = ElementTree.fromstring(client.get(reverse("declaration-feed")).content)  # noqa: S314 -- our own feed
    titles = [
        entry.findtext("{http://www.w3.org/2005/Atom}title")
        for entry in feed.iter("{http://www.w3.org/2005/Atom}entry")
    ]
    assert titles[0] == "Huis 0 tekende de mbo-erkenningsverklaring"
    assert len(titles) == 3


def test_the_register_does_the_same_queries_however_many_signed(client, text, django_assert_max_num_queries):
    for number in range(25):
        Signature.objects.create(declaration=text, name=f"Huis {number}", status="signed", signed_on=today())
        with django_assert_max_num_queries(8):
            client.get(reverse("declaration"))


def test_a_new_version_leaves_earlier_signatures_under_their_own_words(client, text, organisation, broker, admin_user):
    signature = signed(client, organisation, broker)
    second = DeclarationText.objects.create(
        version=2,
        title="Nieuw",
        **dict.fromkeys(("introduction", "recognise", "invest", "position", "impact"), "Nieuw."),
    )
    assert client.get(reverse("declaration-text", args=[2])).status_code == 404, "a draft is nobody's business"
    with pytest.raises(PermissionDenied):
        services.publish_text(text=second, actor=broker)
    services.publish_text(text=second, actor=admin_user)
    signature.refresh_from_db()
    assert signature.declaration == text
    assert client.get(reverse("declaration-text", args=[1])).status_code == 200
    assert ask(organisation, broker).declaration == second


def test_only_organisations_that_sources_name_are_in_the_example(client):
    load_published()
    load_declaration()
    load_declaration()
    names = set(Signature.objects.values_list("name", flat=True))
    assert names == {"Civic", "DOCK", "Eigenwijks", "De Schoor", "B&A"}
    assert all(row.source_note.startswith("Uit gepubliceerde bron") for row in Signature.objects.all())
    assert not Signature.objects.exclude(signer_name="", signer_email="").exists()
    assert "Eigenwijks" in client.get(reverse("roadshow-detail", args=["amsterdam-2026"])).content.decode()
