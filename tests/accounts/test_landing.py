"""Where somebody goes after signing in."""

import pytest
from django.urls import NoReverseMatch, reverse

from stagematch.accounts import landing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("student", "my-overview"),
        ("broker", "admin:workspace"),
        ("coordinator", "school-students"),
        ("team_lead", "team-overview"),
        ("supervisor", "team-overview"),
        ("admin_user", "admin:index"),
    ],
)
def test_everybody_starts_where_their_work_is(request, client, who, page):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("home-after-sign-in"))
    assert answer.status_code == 302
    assert answer.url == reverse(page)
    assert client.get(answer.url).status_code == 200


def test_somebody_without_a_role_finishes_the_profile_first(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("los@voorbeeld.example"))
    assert client.get(reverse("home-after-sign-in")).url == reverse("my-start")


def test_a_page_that_is_not_there_is_passed_over(rf, monkeypatch):
    monkeypatch.setattr(landing, "_guides", [])
    landing.register(20, lambda request: "home")
    landing.register(10, lambda request: "bestaat-niet")
    landing.register(5, lambda request: None)
    with pytest.raises(NoReverseMatch):
        reverse("bestaat-niet")
    assert landing.first_page(rf.get("/")) == reverse("home")


def test_who_is_not_signed_in_signs_in_first(client):
    assert client.get(reverse("home-after-sign-in")).url.startswith(reverse("account_login"))
