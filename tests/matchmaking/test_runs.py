"""One night from database to proposals: what it gives, and that it gives it once."""

import datetime as dt

import pytest

from matchmaking import snapshot as snapshots
from matchmaking.engine import night as engine
from matchmaking.enums import ProposalKind, ProposalStatus, RunStatus, RunTrigger
from matchmaking.models import MatchingRun, Proposal, VacancyCutoff
from matchmaking.services import decline_proposal, publish, replay, run_matching, runs
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Favourite
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.enums import SearchStatus
from students.models import Student
from tests import factories as f
from tests.matchmaking.conftest import make_search, make_vacancy

pytestmark = pytest.mark.django_db


def nightly(day: dt.date | None = None, **kwargs) -> MatchingRun:
    return run_matching(night=day or today(), trigger=RunTrigger.NIGHTLY, **kwargs)


def by_hand(**kwargs) -> MatchingRun:
    return run_matching(night=today(), trigger=RunTrigger.BY_HAND, **kwargs)


def test_run_publishes_a_proposal_for_as_many_students_as_there_are_places(town):
    run = nightly()
    assert run.status == RunStatus.PUBLISHED
    division = Proposal.objects.filter(kind=ProposalKind.DIVISION)
    assert division.count() == 5 == run.counts["placed"]
    assert len(set(division.values_list("search", flat=True))) == 5
    assert run.finished_at is not None
    assert run.input_hash
    assert run.outcome_hash


def test_proposals_carry_the_score_and_its_parts(town):
    nightly()
    for proposal in Proposal.objects.all():
        assert sum(proposal.parts) == proposal.score > 0
        assert proposal.expires_on > today()
        assert proposal.status == ProposalStatus.PROPOSED


def test_no_vacancy_and_no_team_gets_more_division_proposals_than_it_has_room(work_processes):
    vacancies = [make_vacancy(places=3, room=1), make_vacancy(places=1, room=5)]
    for _ in range(5):
        make_search()
    nightly()
    assert [v.proposals.count() for v in vacancies] == [1, 1]


def test_a_student_has_at_most_three_open_proposals_one_from_the_division():
    for _ in range(6):
        make_vacancy(places=2)
    search = make_search()
    nightly()
    by_hand()
    kinds = list(search.proposals.open().values_list("kind", flat=True))
    assert sorted(kinds) == ["division", "extra", "extra"]
    assert set(search.proposals.values_list("slot", flat=True)) == {1, 2, 3}


def test_extra_proposals_cost_nobody_a_place_of_the_division():
    make_vacancy(places=2)
    make_vacancy(places=1)
    for _ in range(3):
        make_search()
    nightly()
    assert Proposal.objects.filter(kind=ProposalKind.DIVISION).count() == 3
    assert not Proposal.objects.filter(kind=ProposalKind.EXTRA).exists()


def test_who_never_had_a_proposal_goes_first_and_then_who_was_refused_most():
    make_vacancy(places=2)
    had_one = make_search(student__turns=1)
    refused = make_search(student__rejections=4)
    fresh = make_search()
    nightly()
    assert refused.proposals.exists()
    assert fresh.proposals.exists()
    assert not had_one.proposals.exists()


def test_a_favourite_comes_first_on_the_students_own_list(work_processes):
    make_vacancy(places=1, work_processes=work_processes)
    far = make_vacancy(
        places=1,
        team__location__postcode=f.PostcodeFactory(pc4="2501", place="Den Haag", latitude=52.08, longitude=4.31),
    )
    search = make_search()
    Favourite.objects.create(student=search.student, vacancy=far)
    nightly()
    assert search.proposals.get(kind=ProposalKind.DIVISION).vacancy == far


def test_turns_go_up_for_the_division_only():
    for _ in range(3):
        make_vacancy()
    search = make_search()
    nightly()
    assert search.proposals.count() == 3
    assert Student.objects.get(pk=search.student_id).turns == 1


def test_the_same_night_twice_is_one_run_with_the_same_proposals(town):
    first = nightly()
    before = set(Proposal.objects.values_list("pk", flat=True))
    second = nightly()
    assert second.pk == first.pk
    assert MatchingRun.objects.count() == 1
    assert set(Proposal.objects.values_list("pk", flat=True)) == before


def test_one_mail_per_student_per_night(town, django_capture_on_commit_callbacks):
    run = nightly()
    students = Proposal.objects.values("search__student").distinct().count()
    assert OutgoingMail.objects.count() == students == run.counts["mails"]
    mail = OutgoingMail.objects.first()
    assert mail is not None
    assert mail.to_user is not None
    assert mail.to_user.first_name in mail.body_text
    assert mail.to_user.first_name in mail.body_html
    assert "NaamVan" not in mail.subject + mail.body_text + mail.body_html
    make_search()
    make_vacancy(places=3)
    by_hand()
    assert OutgoingMail.objects.filter(to_user=mail.to_user).count() == 1


def test_a_name_with_markup_is_shown_as_text_in_the_mail():
    make_vacancy()
    make_search(student__user__first_name="<b>Noor & co</b>")
    nightly()
    mail = OutgoingMail.objects.get()
    assert "&lt;b&gt;Noor &amp; co&lt;/b&gt;" in mail.body_html
    assert "<b>Noor & co</b>" in mail.body_text


def test_replay_gives_the_same_and_notices_a_changed_row(town):
    run = nightly()
    run.refresh_from_db()
    result = replay(run)
    assert result.equal
    assert result.proposals == run.counts["proposals"]
    Proposal.objects.filter(run=run, slot=1).update(score=1)
    assert not replay(run).proposals_equal


def test_replay_notices_other_input(town):
    run = nightly()
    run.refresh_from_db()
    snapshot = snapshots.unpack(run.snapshot)
    run.snapshot = snapshots.pack(type(snapshot)(**{**snapshot.__dict__, "seed": snapshot.seed + 1}))
    assert not replay(run).input_equal


def test_replay_says_when_the_input_is_no_longer_kept(town):
    run = nightly()
    assert runs.drop_old_snapshots(today() + dt.timedelta(days=29)) == 1
    run.refresh_from_db()
    with pytest.raises(RuleError) as error:
        replay(run)
    assert error.value.code == "no_snapshot"


def test_snapshot_survives_packing(town):
    policy = engine_policy_v1()
    snapshot = snapshots.take(night=today(), seed=7, policy=policy)
    again = snapshots.unpack(snapshots.pack(snapshot))
    assert again.night == snapshot.night
    assert again.policy == policy
    for table in ("students", "vacancies", "pools"):
        for name, column in getattr(snapshot, table).columns():
            assert (getattr(getattr(again, table), name) == column).all()


def engine_policy_v1():
    from matchmaking.engine.types import Policy
    from matchmaking.services import current_policy

    return Policy.from_dict(current_policy().settings)


def test_the_first_policy_in_the_database_is_the_engines_own():
    from matchmaking.engine.types import Policy

    assert engine_policy_v1() == Policy()


def test_dry_run_changes_nothing_but_its_record(town):
    run = nightly(dry_run=True)
    assert run.status == RunStatus.DRY
    assert run.counts["proposals"] == 5
    assert not Proposal.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert not Student.objects.filter(turns__gt=0).exists()
    assert nightly().status == RunStatus.PUBLISHED


def test_failing_check_publishes_nothing_and_keeps_what_was_there(town, monkeypatch):
    def refuse(*args, **kwargs):
        raise engine.VerificationError(["een student kreeg twee plekken"])

    with monkeypatch.context() as patched:
        patched.setattr(engine, "run", refuse)
        run = nightly()
    assert run.status == RunStatus.REFUSED
    assert "twee plekken" in run.error
    assert not Proposal.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert nightly().status == RunStatus.PUBLISHED


def test_killed_half_way_leaves_nothing_and_the_next_start_gives_the_same(town, monkeypatch):
    expected = nightly(dry_run=True).outcome_hash
    write = publish.write

    def killed(**kwargs):
        write(**kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publish, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            nightly()
    assert not Proposal.objects.exists()
    assert not Student.objects.filter(turns__gt=0).exists()
    assert MatchingRun.objects.filter(status=RunStatus.RUNNING).count() == 1
    run = nightly()
    assert run.status == RunStatus.PUBLISHED
    assert run.outcome_hash == expected
    assert not MatchingRun.objects.filter(status=RunStatus.RUNNING).exists()


def test_a_fault_is_recorded_and_raised(town, monkeypatch):
    def broken(**kwargs):
        raise ValueError("stuk")

    monkeypatch.setattr(publish, "write", broken)
    with pytest.raises(ValueError, match="stuk"):
        nightly()
    run = MatchingRun.objects.get()
    assert run.status == RunStatus.FAILED
    assert "stuk" in run.error
    assert "mails" not in run.counts


def test_open_proposal_keeps_its_place_and_its_student_out(work_processes):
    vacancy = make_vacancy(places=1)
    first = make_search()
    nightly()
    make_search()
    by_hand()
    assert list(vacancy.proposals.values_list("search", flat=True)) == [first.pk]


def test_declined_place_is_not_proposed_again():
    vacancy = make_vacancy(places=1)
    search = make_search()
    nightly()
    decline_proposal(proposal=search.proposals.get(), actor=search.student.user, reason="too_far")
    by_hand()
    assert vacancy.proposals.count() == 1
    other = make_vacancy(places=1)
    by_hand()
    assert search.proposals.open().get().vacancy == other


@pytest.mark.parametrize(
    "status", [ApplicationStatus.SUBMITTED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN]
)
def test_a_place_the_student_ever_applied_to_is_not_proposed(status):
    vacancy = make_vacancy(places=2)
    search = make_search()
    closed = today_aware() if status not in ApplicationStatus.open_statuses() else None
    f.ApplicationFactory(search=search, vacancy=vacancy, status=status, closed_at=closed)
    nightly()
    assert not search.proposals.exists()


def today_aware() -> dt.datetime:
    from stagematch.clock import now

    return now()


def test_a_student_with_five_open_applications_gets_nothing():
    search = make_search()
    for _ in range(5):
        f.ApplicationFactory(search=search, vacancy=make_vacancy(applications_per_place=1))
    make_vacancy(places=3)
    nightly()
    assert not search.proposals.exists()


def test_proposals_never_exceed_the_room_for_open_applications():
    search = make_search()
    for _ in range(4):
        f.ApplicationFactory(search=search, vacancy=make_vacancy(applications_per_place=1))
    for _ in range(3):
        make_vacancy(places=1)
    nightly()
    assert search.proposals.count() == 1


def test_a_vacancy_with_as_many_applications_as_it_takes_is_not_proposed():
    vacancy = make_vacancy(places=1, applications_per_place=2)
    for _ in range(2):
        f.ApplicationFactory(vacancy=vacancy)
    search = make_search()
    nightly()
    assert not search.proposals.exists()


def test_an_offer_that_is_out_keeps_its_place():
    vacancy = make_vacancy(places=1)
    f.ApplicationFactory(vacancy=vacancy, status=ApplicationStatus.OFFERED, offer_until=today())
    search = make_search()
    nightly()
    assert not search.proposals.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"status": VacancyStatus.CLOSED},
        {"publish_until": dt.date(2020, 1, 1)},
        {"apply_until": dt.date(2020, 1, 1)},
        {"organisation__is_approved": False},
    ],
)
def test_a_vacancy_that_takes_no_applications_is_not_proposed(change):
    vacancy = make_vacancy(places=2)
    if "organisation__is_approved" in change:
        vacancy.organisation.is_approved = False
        vacancy.organisation.save()
    else:
        type(vacancy).objects.filter(pk=vacancy.pk).update(**change)
    search = make_search()
    nightly()
    assert not search.proposals.exists()


@pytest.mark.parametrize("status", [SearchStatus.DRAFT, SearchStatus.PLACED, SearchStatus.STOPPED])
def test_only_open_searches_take_part(status):
    make_vacancy()
    search = make_search(status=status)
    nightly()
    assert not search.proposals.exists()


def test_expired_proposals_are_closed_before_the_night_and_free_their_place():
    vacancy = make_vacancy(places=1)
    first = make_search()
    nightly()
    second = make_search()
    run = nightly(today() + dt.timedelta(days=30))
    assert run.counts["placed"] == 1
    assert first.proposals.get().status == ProposalStatus.EXPIRED
    assert vacancy.proposals.open().get().search == second, "who never had one goes first"


def test_cutoffs_are_kept_for_places_that_refused_somebody(town):
    run = nightly()
    assert VacancyCutoff.objects.filter(run=run).count() == run.counts["cutoffs"] > 0


def test_a_search_closed_between_snapshot_and_publishing_gets_nothing(town, monkeypatch):
    take = snapshots.take

    def take_then_close(**kwargs):
        result = take(**kwargs)
        type(town["searches"][0]).objects.filter(pk=town["searches"][0].pk).update(status=SearchStatus.STOPPED)
        return result

    monkeypatch.setattr(snapshots, "take", take_then_close)
    nightly()
    assert not town["searches"][0].proposals.exists()


def test_equal_students_in_two_databases_get_the_same_division(town):
    """The outcome depends on public ids and not on primary keys or the order of rows."""
    first = nightly(dry_run=True)
    Student.objects.filter(pk=town["searches"][0].student_id).update(class_name="ander")  # moves the row on disk
    assert nightly(dry_run=True).outcome_hash == first.outcome_hash


def test_more_than_64_work_processes_say_so(work_processes):
    from matchmaking.columns import SnapshotError

    search = make_search(work_processes=[f.WorkProcessFactory(code=f"X{n}") for n in range(65)])
    assert search.work_processes.count() == 65
    with pytest.raises(SnapshotError, match="65 verschillende werkprocessen"):
        nightly()
    assert MatchingRun.objects.get().status == RunStatus.FAILED
