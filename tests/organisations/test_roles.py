"""Roles, the second factor, and who may call what."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from organisations.roles import (
    PLATFORM_ADMIN,
    describe,
    has_role,
    has_role_at,
    has_second_factor,
    role_required,
    roles_of,
    sees_personal_data,
)
from stagematch.accounts.models import User

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_roles_follow_active_memberships(broker, organisation, other_organisation):
    assert roles_of(broker) == {Role.BROKER}
    assert has_role(broker, Role.BROKER, Role.COORDINATOR)
    assert has_role_at(broker, organisation, Role.BROKER)
    assert not has_role_at(broker, other_organisation, Role.BROKER)
    Membership.objects.filter(user=broker).update(is_active=False)
    assert roles_of(fresh(broker)) == set()


def test_strangers_students_and_closed_accounts_have_no_role(student, broker):
    assert roles_of(AnonymousUser()) == set()
    assert roles_of(student) == set()
    broker.is_active = False
    assert roles_of(broker) == set()


def test_a_platform_admin_is_a_role_of_its_own(admin_user):
    assert roles_of(admin_user) == {PLATFORM_ADMIN}
    assert not has_role(admin_user, Role.BROKER)


def test_roles_are_read_once_per_request(broker, django_assert_num_queries):
    user = fresh(broker)
    with django_assert_num_queries(1):
        for _ in range(5):
            roles_of(user)


def test_role_required_answers_403(rf, broker, student, admin_user):
    view = role_required(Role.BROKER)(lambda request: HttpResponse("goed"))
    request = rf.get("/")
    for user, may in ((broker, True), (admin_user, True), (student, False)):
        request.user = user
        if may:
            assert view(request).status_code == 200
        else:
            with pytest.raises(PermissionDenied):
                view(request)


def test_describe_says_role_and_organisation(broker, admin_user, student):
    assert describe(broker) == "stagemakelaar, Buurthuis De Kade"
    assert describe(admin_user) == "platformbeheerder"
    assert describe(student) == ""


@pytest.mark.parametrize("who", ["broker", "team_lead", "supervisor", "coordinator", "admin_user"])
def test_who_sees_people_needs_a_second_factor(request, client, settings, who):
    settings.MFA_REQUIRED = True
    user = request.getfixturevalue(who)
    assert sees_personal_data(user)
    client.force_login(user)
    for address in ("/start/", "/team/", "/beheer/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url == reverse("mfa_index")
    assert client.post(reverse("account_logout")).status_code == 302
    client.force_login(user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/start/").url != reverse("mfa_index")


def test_students_need_no_second_factor(client, settings, student):
    settings.MFA_REQUIRED = True
    client.force_login(student)
    assert client.get("/start/").url != reverse("mfa_index")


def test_the_second_factor_is_one_question_with_the_roles(broker, django_assert_num_queries):
    user = fresh(broker)
    with django_assert_num_queries(1):
        assert has_role(user, Role.BROKER)
        assert not has_second_factor(user)
    Authenticator.objects.create(user=broker, type=Authenticator.Type.WEBAUTHN, data={})
    assert has_second_factor(fresh(broker))


def test_a_platform_admin_without_membership_has_a_second_factor_too(admin_user):
    assert not has_second_factor(admin_user)
    Authenticator.objects.create(user=admin_user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert has_second_factor(fresh(admin_user))


def test_recovery_codes_alone_are_no_second_factor(client, settings, broker):
    settings.MFA_REQUIRED = True
    client.force_login(broker)
    Authenticator.objects.create(user=broker, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    assert client.get("/start/").url == reverse("mfa_index")


def test_the_second_factor_can_be_switched_off_where_all_people_are_invented(client, settings, broker):
    settings.MFA_REQUIRED = False
    client.force_login(broker)
    assert client.get("/start/").url != reverse("mfa_index")
