"""Colleagues are asked by mail and say yes themselves; nobody has a role before that."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from organisations.enums import Role
from organisations.invitations import services
from organisations.models import Invitation, Membership
from organisations.roles import roles_of
from stagematch.accounts.models import User
from stagematch.clock import at, now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.services import delete_person, export_person
from tests import factories as f
from tests.accounts.test_sign_in import sign_in_by_code, who

pytestmark = pytest.mark.django_db
NEW = "nieuw@kade.example"
NAMES = {"first_name": "Kees", "last_name": "Nieuw"}
TEMPLATE = "organisations/member_invitation"


def invite(organisation, actor, **changes) -> Invitation:
    values = {"email": NEW, **NAMES, "role": Role.SUPERVISOR}
    return services.invite_member(organisation=organisation, actor=actor, **{**values, **changes})


def address_in_mail(number: int = -1) -> str:
    mail = list(OutgoingMail.objects.filter(template=TEMPLATE).order_by("pk"))[number]
    found = re.search(r"/uitnodiging/[^/\s]+/", mail.body_text)
    assert found
    return found.group()


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        call(*args, **kwargs)
    return error.value.code


# --- inviting ----------------------------------------------------------------------------------------


def test_only_people_of_the_organisation_invite(organisation, other_broker, student, coordinator, supervisor):
    for actor in (other_broker, student, coordinator, supervisor):
        with pytest.raises(PermissionDenied):
            invite(organisation, actor)
    assert not OutgoingMail.objects.filter(template=TEMPLATE).exists()


def test_nobody_has_an_account_or_a_role_before_saying_yes(organisation, broker):
    invite(organisation, broker)
    assert not User.objects.filter(email=NEW).exists()
    assert not Membership.objects.filter(user__email=NEW).exists()


def test_inviting_keeps_the_rules(organisation, broker, supervisor, other_organisation):
    assert code_of(invite, organisation, broker, role=Role.COORDINATOR) == "role_not_here"
    here = f.MembershipFactory(organisation=organisation, role=Role.SUPERVISOR).user
    assert code_of(invite, organisation, broker, email=here.email) == "already_member"
    made = invite(organisation, broker, teams=[f.TeamFactory(organisation=other_organisation)])
    assert not made.teams.exists()
    assert code_of(invite, organisation, broker, email=NEW.upper()) == "already_invited"
    with at(today() + dt.timedelta(days=15)):
        again = invite(organisation, broker)
        made.refresh_from_db()
        assert (made.state, again.state) == ("revoked", "open")


def test_one_person_makes_50_invitations_a_day_at_most(organisation, broker, monkeypatch):
    monkeypatch.setattr(services, "A_DAY", 2)
    for number in range(2):
        invite(organisation, broker, email=f"n{number}@kade.example")
    assert code_of(invite, organisation, broker) == "too_many"


def test_inviting_tells_nothing_about_accounts(organisation, broker, student):
    closed = f.UserFactory(is_active=False)
    texts = set()
    for email in (student.email, closed.email, NEW):
        invite(organisation, broker, email=email, first_name="Noor")
        mail = OutgoingMail.objects.get(template=TEMPLATE, to_email=email)
        assert mail.to_user is None
        texts.add(re.sub(r"/uitnodiging/\S+", "", mail.body_text))
    assert len(texts) == 1


# --- saying yes --------------------------------------------------------------------------------------


def test_a_new_colleague_says_yes_and_signs_in_by_code(client, organisation, broker):
    team = f.TeamFactory(organisation=organisation)
    invite(organisation, broker, teams=[team])
    page = client.get(address_in_mail())
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert not User.objects.filter(email=NEW).exists()  # opening it is not saying yes
    # What role and where is not for the one who answers to say.
    done = client.post(address_in_mail(), {**NAMES, "role": Role.BROKER, "organisation": 1, "email": "x@x.example"})
    assert "Je account is klaar" in done.content.decode()
    member = Membership.objects.get(user__email=NEW)
    assert (member.organisation, member.role, member.is_active) == (organisation, Role.SUPERVISOR, True)
    assert list(member.teams.all()) == [team]
    assert member.user.emailaddress_set.get().verified
    assert "sessie" not in client.cookies  # the link is not a way to sign in
    sign_in_by_code(client, NEW)
    assert who(client) == str(member.user.pk)


def test_a_link_works_once(client, organisation, broker):
    invite(organisation, broker)
    client.post(address_in_mail(), NAMES)
    for call in (client.get, client.post):
        assert call(address_in_mail(), NAMES).status_code == 410
    assert Membership.objects.filter(user__email=NEW).count() == 1
    assert User.objects.filter(email=NEW).count() == 1


def test_an_expired_link_does_nothing_and_can_be_renewed(client, organisation, broker):
    made = invite(organisation, broker)
    old = address_in_mail()
    with at(today() + dt.timedelta(days=15)):
        made.refresh_from_db()
        assert made.state == "expired"
        assert client.post(old, NAMES).status_code == 410
        assert not User.objects.filter(email=NEW).exists()
        assert "Vraag een nieuwe link aan" in client.get(old).content.decode()
        client.post(old, {"nieuwe-link": "ja"})
        mail = OutgoingMail.objects.get(template="links/renewed")
        assert mail.to_email == NEW
        made.refresh_from_db()
        assert made.state == "open"
        fresh = re.search(r"/uitnodiging/[^/\s]+/", mail.body_text)
        assert fresh
        client.post(fresh.group(), NAMES)
        assert Membership.objects.filter(user__email=NEW, is_active=True).exists()


def test_a_revoked_invitation_does_nothing_and_cannot_be_renewed(client, organisation, broker, other_broker):
    made = invite(organisation, broker)
    for service in (services.revoke_invitation, services.send_again):
        with pytest.raises(PermissionDenied):
            service(invitation=made, actor=other_broker)
    services.revoke_invitation(invitation=made, actor=broker)
    assert client.post(address_in_mail(), NAMES).status_code == 410
    with at(today() + dt.timedelta(days=15)):
        client.post(address_in_mail(), {"nieuwe-link": "ja"})
    assert not OutgoingMail.objects.filter(template="links/renewed").exists()
    assert not User.objects.filter(email=NEW).exists()
    assert code_of(services.send_again, invitation=made, actor=broker) == "ended"
    invite(organisation, broker)  # but asking anew is possible


def test_sending_again_stops_the_earlier_link(client, organisation, broker):
    made = invite(organisation, broker)
    assert code_of(services.send_again, invitation=made, actor=broker) == "just_sent"
    with at(today() + dt.timedelta(days=2)):
        services.send_again(invitation=made, actor=broker)
        assert client.get(address_in_mail(0)).status_code == 410
        assert client.get(address_in_mail(1)).status_code == 200


def test_a_guess_is_a_404(client, organisation, broker):
    invite(organisation, broker)
    assert client.get("/uitnodiging/geraden/").status_code == 404


def test_whoever_has_an_account_signs_in_first(client, organisation, broker):
    known = f.UserFactory(email=NEW, first_name="Oud")
    invite(organisation, broker)
    page = client.get(address_in_mail()).content.decode()
    assert "Je hebt al een account" in page
    assert client.post(address_in_mail(), NAMES)["Location"] == reverse("my-invitations")
    assert not known.memberships.exists()
    sign_in_by_code(client, NEW)
    assert client.get("/start/")["Location"] == reverse("my-invitations")
    assert "Buurthuis De Kade" in client.get(reverse("my-invitations")).content.decode()
    invitation = Invitation.objects.get()
    client.post(reverse("my-invitations"), {"uitnodiging": str(invitation.public_id)})
    known.refresh_from_db()
    assert known.first_name == "Oud"
    assert known.memberships.get().role == Role.SUPERVISOR
    assert Client().get(address_in_mail()).status_code == 410
    again = client.post(reverse("my-invitations"), {"uitnodiging": str(invitation.public_id)})
    assert again.status_code == 404


def test_an_account_that_came_in_between_is_not_taken_over(organisation, broker):
    invite(organisation, broker)
    f.UserFactory(email=NEW)
    assert code_of(services.accept_by_link, link=SecretLink.objects.get(), **NAMES) == "has_account"
    assert SecretLink.objects.get().finished_at is None
    assert not Membership.objects.filter(user__email=NEW).exists()


def test_a_closed_account_stays_closed(client, organisation, broker):
    f.UserFactory(email=NEW, is_active=False)
    invite(organisation, broker)
    assert "Dit account is gesloten" in client.get(address_in_mail()).content.decode()
    client.post(address_in_mail(), NAMES)
    assert not Membership.objects.filter(user__email=NEW).exists()


def test_an_invitation_of_somebody_else_is_not_there(client, organisation, broker, student):
    made = invite(organisation, broker)
    with pytest.raises(PermissionDenied):
        services.accept_as(invitation=made, actor=student)
    client.force_login(student)
    assert client.post(reverse("my-invitations"), {"uitnodiging": str(made.public_id)}).status_code == 404
    assert client.post(reverse("my-invitations"), {"uitnodiging": "x"}).status_code == 404


def test_an_address_that_is_not_proven_gives_no_role(organisation, broker):
    claimed = f.UserFactory(email=NEW)  # somebody typed this address and never read its mail
    made = invite(organisation, broker)
    with pytest.raises(PermissionDenied):
        services.accept_as(invitation=made, actor=claimed)
    assert roles_of(claimed) == set()


def test_what_a_former_colleague_sent_counts_no_more(client, organisation, broker):
    invite(organisation, broker)
    Membership.objects.filter(user=broker).update(is_active=False)
    answer = client.post(address_in_mail(), NAMES)
    assert "Wie je uitnodigde, werkt daar niet meer" in answer.content.decode()
    assert not User.objects.filter(email=NEW).exists()


def test_a_closed_membership_opens_again_only_after_a_yes(client, organisation, broker):
    known = f.MembershipFactory(organisation=organisation, role=Role.SUPERVISOR, is_active=False)
    known.user.emailaddress_set.create(email=known.user.email, verified=True, primary=True)
    made = invite(organisation, broker, email=known.user.email)
    known.refresh_from_db()
    assert not known.is_active
    assert services.accept_as(invitation=made, actor=known.user).pk == known.pk
    known.refresh_from_db()
    assert known.is_active


# --- the pages of who invites ------------------------------------------------------------------------


def test_a_coordinator_invites_sends_again_and_takes_back(client, school, coordinator, other_coordinator):
    client.force_login(coordinator)
    page = reverse("school-colleagues")
    data = {"email": NEW, **NAMES, "role": Role.COORDINATOR, "organisation": school.pk}
    assert client.post(page, data)["Location"] == page
    assert NEW in client.get(page).content.decode()
    assert "al uitgenodigd" in client.post(page, data).content.decode()
    assert "role" in client.post(page, {**data, "role": Role.BROKER}).context["form"].errors
    assert (
        "organisation" in client.post(page, {**data, "organisation": f.OrganisationFactory().pk}).context["form"].errors
    )
    made = Invitation.objects.get()
    button = reverse("school-invitation", args=[made.public_id])
    stranger = Client()
    stranger.force_login(other_coordinator)
    assert stranger.post(button, {"actie": "intrekken"}).status_code == 404
    assert NEW not in stranger.get(page).content.decode()
    with at(today() + dt.timedelta(days=1)):
        client.post(button, {"actie": "opnieuw"})
        made.refresh_from_db()
        assert made.times_sent == 2
    client.post(button, {"actie": "intrekken"})
    made.refresh_from_db()
    assert made.state == "revoked"


@pytest.mark.parametrize("who_looks", ["broker", "student", "supervisor"])
def test_the_page_of_colleagues_is_for_coordinators(request, client, who_looks):
    client.force_login(request.getfixturevalue(who_looks))
    assert client.get(reverse("school-colleagues")).status_code == 403


def test_colleagues_take_the_same_queries_for_one_and_three(client, school, coordinator, django_assert_max_num_queries):
    client.force_login(coordinator)
    client.get(reverse("school-colleagues"))
    for number in range(3):
        invite(school, coordinator, email=f"n{number}@school.example", role=Role.OBSERVER)
        f.MembershipFactory(organisation=school, role=Role.OBSERVER)
        with django_assert_max_num_queries(12):
            assert client.get(reverse("school-colleagues")).status_code == 200


def test_a_broker_invites_in_the_admin_for_the_own_organisation_only(
    client, organisation, broker, other_organisation, other_broker
):
    foreign = invite(other_organisation, other_broker, email="vreemd@elders.example")
    client.force_login(broker)
    add, rows = reverse("admin:organisations_invitation_add"), reverse("admin:organisations_invitation_changelist")
    data = {"email": NEW, **NAMES, "role": Role.SUPERVISOR, "organisation": organisation.pk}
    assert client.post(add, {**data, "organisation": other_organisation.pk}).status_code == 200
    assert client.post(add, {**data, "role": Role.COORDINATOR}).status_code == 200
    assert Invitation.objects.count() == 1
    assert client.post(add, data).status_code == 302
    assert "al uitgenodigd" in client.post(add, data).content.decode()
    made = Invitation.objects.get(email=NEW)
    shown = client.get(rows).content.decode()
    assert NEW in shown
    assert "vreemd@elders.example" not in shown
    assert client.get(reverse("admin:organisations_invitation_change", args=[made.pk])).status_code == 200
    assert client.get(reverse("admin:organisations_invitation_change", args=[foreign.pk])).status_code == 404
    client.post(rows, {"action": "revoke", "_selected_action": [made.pk, foreign.pk]})
    for row, state in ((made, "revoked"), (foreign, "open")):
        row.refresh_from_db()
        assert row.state == state
    assert client.get(reverse("admin:organisations_membership_add")).status_code == 403


# --- forgetting --------------------------------------------------------------------------------------


def test_invitations_go_30_days_after_they_ended(organisation, broker):
    invite(organisation, broker)
    services.revoke_invitation(invitation=invite(organisation, broker, email="b@kade.example"), actor=broker)
    day = today() + dt.timedelta(days=32)
    assert services.forget_invitations(day=day, dry_run=True) == 1
    assert services.forget_invitations(day=day) == 1
    assert Invitation.objects.get().email == NEW
    assert services.forget_invitations(day=day + dt.timedelta(days=14)) == 1
    assert services.forget_invitations(day=day + dt.timedelta(days=14)) == 0


def test_somebody_who_was_invited_is_in_the_export_and_forgotten_with_the_account(organisation, broker, student):
    invite(organisation, broker, email=student.email)
    told = export_person(user=student)["gegevens"]["uitnodigingen als collega"]
    assert [row["organisatie"] for row in told.values()] == [organisation.name]
    delete_person(user=student)
    assert not Invitation.objects.exists()
    assert not SecretLink.objects.exists()


def test_an_invitation_ends_in_one_way(organisation, broker):
    made = invite(organisation, broker)
    services.revoke_invitation(invitation=made, actor=broker)
    with pytest.raises(Conflict):
        services.revoke_invitation(invitation=made, actor=broker)
    assert made.expires_at - now() <= services.VALID
