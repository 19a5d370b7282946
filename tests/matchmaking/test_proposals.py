"""What happens to a proposal after the night."""

import datetime as dt

import pytest

from matchmaking.enums import PROPOSAL_TRANSITIONS, ProposalKind, ProposalStatus, RunTrigger
from matchmaking.models import Proposal
from matchmaking.services import (
    accept_proposal,
    decline_proposal,
    expire_proposals,
    mark_seen,
    run_matching,
    withdraw_stale_proposals,
)
from matchmaking.services import proposals as proposal_services
from placements.enums import ApplicationOrigin, ApplicationStatus, VacancyStatus
from placements.services import submit_application
from stagematch.clock import at, today
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.models import Student
from tests import factories as f
from tests.matchmaking.conftest import make_search, make_vacancy

pytestmark = pytest.mark.django_db

MOTIVATION = "Ik wil graag leren hoe je een groep begeleidt en ik woon in de buurt."


@pytest.fixture
def proposal() -> Proposal:
    """An open proposal from the division, made by a real night."""
    make_vacancy(places=1)
    search = make_search()
    run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    return Proposal.objects.get(search=search)


def accept(proposal: Proposal, **kwargs):
    student = proposal.search.student
    return accept_proposal(proposal=proposal, actor=student.user, motivation=MOTIVATION, **kwargs)


def test_accepted_proposal_becomes_an_application_marked_so(proposal):
    f.LearningGoalFactory(search=proposal.search, text="Een groep leiden")
    application = accept(proposal)
    application.refresh_from_db()
    proposal.refresh_from_db()
    assert application.origin == ApplicationOrigin.PROPOSAL
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.match_score == proposal.score
    assert application.learning_goals == ["Een groep leiden"]
    assert proposal.status == ProposalStatus.ACCEPTED
    assert proposal.application == application
    assert proposal.answered_at is not None


def test_reacting_by_the_ordinary_page_answers_the_proposal_too(proposal):
    search = proposal.search
    application = submit_application(
        student=search.student,
        search=search,
        vacancy=proposal.vacancy,
        actor=search.student.user,
        motivation=MOTIVATION,
        learning_goals=[],
        cv=None,
    )
    application.refresh_from_db()
    proposal.refresh_from_db()
    assert application.origin == ApplicationOrigin.PROPOSAL
    assert proposal.status == ProposalStatus.ACCEPTED
    assert proposal.application == application


def test_an_accepted_proposal_keeps_its_place_until_the_organisation_answers(proposal):
    accept(proposal)
    make_search()
    run_matching(night=today(), trigger=RunTrigger.BY_HAND)
    assert Proposal.objects.count() == 1


def test_accepting_twice_is_a_conflict_and_one_application(proposal):
    accept(proposal)
    with pytest.raises(Conflict):
        accept(proposal)
    assert proposal.vacancy.applications.count() == 1


def test_accepting_is_refused_by_the_same_rules_as_reacting(proposal):
    type(proposal.vacancy).objects.filter(pk=proposal.vacancy_id).update(status=VacancyStatus.CLOSED)
    with pytest.raises(RuleError) as error:
        accept(proposal)
    assert error.value.code == "not_published"
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.PROPOSED


def test_accepting_after_the_term_is_a_conflict(proposal):
    with at(proposal.expires_on + dt.timedelta(days=1)), pytest.raises(Conflict):
        accept(proposal)


def test_nobody_else_can_answer(proposal, other_student):
    with pytest.raises(RuleError):
        accept_proposal(proposal=proposal, actor=other_student, motivation=MOTIVATION)
    with pytest.raises(RuleError):
        decline_proposal(proposal=proposal, actor=other_student)


def test_declining_keeps_the_reason_uses_the_turn_and_is_no_rejection(proposal):
    decline_proposal(proposal=proposal, actor=proposal.search.student.user, reason="too_far")
    proposal.refresh_from_db()
    student = Student.objects.get(pk=proposal.search.student_id)
    assert (proposal.status, proposal.decline_reason) == (ProposalStatus.DECLINED, "too_far")
    assert (student.turns, student.rejections) == (1, 0)


def test_declining_needs_no_reason_but_takes_no_other_word(proposal):
    with pytest.raises(RuleError):
        decline_proposal(proposal=proposal, actor=proposal.search.student.user, reason="zomaar")
    decline_proposal(proposal=proposal, actor=proposal.search.student.user)
    with pytest.raises(Conflict):
        decline_proposal(proposal=proposal, actor=proposal.search.student.user)


def test_being_looked_at_makes_it_seen_once(proposal):
    user = proposal.search.student.user
    assert mark_seen(search=proposal.search, actor=user) == 1
    assert mark_seen(search=proposal.search, actor=user) == 0
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.SEEN
    assert proposal.seen_at is not None


def test_somebody_else_looking_does_not_count(proposal, other_student):
    assert mark_seen(search=proposal.search, actor=other_student) == 0


def test_expiry_after_the_last_day_and_not_on_it(proposal):
    assert expire_proposals(proposal.expires_on) == 0
    assert expire_proposals(proposal.expires_on + dt.timedelta(days=1)) == 1
    assert expire_proposals(proposal.expires_on + dt.timedelta(days=1)) == 0


def test_closing_the_vacancy_withdraws_the_proposal_and_gives_the_turn_back(
    proposal, django_capture_on_commit_callbacks
):
    vacancy = proposal.vacancy
    vacancy.status = VacancyStatus.CLOSED
    with django_capture_on_commit_callbacks(execute=True):
        vacancy.save()
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.WITHDRAWN
    assert Student.objects.get(pk=proposal.search.student_id).turns == 0


def test_who_is_placed_gets_no_proposals(proposal, django_capture_on_commit_callbacks):
    search = proposal.search
    search.status = SearchStatus.PLACED
    with django_capture_on_commit_callbacks(execute=True):
        search.save()
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.WITHDRAWN


def test_the_night_withdraws_what_can_no_longer_be_and_leaves_the_rest(proposal):
    assert withdraw_stale_proposals() == 0
    type(proposal.vacancy).objects.filter(pk=proposal.vacancy_id).update(places_taken=1)
    assert withdraw_stale_proposals() == 1
    assert withdraw_stale_proposals() == 0


def test_withdrawing_an_extra_proposal_gives_no_turn_back():
    for _ in range(3):
        make_vacancy()
    search = make_search()
    run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    proposal_services.withdraw_proposals(search.proposals.filter(kind=ProposalKind.EXTRA))
    assert Student.objects.get(pk=search.student_id).turns == 1
    assert search.proposals.open().count() == 1


@pytest.mark.parametrize("start", list(ProposalStatus))
@pytest.mark.parametrize("to", list(ProposalStatus))
def test_every_pair_of_statuses_follows_the_table(proposal, start, to):
    Proposal.objects.filter(pk=proposal.pk).update(status=start)
    proposal.refresh_from_db()
    if to in PROPOSAL_TRANSITIONS[start]:
        assert proposal_services._move(proposal, to).status == to
    else:
        with pytest.raises(Conflict):
            proposal_services._move(proposal, to)
