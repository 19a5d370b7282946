"""Around the engine: schools that look first, decisions about a pair, other rules on trial, and the fairness figures."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from matchmaking import fairness, services
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.enums import PairDecisionKind, ProposalKind, ProposalStatus, RunStatus, RunTrigger
from matchmaking.models import FairnessReport, MatchingRun, PairDecision, Policy, Proposal
from matchmaking.services import concepts
from organisations.models import Organisation
from stagematch import clock
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student
from tests import factories as f

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def sunday():
    """Make everything the day before that night, whatever day it is today: what is published later takes no part in it."""
    with clock.at(MONDAY - dt.timedelta(days=1)):
        yield


def run(night=MONDAY, **kwargs):
    return services.run_matching(night=night, trigger=RunTrigger.NIGHTLY, **kwargs)


@pytest.fixture
def looking_school(town, coordinator, school):
    """The school of the first search looks first; the coordinator of the cast works there."""
    mine = town["searches"][0].student_id
    Student.objects.filter(pk=mine).update(school=school)
    Student.objects.exclude(pk=mine).update(turns=1)  # so that the first is not the one who goes without
    Organisation.objects.filter(pk=school.pk).update(sees_proposals_first=True)
    return school


@pytest.fixture
def first(town):
    return town["searches"][0]


# --- the school looks first -----------------------------------------------------------------------
def test_a_school_that_looks_first_gets_the_proposal_before_its_student(
    client, town, looking_school, first, coordinator
):
    run()
    mine = Proposal.objects.filter(search=first)
    assert mine.exists()
    assert set(mine.values_list("status", flat=True)) == {ProposalStatus.CONCEPT}
    first.student.refresh_from_db()
    assert first.student.turns == 0, "a concept costs no turn"
    assert not OutgoingMail.objects.filter(to_user=first.student.user).exists()
    assert OutgoingMail.objects.filter(to_user=coordinator, template="matchmaking/school_proposals").count() == 1
    client.force_login(first.student.user)
    assert "Vannacht voor jou gevonden" not in client.get(reverse("my-overview")).content.decode()
    assert not Proposal.objects.visible_to(first.student.user).exists()
    others = Proposal.objects.exclude(search=first)
    assert set(others.values_list("status", flat=True)) == {ProposalStatus.PROPOSED}


def test_what_the_coordinator_lets_through_has_its_full_term(client, town, looking_school, first, coordinator):
    run()
    client.force_login(coordinator)
    page = client.get(reverse("school-proposals")).content.decode()
    assert first.student.user.get_full_name() in page
    with clock.at(MONDAY):
        client.post(reverse("school-proposals-release"))
    mine = list(Proposal.objects.filter(search=first))
    assert {p.status for p in mine} == {ProposalStatus.PROPOSED}
    assert {p.expires_on for p in mine} == {concepts.term_ends(MONDAY)}
    first.student.refresh_from_db()
    assert first.student.turns == 1
    assert OutgoingMail.objects.filter(to_user=first.student.user, template="matchmaking/new_proposals").count() == 1


def test_a_strange_coordinator_lets_nothing_through(client, town, looking_school, first, other_coordinator):
    run()
    client.force_login(other_coordinator)
    assert first.student.user.get_full_name() not in client.get(reverse("school-proposals")).content.decode()
    client.post(reverse("school-proposals-release"), {"voorstel": Proposal.objects.filter(search=first)[0].public_id})
    assert Proposal.objects.filter(search=first, status=ProposalStatus.CONCEPT).exists()
    hold = reverse("school-proposal-hold", args=[Proposal.objects.filter(search=first)[0].public_id])
    assert client.get(hold).status_code == 404
    with pytest.raises(PermissionDenied):
        services.release_proposals(proposals=Proposal.objects.filter(search=first), actor=other_coordinator)


def test_what_is_held_back_does_not_come_again(client, town, looking_school, first, coordinator):
    run()
    proposal = Proposal.objects.filter(search=first, kind=ProposalKind.DIVISION).get()
    client.force_login(coordinator)
    hold = reverse("school-proposal-hold", args=[proposal.public_id])
    assert "Vul" in client.post(hold, {"reason": ""}).content.decode()
    client.post(hold, {"reason": "Hier liep de stage eerder mis."})
    run(MONDAY + dt.timedelta(days=1))
    again = Proposal.objects.filter(search=first, vacancy=proposal.vacancy).exclude(pk=proposal.pk)
    assert not again.exists()
    with pytest.raises(Conflict):
        services.hold_back(proposal=proposal, reason="Nog eens", actor=coordinator)


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 11, 24)),  # Monday: the school has Monday
        (dt.date(2026, 11, 27), dt.date(2026, 11, 28)),  # Friday: the school has Friday
        (dt.date(2026, 11, 28), dt.date(2026, 12, 1)),  # Saturday: the school has Monday
    ],
)
def test_without_a_look_it_goes_out_after_one_working_day(made, shown, town, looking_school, first):
    run(made)
    night = made + dt.timedelta(days=1)
    while night < shown:
        assert concepts.release_due(night) == 0
        night += dt.timedelta(days=1)
    with clock.at(shown):
        assert concepts.release_due(shown) > 0
        assert concepts.release_due(shown) == 0
    assert Proposal.objects.open().filter(search=first).exists()


def test_the_next_night_says_the_same_once(town, looking_school, first):
    """A weekend: the concept of Saturday is still there on Sunday, and its holder keeps it or moves up."""
    run(dt.date(2026, 11, 28))
    before = set(Proposal.objects.filter(search=first, status=ProposalStatus.CONCEPT).values_list("vacancy_id", "kind"))
    run(dt.date(2026, 11, 29))
    after = list(Proposal.objects.filter(search=first, status=ProposalStatus.CONCEPT).values_list("vacancy_id", "kind"))
    assert len(after) == len(set(after))
    assert {kind for _v, kind in after if kind == ProposalKind.DIVISION} == {k for _v, k in before if k == "division"}
    assert services.replay(MatchingRun.objects.latest("pk")).equal


def test_switching_it_off_sends_out_what_waits(client, town, looking_school, first, coordinator):
    run()
    client.force_login(coordinator)
    client.post(reverse("school-proposals-switch"), {"uit": "1"})
    looking_school.refresh_from_db()
    assert not looking_school.sees_proposals_first
    assert Proposal.objects.open().filter(search=first).exists()
    client.post(reverse("school-proposals-switch"), {"aan": "1"})
    looking_school.refresh_from_db()
    assert looking_school.sees_proposals_first


def test_the_last_day_is_told_once(town):
    run()
    last = Proposal.objects.open()[0].expires_on
    with clock.at(last):
        assert concepts.remind_last_day(last) > 0
        concepts.remind_last_day(last)
    told = OutgoingMail.objects.filter(template="matchmaking/proposal_last_day")
    assert told.count() == told.values("to_user").distinct().count() > 0


# --- decisions about a pair -------------------------------------------------------------------------
def test_a_locked_pair_is_proposed_and_its_place_is_kept(town, first, admin_user):
    small = town["vacancies"][2]
    services.decide_pair(
        search=first, vacancy=small, kind=PairDecisionKind.LOCK, reason="Kent de buurt al.", actor=admin_user
    )
    made = run()
    proposal = Proposal.objects.get(search=first, vacancy=small)
    assert proposal.kind == ProposalKind.BY_HAND
    assert not Proposal.objects.exclude(search=first).filter(vacancy=small, kind=ProposalKind.DIVISION).exists()
    assert PairDecision.objects.get().ended_at is not None
    assert services.replay(made).equal
    with clock.at(MONDAY):
        services.decline_proposal(proposal=proposal, actor=first.student.user)  # R5: the student still chooses


def test_an_excluded_pair_is_never_proposed_until_taken_back(town, first, admin_user):
    for vacancy in town["vacancies"]:
        services.decide_pair(
            search=first, vacancy=vacancy, kind=PairDecisionKind.EXCLUDE, reason="Familie werkt er.", actor=admin_user
        )
    run()
    assert not Proposal.objects.filter(search=first).exists()
    for decision in PairDecision.objects.all():
        services.end_decision(decision=decision, actor=admin_user)
    with pytest.raises(Conflict):
        services.end_decision(decision=PairDecision.objects.all()[0], actor=admin_user)


def test_a_lock_that_breaks_a_rule_is_refused_and_one_without_room_waits(town, first, admin_user, broker):
    far = f.VacancyFactory(location__postcode__latitude=53.2, location__postcode__longitude=6.5)
    with pytest.raises(RuleError) as error:
        services.decide_pair(search=first, vacancy=far, kind=PairDecisionKind.LOCK, reason="Graag", actor=admin_user)
    assert error.value.code == "rule"
    with pytest.raises(PermissionDenied):
        services.decide_pair(search=first, vacancy=far, kind=PairDecisionKind.LOCK, reason="Graag", actor=broker)
    small = town["vacancies"][2]
    small.pool.places = 0
    small.pool.save()
    decision = services.decide_pair(
        search=first, vacancy=small, kind=PairDecisionKind.LOCK, reason="Graag", actor=admin_user
    )
    run()
    decision.refresh_from_db()
    assert decision.ended_at is None
    assert decision.result == "Er is nu geen ruimte."


# --- other rules on trial ---------------------------------------------------------------------------
def test_a_trial_changes_nothing_and_says_for_whom_it_would(town, admin_user):
    run()
    before = set(Proposal.objects.values_list("pk", "status"))
    values = {**EnginePolicy().as_dict(), "order": "equity", "version": "9"}
    other = Policy.objects.create(version=9, name="Wie vaker nee kreeg", settings=values)
    trial = services.run_matching(night=MONDAY, trigger=RunTrigger.SIMULATION, actor=admin_user, policy=other)
    assert trial.status == RunStatus.DRY
    assert trial.policy == other
    assert set(Proposal.objects.values_list("pk", "status")) == before
    assert set(trial.comparison["moves"]) == {"same", "other", "gained", "lost", "neither"}
    assert sum(trial.comparison["moves"].values()) == trial.comparison["figures"]["students"]
    assert trial.comparison["before"]["students"] == trial.comparison["figures"]["students"]


def test_a_dry_run_stands_beside_the_last_night(client, town, admin_user):
    run()
    dry = run(MONDAY + dt.timedelta(days=1), dry_run=True)
    assert dry.comparison["before_name"].startswith("2026-11-23")
    client.force_login(admin_user)
    page = client.get(reverse("admin:matchmaking_matchingrun_change", args=[dry.pk])).content.decode()
    assert "Vergeleken met" in page
    assert "Naar hoe vaak een student nee kreeg" in page


def test_rules_are_written_as_fields_and_checked(client, admin_user, town):
    client.force_login(admin_user)
    services.current_policy()
    add = reverse("admin:matchmaking_policy_add")
    assert client.get(add).status_code == 200
    data = {**EnginePolicy().as_dict(), "version": 2, "name": "Meer afstand", "note": "", "distance": 900}
    page = client.post(add, data).content.decode()
    assert "Haal er punten af" in page
    data |= {"distance": 200, "hard_case": 5}
    assert client.post(add, data).status_code == 302
    made = Policy.objects.get(version=2)
    assert (made.settings["distance"], made.settings["hard_case"], made.settings["version"]) == (200, 5, "2")
    change = client.get(reverse("admin:matchmaking_policy_change", args=[made.pk])).content.decode()
    assert "Anders dan de spelregels die nu gelden" in change
    ask = reverse("admin:matchmaking_policy_activate", args=[made.pk])
    assert "nog geen proef" in client.get(ask).content.decode()
    assert not Policy.objects.get(version=2).is_current
    client.post(ask)
    assert Policy.objects.get(version=2).is_current
    run()
    used = client.get(reverse("admin:matchmaking_policy_change", args=[made.pk]))
    assert used.status_code == 200
    assert client.post(reverse("admin:matchmaking_policy_change", args=[made.pk]), data).status_code == 403


def test_a_refused_run_alarms_every_platform_admin(town, admin_user, monkeypatch):
    """The check is made to find something: a fault in the division is what it is for."""
    from matchmaking.engine import verify

    monkeypatch.setattr(verify, "violations", lambda *args, **kwargs: ["capaciteit: te veel"])
    assert run().status == RunStatus.REFUSED
    assert not Proposal.objects.exists()
    assert OutgoingMail.objects.filter(to_user=admin_user, template="matchmaking/run_refused").count() == 1


# --- what happened, and why --------------------------------------------------------------------------
def test_the_page_of_a_student_says_what_was_decided_at_each_place(client, town, first, admin_user, broker):
    run()
    page = reverse("admin:matching-student", args=[first.public_id])
    client.force_login(broker)
    assert client.get(page).status_code in {403, 404}
    client.force_login(admin_user)
    shown = client.get(page).content.decode()
    assert "Dit bepaalt wie voorgaat" in shown
    for vacancy in town["vacancies"]:
        assert vacancy.title in shown
    data = {"kind": "exclude", "vacancy": str(town["vacancies"][0].public_id), "reason": "Familie werkt er."}
    assert client.post(page, data).status_code == 302
    assert PairDecision.objects.get().vacancy == town["vacancies"][0]
    place = client.get(reverse("admin:matching-vacancy", args=[town["vacancies"][2].public_id])).content.decode()
    assert "vrije plekken die nacht" in place.lower()
    found = client.get(reverse("admin:matching-find"), {"q": first.student.user.email}).content.decode()
    assert str(first.public_id) in found


def test_the_page_of_a_student_does_the_same_queries_however_long_the_list(
    client, town, first, admin_user, django_assert_max_num_queries
):
    run()
    client.force_login(admin_user)
    with django_assert_max_num_queries(22):
        client.get(reverse("admin:matching-student", args=[first.public_id]))


# --- fairness ----------------------------------------------------------------------------------------
def test_every_night_keeps_the_figures_of_the_season(client, town):
    run()
    report = FairnessReport.objects.get()
    assert report.day == MONDAY
    assert report.figures["nights"] == 1
    counted = sum(row[1] for row in report.figures["rejections"])
    assert counted == sum(row[1] for row in report.figures["leerjaar"]) == len(town["searches"])
    page = client.get(reverse("matching-fairness")).content.decode()
    assert "te weinig studenten om te tonen" in page, "six students are too few to show anything"


def test_the_figures_are_those_of_counting_by_hand(town):
    refused, year3 = town["searches"][0], town["searches"][1]
    Student.objects.filter(pk=refused.student_id).update(rejections=6)
    Student.objects.filter(pk=year3.student_id).update(year=3)
    figures = fairness.count(MONDAY)
    everybody = [search.student for search in town["searches"]]
    for student in everybody:
        student.refresh_from_db()
    assert figures["rejections"] == [[0, len(everybody) - 1, 0, 0], [5, 1, 0, 0]]
    years = sorted({student.year for student in everybody})
    assert figures["leerjaar"] == [[str(y), sum(s.year == y for s in everybody), 0, 0] for y in years]
    for kind in ("weeks", "province"):
        assert sum(row[1] for row in figures[kind]) == len(everybody)


@pytest.mark.parametrize(
    ("part", "whole"), [(n, w) for w in (0, 4, 39, 40, 41, 60, 200) for n in {0, 1, w // 2, w - 1, w} if 0 <= n <= w]
)
def test_a_public_share_never_gives_away_fewer_than_five(part, whole):
    shown = fairness.share(part, whole)
    if whole < fairness.LEAST:
        assert shown is None
        return
    assert shown % 5 == 0
    assert 5 <= shown <= 95
    # Every share stands for several counts, so no single student can be read from it.
    alike = [n for n in range(whole + 1) if fairness.share(n, whole) == shown]
    assert len(alike) > 1


def test_the_figures_do_not_change_when_the_page_is_read_again(client, town):
    run()
    before = FairnessReport.objects.get().figures
    Student.objects.update(rejections=7)
    client.get(reverse("matching-fairness"))
    assert FairnessReport.objects.get().figures == before
