"""The pages of matching: for students, for everybody, and for platform admins."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matchmaking import tasks
from matchmaking.enums import ProposalStatus, RunStatus, RunTrigger
from matchmaking.models import MatchingRun, Policy, Proposal
from matchmaking.panels import proposals as proposals_panel
from matchmaking.services import current_policy, run_matching
from placements.enums import VacancyStatus
from placements.models import Application
from stagematch.audit.models import AccessLog
from stagematch.clock import today
from tests import factories as f
from tests.matchmaking.conftest import make_search, make_vacancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def search(work_processes):
    """The student of these tests, with three proposals of a real night."""
    for n in range(3):
        make_vacancy(places=1, work_processes=work_processes, title=f"Plek {n}")
    search = make_search(work_processes=work_processes[:2], student__user__email="samira@cast.example")
    run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    return search


@pytest.fixture
def signed_in(client, search):
    client.force_login(search.student.user)
    return client


def first(search) -> Proposal:
    return search.proposals.get(slot=1)


# --- the student --------------------------------------------------------------------------------------------


def test_the_overview_shows_the_proposals_with_reasons_and_marks_them_seen(signed_in, search):
    page = signed_in.get(reverse("my-overview")).content.decode()
    for title in ("Plek 0", "Plek 1", "Plek 2"):
        assert title in page
    assert "Past bij jou: 5 van 5" in page
    assert "Al je 2 leerdoelen kunnen hier" in page
    assert reverse("proposal-accept", args=[first(search).public_id]) in page
    assert set(search.proposals.values_list("status", flat=True)) == {ProposalStatus.SEEN}


def test_the_panel_is_away_when_there_is_nothing_and_when_the_place_is_gone(search):
    assert len(proposals_panel(search.student)) == 1
    other = make_search()
    assert proposals_panel(other.student) == []
    type(first(search).vacancy).objects.update(status=VacancyStatus.CLOSED)
    assert proposals_panel(search.student) == []


def test_the_panel_asks_as_many_questions_for_three_as_for_one(search, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        proposals_panel(search.student)


def test_yes_with_motivation_and_cv_is_one_click(signed_in, search):
    search.motivation = "Ik wil graag leren hoe je een groep begeleidt en ik woon in de buurt."
    search.save()
    f.DocumentFactory(student=search.student)
    response = signed_in.post(reverse("proposal-accept", args=[first(search).public_id]))
    application = Application.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("application-detail", args=[application.public_id])
    assert first(search).status == ProposalStatus.ACCEPTED


def test_yes_without_motivation_goes_to_the_page_to_react(signed_in, search):
    proposal = first(search)
    response = signed_in.post(reverse("proposal-accept", args=[proposal.public_id]))
    assert response.url == reverse("apply", args=[proposal.vacancy.public_id]) + f"?voorstel={proposal.public_id}"
    assert not Application.objects.exists()
    assert signed_in.get(response.url).status_code == 200


def test_yes_twice_says_kindly_that_it_was_answered(signed_in, search):
    search.motivation = "Ik wil graag leren hoe je een groep begeleidt en ik woon in de buurt."
    search.save()
    f.DocumentFactory(student=search.student)
    address = reverse("proposal-accept", args=[first(search).public_id])
    signed_in.post(address)
    response = signed_in.post(address)
    assert response.status_code == 409
    assert "al beantwoord" in response.content.decode()
    assert Application.objects.count() == 1


def test_yes_is_a_post(signed_in, search):
    assert signed_in.get(reverse("proposal-accept", args=[first(search).public_id])).status_code == 405


def test_no_asks_once_and_takes_a_reason(signed_in, search):
    address = reverse("proposal-decline", args=[first(search).public_id])
    page = signed_in.get(address)
    assert page.status_code == 200
    assert "Het telt niet als een afwijzing" in page.content.decode()
    response = signed_in.post(address, {"reason": "days"})
    assert response.url == reverse("my-overview")
    assert search.proposals.get(slot=1).decline_reason == "days"
    assert signed_in.post(address, {"reason": ""}).status_code == 409


def test_no_without_a_reason_is_enough_and_a_made_up_one_is_an_error(signed_in, search):
    address = reverse("proposal-decline", args=[first(search).public_id])
    assert signed_in.post(address, {"reason": "zomaar"}).status_code == 200
    assert first(search).status != ProposalStatus.DECLINED
    assert signed_in.post(address).status_code == 302


def test_the_page_of_a_place_leads_a_student_to_the_reason(signed_in):
    vacancy = make_vacancy()
    page = reverse("vacancy-detail", args=[vacancy.public_id])
    link = reverse("why-not-proposed", args=[vacancy.public_id])
    assert link in signed_in.get(page, follow=True).content.decode()
    signed_in.logout()
    assert link not in signed_in.get(page, follow=True).content.decode()


def test_why_not_explains_a_place(signed_in):
    vacancy = make_vacancy(years=0b1000)
    page = signed_in.get(reverse("why-not-proposed", args=[vacancy.public_id])).content.decode()
    assert "De plek is voor leerjaar 4. Jij zit in leerjaar 2." in page


@pytest.mark.parametrize("name", ["proposal-accept", "proposal-decline"])
def test_somebody_elses_proposal_does_not_exist(client, search, other_student, broker, admin_user, name):
    address = reverse(name, args=[first(search).public_id])
    client.force_login(other_student)
    assert client.post(address).status_code == 404
    client.force_login(broker)
    assert client.post(address).status_code == 403
    client.logout()
    assert client.post(address).status_code == 302
    assert first(search).status == ProposalStatus.PROPOSED


# --- everybody ----------------------------------------------------------------------------------------------


def test_how_it_works_is_public_and_made_from_the_rules_that_hold(client):
    policy = current_policy()
    page = client.get(reverse("how-matching-works"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "35.0%" in text
    assert "350" in text
    assert "style=" not in text
    Policy.objects.filter(pk=policy.pk).update(is_current=False)
    Policy.objects.create(
        version=2,
        name="Andere spelregels",
        settings={**policy.settings, "version": "2", "werkprocessen": 300, "hard_case": 7, "werkprocessen_percent": 60},
        is_current=True,
    )
    text = client.get(reverse("how-matching-works")).content.decode()
    assert "30.0%" in text
    assert "Andere spelregels" in text
    assert "7 keer of vaker nee" in text
    assert "60 procent" in text


# --- the platform admin -------------------------------------------------------------------------------------


def test_runs_are_listed_and_shown_with_figures(client, admin_user, search):
    run = MatchingRun.objects.get()
    client.force_login(admin_user)
    page = client.get(reverse("admin:matchmaking_matchingrun_changelist")).content.decode()
    assert "De laatste nachten" in page
    detail = client.get(reverse("admin:matchmaking_matchingrun_change", args=[run.pk])).content.decode()
    assert "mogelijke combinaties" in detail
    assert "verdelen en controleren" in detail
    assert 'name="_save"' not in detail


def test_run_list_asks_the_same_for_one_run_as_for_three(client, admin_user, search):
    client.force_login(admin_user)
    address = reverse("admin:matchmaking_matchingrun_changelist")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(2):
        run_matching(night=today(), trigger=RunTrigger.BY_HAND)
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(three) == len(one)


def test_a_run_by_hand_goes_to_the_worker(client, admin_user, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.run_matching_by_hand, "apply_async", lambda *args, **kwargs: sent.append(args))
    client.force_login(admin_user)
    address = reverse("admin:matchmaking_matchingrun_run_now")
    assert client.get(address).status_code == 405
    assert client.post(address, {"proef": "1"}).status_code == 302
    assert client.post(address, {"nu": "1"}).status_code == 302
    assert sent == [((admin_user.pk,), {"dry_run": True}), ((admin_user.pk,), {"dry_run": False})]


def test_a_queue_that_is_away_gives_a_sentence(client, admin_user, monkeypatch):
    def away(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(tasks.run_matching_by_hand, "apply_async", away)
    client.force_login(admin_user)
    page = client.post(reverse("admin:matchmaking_matchingrun_run_now"), {"nu": "1"}, follow=True)
    assert "De wachtrij antwoordt niet" in page.content.decode()


@pytest.mark.parametrize("who", ["student", "broker", "coordinator"])
def test_only_a_platform_admin_starts_a_run(client, request, monkeypatch, who):
    monkeypatch.setattr(tasks.run_matching_by_hand, "apply_async", lambda *args, **kwargs: pytest.fail("started"))
    client.force_login(request.getfixturevalue(who))
    assert client.post(reverse("admin:matchmaking_matchingrun_run_now")).status_code in {302, 403}


def test_a_policy_that_was_used_cannot_be_changed(client, admin_user, search):
    used = MatchingRun.objects.get().policy
    client.force_login(admin_user)
    address = reverse("admin:matchmaking_policy_change", args=[used.pk])
    assert 'name="_save"' not in client.get(address).content.decode()
    assert client.post(address, {"version": 1, "name": "x", "settings": "{}"}).status_code == 403


def test_looking_at_a_proposal_in_the_admin_is_recorded(client, admin_user, search):
    client.force_login(admin_user)
    page = client.get(reverse("admin:matchmaking_proposal_change", args=[first(search).pk]))
    assert page.status_code == 200
    assert AccessLog.objects.filter(actor=admin_user, subject=search.student.user).exists()
    assert client.get(reverse("admin:matchmaking_proposal_changelist")).status_code == 200


def test_a_trial_is_kept_as_a_record_of_its_own(search):
    run = run_matching(night=today(), trigger=RunTrigger.BY_HAND, dry_run=True)
    assert run.status == RunStatus.DRY
