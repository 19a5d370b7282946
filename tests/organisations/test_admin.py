"""The admin, page by page and role by role."""

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from organisations.admin_mixins import RoleAdminMixin, own_rows
from organisations.models import Membership, Organisation, Team, TeamCapacity
from stagematch.accounts.models import User
from stagematch.audit.models import AccessLog
from stagematch.mail.models import OutgoingMail
from stagematch.ui.admin_mixins import PlatformAdminMixin, is_referred_to
from tests import factories as f

PAGES = sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label)
IDS = [model._meta.label for model, _page in PAGES]
OWN = [(model, page) for model, page in PAGES if isinstance(page, RoleAdminMixin)]


def url(model, what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


@pytest.fixture
def sign_in():
    def sign_in_as(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in_as


@pytest.fixture
def neighbours(broker, other_broker, vacancy, other_vacancy, capacity) -> None:
    """Two organisations, each with people, teams, rooms and programmes."""
    for team in Team.objects.all():
        f.LocationFactory(organisation=team.organisation)


@pytest.mark.parametrize(("model", "page"), PAGES, ids=IDS)
def test_every_page_follows_roles(model, page):
    assert isinstance(page, PlatformAdminMixin)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=IDS)
def test_lists_open_for_platform_admins_and_for_nobody_without_work_here(
    model, page, sign_in, admin_user, student, coordinator, team_lead, supervisor, client
):
    address = url(model, "changelist")
    assert client.get(address).status_code == 302
    assert sign_in(admin_user).get(address).status_code == 200
    for user in (student, coordinator, team_lead, supervisor):
        assert sign_in(user).get(address).status_code == 403, user


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=IDS)
def test_a_broker_sees_only_rows_of_the_own_organisation(
    model, page, sign_in, broker, other_broker, neighbours, admin_user
):
    client = sign_in(broker)
    answer = client.get(url(model, "changelist"))
    may_view = isinstance(page, RoleAdminMixin) and "view" in page.broker_may
    assert answer.status_code == (200 if may_view else 403)
    request = RequestFactory().get("/")
    request.user = broker
    everything = RequestFactory().get("/")
    everything.user = admin_user
    if not may_view or page.is_reference:
        return
    mine = set(page.get_queryset(request).values_list("pk", flat=True))
    theirs = RequestFactory().get("/")
    theirs.user = other_broker
    foreign = set(page.get_queryset(theirs).values_list("pk", flat=True))
    assert not mine & foreign
    assert {row.pk for row in answer.context["cl"].result_list} <= mine
    for pk in foreign:
        assert client.get(url(model, "change", pk)).status_code == 404
        assert client.post(url(model, "change", pk), {}).status_code == 404
        assert client.get(url(model, "history", pk)).status_code == 404
        assert client.get(url(model, "delete", pk)).status_code == 403  # brokers delete nothing
    for pk in mine:
        assert client.get(url(model, "change", pk)).status_code == 200


@pytest.mark.django_db
def test_a_broker_sees_something_of_the_own_organisation(neighbours, broker):
    request = RequestFactory().get("/")
    request.user = broker
    for model in (Organisation, Team, Membership, TeamCapacity):
        assert own_rows(model._default_manager.all(), request).exists(), model


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=IDS)
def test_lists_cost_the_same_for_one_row_and_for_three(
    model, page, sign_in, admin_user, django_assert_num_queries, django_assert_max_num_queries
):
    makers = {
        "organisations.Membership": f.MembershipFactory,
        "organisations.Team": f.TeamFactory,
        "organisations.Organisation": f.OrganisationFactory,
        "organisations.Programme": f.ProgrammeFactory,
        "organisations.TeamCapacity": f.TeamCapacityFactory,
        "organisations.SupervisorCapacity": f.SupervisorCapacityFactory,
        "accounts.User": f.UserFactory,
    }
    maker = makers.get(model._meta.label)
    if maker is None:
        return
    client = sign_in(admin_user)
    maker()
    with django_assert_max_num_queries(14) as first:
        client.get(url(model, "changelist"))
    maker()
    maker()
    with django_assert_num_queries(len(first)):
        client.get(url(model, "changelist"))


@pytest.mark.django_db
def test_a_broker_changes_texts_but_not_what_the_organisation_is(sign_in, broker, organisation):
    client = sign_in(broker)
    page = client.get(url(Organisation, "change", organisation.pk))
    form = page.context["adminform"].form
    assert set(form.fields) == {
        "description", "vision", "website", "response_term_days", "blind_screening", "second_interview", "sbb_number",
        "vacancy_agreement", "second_contact", "escalate_after_days", "offers_reserve_itself",
    }  # fmt: skip
    data = {"description": "Wij zijn er voor de buurt.", "vision": "", "website": "", "response_term_days": "8", "escalate_after_days": "3",
            "blind_screening": "on", "sbb_number": "", "is_approved": "", "email_domain": "kaping.example",
            "name": "Andere naam"}  # fmt: skip
    for formset in page.context["inline_admin_formsets"]:
        prefix, count = formset.formset.prefix, formset.formset.initial_form_count()
        data |= {f"{prefix}-TOTAL_FORMS": str(count), f"{prefix}-INITIAL_FORMS": str(count)}
        for form in formset.formset.initial_forms:
            data |= {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    answer = client.post(url(Organisation, "change", organisation.pk), data)
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert organisation.description == "Wij zijn er voor de buurt."
    assert organisation.response_term_days == 8
    assert not organisation.second_interview
    assert (organisation.name, organisation.email_domain) == ("Buurthuis De Kade", "")
    assert organisation.is_approved


@pytest.mark.django_db
def test_places_cannot_go_below_what_is_taken_and_taken_cannot_be_typed(sign_in, broker, vacancy):
    capacity = TeamCapacity.objects.get(team=vacancy.team)
    TeamCapacity.objects.filter(pk=capacity.pk).update(places=3, taken=2)
    client = sign_in(broker)
    address = url(TeamCapacity, "change", capacity.pk)
    assert client.post(address, {"places": "1"}).status_code == 200
    assert client.post(address, {"places": "5", "taken": "0"}).status_code == 302
    capacity.refresh_from_db()
    assert (capacity.places, capacity.taken) == (5, 2)


@pytest.mark.django_db
def test_what_is_used_cannot_be_deleted(sign_in, admin_user, vacancy):
    client = sign_in(admin_user)
    for row in (vacancy.team, vacancy.team.organisation):
        assert is_referred_to(row)
        assert client.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
    unused = f.OrganisationFactory()
    assert client.post(url(Organisation, "delete", unused.pk), {"post": "yes"}).status_code == 302
    assert not Organisation.objects.filter(pk=unused.pk).exists()


@pytest.mark.django_db
def test_the_admin_has_no_login_of_its_own(client, sign_in, student, admin_user):
    address = reverse("admin:login")
    answer = client.get(address, {"next": "/beheer/organisations/team/"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "next=/beheer/organisations/team/" in answer.url
    assert client.post(address, {"username": admin_user.email, "password": f.PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session
    assert sign_in(student).get("/beheer/").status_code == 403


@pytest.mark.django_db
def test_looking_at_an_account_or_a_mail_is_noted(sign_in, admin_user, student):
    client = sign_in(admin_user)
    client.get(url(User, "change", student.pk))
    mail = OutgoingMail.objects.create(
        key="k", template="t", to_email=student.email, to_user=student, subject="s", body_text="b", body_html="b",
        message_id="<k@x>",
    )  # fmt: skip
    client.get(url(OutgoingMail, "change", mail.pk))
    seen = AccessLog.objects.filter(actor=admin_user, subject=student).values_list("object_type", flat=True)
    assert sorted(seen) == ["accounts.user", "mail.outgoingmail"]


@pytest.mark.django_db
def test_the_log_of_the_admin_names_nobody(sign_in, admin_user, student):
    client = sign_in(admin_user)
    data = {"email": student.email, "first_name": "Samira", "last_name": "Anders", "is_active": "on"}
    assert client.post(url(User, "change", student.pk), data).status_code == 302
    from django.contrib.admin.models import LogEntry

    entry = LogEntry.objects.get()
    assert "Samira" not in entry.object_repr + entry.change_message
    assert "Anders" not in entry.object_repr + entry.change_message


@pytest.mark.django_db
def test_failed_mail_is_sent_again_from_the_list(sign_in, admin_user):
    rows = [
        OutgoingMail.objects.create(
            key=str(n), template="t", to_email="a@b.example", subject="s", body_text="b", body_html="b",
            message_id=f"<{n}@x>", state=state,
        )
        for n, state in enumerate([OutgoingMail.State.FAILED, OutgoingMail.State.SENT])
    ]  # fmt: skip
    data = {"action": "send_again", "_selected_action": [row.pk for row in rows]}
    sign_in(admin_user).post(url(OutgoingMail, "changelist"), data)
    assert [OutgoingMail.objects.get(pk=row.pk).state for row in rows] == ["queued", "sent"]
