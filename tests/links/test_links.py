"""Secret links: signed, expiring, for one purpose, revocable, logged, limited; and opening one changes nothing."""

import datetime as dt
import io
import logging
import sys

import pytest
import structlog
from django.core.management import call_command
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from placements.services import run_retention
from stagematch.clock import at, now, today
from stagematch.links import services
from stagematch.links.models import LinkState, SecretLink, SecretLinkUse
from stagematch.links.tokens import hash_of, new_token
from stagematch.links.views import RATES, RENEW_FIELD
from stagematch.mail.delivery import deliver
from stagematch.mail.models import OutgoingMail
from stagematch.ui.logs import formatter
from stagematch.ui.secrets import MASK, TOKEN
from students.services import delete_person, export_person
from tests import factories as f

pytestmark = pytest.mark.django_db
Outcome = SecretLinkUse.Outcome


def make(person, *, purpose="probe", days=7, email="aya@voorbeeld.example", **more) -> str:
    """Return the path of a new link about `person`."""
    expires_at = now() + dt.timedelta(days=days)
    address = services.make_link(purpose=purpose, subject=person, expires_at=expires_at, email=email, **more)
    return path_of(address)


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def token_in(path: str) -> str:
    found = TOKEN.search(path)
    assert found is not None
    return found.group()


def later(days: int):
    return at(now() + dt.timedelta(days=days))


def outcomes() -> list[tuple[str, int]]:
    return list(SecretLinkUse.objects.order_by("pk").values_list("outcome", "times"))


# --- what a link is -------------------------------------------------------------------------------


def test_a_link_opens_its_page_without_an_account_and_a_form_may_change_something(client, person, settings):
    address = services.make_link(purpose="probe", subject=person, expires_at=now() + dt.timedelta(days=1))
    assert address.startswith(f"{settings.BASE_URL}/proef/sl-")
    assert client.get(path_of(address)).content == b"Dag Aya"
    assert client.post(path_of(address), {"naam": "Noor"}).content == b"Dag Noor"
    person.refresh_from_db()
    assert person.first_name == "Noor"


def test_the_table_keeps_a_hash_and_never_the_token(person):
    path = make(person)
    link = SecretLink.objects.get()
    assert link.token_hash == hash_of(token_in(path))
    row = (
        SecretLink.objects.filter(pk=link.pk)
        .values_list(*[field.attname for field in SecretLink._meta.concrete_fields])
        .get()
    )
    assert token_in(path) not in str(row)


def test_an_expiry_in_the_past_or_beyond_400_days_is_a_mistake_of_the_program(person):
    for days in (0, -1, 401):
        with pytest.raises(ValueError, match="400 days"):
            make(person, days=days)
    with pytest.raises(LookupError, match="register_purpose"):
        make(person, purpose="nobody-registered-this")


# --- what does not open -----------------------------------------------------------------------------


def test_a_link_of_another_purpose_is_unknown(client, person):
    token = token_in(make(person))
    assert client.get(reverse("probe-careless", args=[token])).status_code == 404
    person.refresh_from_db()
    assert person.first_name == "Aya"


def test_a_tampered_link_is_refused_without_a_look_in_the_database(client, person, django_assert_num_queries):
    path = make(person)
    token = token_in(path)
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:5] + ("A" if token[5] != "A" else "B") + token[6:],
        token + "A",
        token[:-1],
        "sl-",
        "x",
        new_token("probe-careless"),
    ]
    with django_assert_num_queries(0):
        for guess in wrong:
            assert client.get(reverse("probe", args=[guess])).status_code == 404
    assert outcomes() == []


def test_a_well_signed_token_that_was_never_given_out_is_unknown(client):
    assert client.get(reverse("probe", args=[new_token("probe")])).status_code == 404


def test_an_expired_link_says_when_it_expired(client, person):
    path = make(person, days=7)
    last_day = timezone.localtime(SecretLink.objects.get().expires_at)
    with later(8):
        for answer in (client.get(path), client.post(path, {"naam": "Noor"})):
            assert answer.status_code == 410
            page = answer.content.decode()
            assert "Deze link is verlopen" in page
            assert f"{last_day.day} " in page
            assert "Vraag een nieuwe link aan" not in page
            assert "Aya" not in page
    person.refresh_from_db()
    assert person.first_name == "Aya"
    assert outcomes() == [(Outcome.EXPIRED, 2)]


def test_a_revoked_link_says_so_and_does_nothing(client, person, admin_user):
    path = make(person)
    make(person)
    assert services.revoke_links(subject=person, purpose="probe", actor=admin_user) == 2
    assert services.revoke_links(subject=person, purpose="probe", actor=admin_user) == 0
    answer = client.post(path, {"naam": "Noor"})
    assert answer.status_code == 410
    assert "ingetrokken" in answer.content.decode()
    person.refresh_from_db()
    assert person.first_name == "Aya"
    link = SecretLink.objects.first()
    assert link is not None
    assert (link.state, link.revoked_by) == (LinkState.REVOKED, admin_user)


def test_a_single_use_link_can_be_opened_often_and_used_once(client, person):
    path = make(person, single_use=True)
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert client.post(path, {"naam": "Noor"}).status_code == 200
    again = client.post(path, {"naam": "Sem"})
    assert again.status_code == 410
    assert "al gebruikt" in again.content.decode()
    person.refresh_from_db()
    assert person.first_name == "Noor"


def test_two_people_who_send_a_single_use_form_at_once_are_one_too_many(person):
    make(person, single_use=True)
    first, second = SecretLink.objects.get(), SecretLink.objects.get()
    services.finish(first)
    with pytest.raises(services.LinkClosed) as refused:
        services.finish(second)
    assert refused.value.code == "link_finished"


def test_a_link_works_still_when_what_it_was_used_for_failed(person):
    make(person, single_use=True)
    link = SecretLink.objects.get()
    with transaction.atomic():
        services.finish(link)
        transaction.set_rollback(True)
    assert SecretLink.objects.get().state == LinkState.LIVE


def test_a_link_revoked_after_opening_the_page_does_not_decide_any_more(person, admin_user):
    make(person)
    opened = SecretLink.objects.get()
    services.revoke_link(link=opened, actor=admin_user)
    with pytest.raises(services.LinkClosed) as refused:
        services.lock_link(opened)
    assert refused.value.state == LinkState.REVOKED


def test_only_a_single_use_link_can_be_finished(person):
    make(person)
    with pytest.raises(ValueError, match="single-use"):
        services.finish(SecretLink.objects.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        SecretLink.objects.update(finished_at=now())


def test_a_link_about_something_that_is_gone_says_so(client, person):
    other = f.UserFactory()
    path = make(other)
    other.delete()
    answer = client.get(path)
    assert answer.status_code == 410
    assert "bestaat niet meer" in answer.content.decode()


# --- mail scanners ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_link_can_not_change_anything_even_when_the_view_tries(method, client, person):
    path = make(person, purpose="probe-careless")
    with pytest.raises(InternalError, match="read-only transaction"):
        getattr(client, method)(path)
    person.refresh_from_db()
    assert person.first_name == "Aya"


def test_other_methods_are_refused(client, person):
    path = make(person)
    assert [client.generic(method, path).status_code for method in ("PUT", "DELETE", "OPTIONS")] == [405, 405, 405]


def test_a_form_from_another_site_is_refused(person):
    from django.test import Client

    path = make(person)
    assert Client(enforce_csrf_checks=True).post(path, {"naam": "Noor"}).status_code == 403


def test_the_page_is_not_kept_indexed_or_told_to_other_sites(client, person):
    path = make(person)
    expired = make(person, days=1)
    with later(2):
        for answer in (client.get(path), client.get(expired)):
            assert answer.headers["Cache-Control"] == "no-store"
            assert "noindex" in answer.headers["X-Robots-Tag"]
            assert answer.headers["Referrer-Policy"] == "strict-origin"


# --- limits and the log of use --------------------------------------------------------------------------


def test_guessing_is_slowed_down_per_address_and_others_go_on(client, person):
    path = make(person)
    most = int(RATES["guess"].partition("/")[0])
    answers = [client.get(reverse("probe", args=["sl-raden"])).status_code for _ in range(most + 2)]
    assert answers == [404] * most + [429, 429]
    assert client.get(path).status_code == 200
    assert client.get(reverse("probe", args=["sl-raden"]), REMOTE_ADDR="192.0.2.9").status_code == 404


def test_one_link_can_be_opened_so_often_a_minute_and_says_when_to_try_again(client, person):
    path = make(person)
    most = int(RATES["link"].partition("/")[0])
    answers = [client.get(path, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(most + 1)]
    assert answers == [200] * most + [429]
    refused = client.get(path)
    assert refused.headers["Retry-After"] == "60"
    assert "Wacht een minuut" in refused.content.decode()


def test_use_is_counted_per_day_without_an_address(client, person):
    path = make(person)
    for _ in range(3):
        client.get(path, REMOTE_ADDR="192.0.2.7")
    client.get(path, REMOTE_ADDR="192.0.2.8")
    client.post(path, {"naam": "Noor"}, REMOTE_ADDR="192.0.2.7")
    with later(1):
        client.get(path, REMOTE_ADDR="192.0.2.7")
    assert outcomes() == [(Outcome.OPENED, 3), (Outcome.OPENED, 1), (Outcome.SENT, 1), (Outcome.OPENED, 1)]
    codes = list(SecretLinkUse.objects.order_by("pk").values_list("visitor", flat=True))
    assert codes[0] == codes[2]
    assert len(set(codes)) == 3
    assert not any("192" in code for code in codes)


# --- a new link ---------------------------------------------------------------------------------------


def test_an_expired_link_can_be_replaced_by_mail_to_the_same_address(client, person, renewable):
    path = make(person, days=1)
    with later(3):
        page = client.get(path).content.decode()
        assert "Vraag een nieuwe link aan" in page
        assert "aya@voorbeeld.example" not in page
        assert not OutgoingMail.objects.exists()
        answer = client.post(path, {RENEW_FIELD: "ja"})
        assert "Kijk in je mail" in answer.content.decode()
        assert "aya@voorbeeld.example" not in answer.content.decode()
        mail = OutgoingMail.objects.get()
        assert mail.to_email == "aya@voorbeeld.example"
        fresh = TOKEN.search(mail.body_text)
        assert fresh is not None
        assert client.get(reverse("probe", args=[fresh.group()])).status_code == 200
        assert client.get(path).status_code == 410


def test_a_new_link_goes_out_three_times_a_day_and_the_answer_stays_the_same(client, person, renewable):
    path = make(person, days=1)
    with later(3):
        answers = {client.post(path, {RENEW_FIELD: "ja"}).content.decode() for _ in range(5)}
        assert len({answer.partition("<main")[2] for answer in answers}) == 1
        assert OutgoingMail.objects.count() == services.RENEWALS_A_DAY


def test_nothing_is_sent_when_the_purpose_has_no_use_for_a_new_link(client, person):
    path = make(person, days=1)
    with later(3):
        assert client.post(path, {RENEW_FIELD: "ja"}).status_code == 200
    assert not OutgoingMail.objects.exists()


def test_a_revoked_link_is_not_replaced(client, person, renewable, admin_user):
    path = make(person)
    services.revoke_links(subject=person, actor=admin_user)
    assert client.post(path, {RENEW_FIELD: "ja"}).status_code == 410
    assert not OutgoingMail.objects.exists()


# --- no trace of the token ------------------------------------------------------------------------------


def test_a_mail_keeps_its_link_until_it_is_sent_and_not_after(client, person, renewable):
    path = make(person, days=1)
    with later(3):
        client.post(path, {RENEW_FIELD: "ja"})
    mail = OutgoingMail.objects.get()
    assert TOKEN.search(mail.body_text)
    deliver(mail.pk)
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.SENT
    assert not TOKEN.search(mail.body_text + mail.body_html)
    assert MASK in mail.body_text


def test_no_log_line_holds_a_token(person):
    path = make(person)
    line = io.StringIO()
    handler = logging.StreamHandler(line)
    handler.setFormatter(formatter())
    log = logging.getLogger("tests.links")
    log.addHandler(handler)
    log.warning("Not Found: %s", path)
    try:
        raise RuntimeError(path)
    except RuntimeError:
        log.warning("request_failed", exc_info=sys.exc_info())
    structlog.get_logger("tests.links").warning("request_started", request=f"GET {path}")
    log.removeHandler(handler)
    assert line.getvalue().count(MASK) >= 3
    assert not TOKEN.search(line.getvalue())


def test_the_history_of_changes_names_the_page_without_its_token(rf, person):
    from stagematch.ui.middleware import HistoryMiddleware

    request = rf.post(make(person))
    assert HistoryMiddleware(lambda _request: None).get_context(request)["url"] == f"/proef/{MASK}/"


# --- forgetting -----------------------------------------------------------------------------------------


def test_links_are_forgotten_90_days_after_they_expire(client, person):
    client.get(make(person, days=1))
    make(person, days=60)
    day = today() + dt.timedelta(days=91)
    assert run_retention(day=day).old_links == 0
    assert run_retention(day=day + dt.timedelta(days=2), dry_run=True).old_links == 1
    assert SecretLink.objects.count() == 2
    assert run_retention(day=day + dt.timedelta(days=2)).old_links == 1
    assert run_retention(day=day + dt.timedelta(days=2)).old_links == 0
    assert SecretLink.objects.count() == 1
    assert not SecretLinkUse.objects.exists()


def test_a_person_gets_their_links_in_the_export_without_secrets_and_is_forgotten_with_them(client, student):
    path = make(student, user=student, email=student.email)
    make(student, email=student.email)
    client.get(path)
    export = str(export_person(user=student))
    assert "geheime links" in export
    for link in SecretLink.objects.all():
        assert link.token_hash not in export
    delete_person(user=student)
    assert not SecretLink.objects.exists()


# --- the admin --------------------------------------------------------------------------------------------


def test_a_platform_admin_sees_use_and_closes_links(client, person, admin_user):
    path = make(person)
    client.get(path)
    link = SecretLink.objects.get()
    client.force_login(admin_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("admin:links_secretlink_change", args=[link.pk])).content.decode()
    assert "geopend" in page
    assert link.token_hash not in page
    answer = client.post(
        reverse("admin:links_secretlink_changelist"), {"action": "revoke", "_selected_action": [link.pk]}, follow=True
    )
    assert "1 link ingetrokken." in answer.content.decode()
    link.refresh_from_db()
    assert (link.state, link.revoked_by) == (LinkState.REVOKED, admin_user)


def test_the_data_holds_what_must_always_be_true(client, person):
    client.post(make(person, single_use=True), {"naam": "Noor"})
    out = io.StringIO()
    call_command("check_data", stdout=out)
    assert "0 broken" in out.getvalue()
