"""A stage from the agreed place to the time after: start, talks, ending, reminders (features O9, S16, B10)."""

import datetime as dt
import itertools

import pytest

from organisations.models import SupervisorCapacity
from placements import services as placing
from placements.dossier import services
from placements.dossier.checklist import BLOCKING, checklist_of
from placements.dossier.enums import (
    ORGANISATION_QUESTIONS,
    STUDENT_QUESTIONS,
    EndReason,
    MomentKind,
    Outcome,
    Party,
    Side,
    VogStatus,
)
from placements.dossier.night import placement_night
from placements.dossier.services.status import move_placement
from placements.dossier.statistics import evaluation_of
from placements.enums import PLACEMENT_TRANSITIONS, PlacementStatus
from placements.models import Application, EvaluationStatistic, Placement, PlacementFile, Vacancy
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.enums import SearchStatus
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.dossier_steps import PACT, complete_agreement, first_day, papers, sign_all
from tests.placements.steps import place

PAIRS = list(itertools.product(PlacementStatus, PlacementStatus))


@pytest.fixture
def placement(search, vacancy, broker, capacity, coordinator) -> Placement:
    return place(search, vacancy, broker, capacity)


@pytest.fixture
def running(placement, broker) -> Placement:
    """A stage that began yesterday."""
    papers(placement, broker)
    Placement.objects.filter(pk=placement.pk).update(
        status=PlacementStatus.RUNNING,
        starts_on=today() - dt.timedelta(days=1),
        ends_on=today() + dt.timedelta(days=90),
    )
    placement.refresh_from_db()
    return placement


def keys() -> set[str]:
    return set(OutgoingMail.objects.filter(template__startswith="placement_").values_list("key", flat=True))


def scores(questions, score=4) -> dict[str, int]:
    return {key: score for key, _statement in questions}


# --- The states ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])
def test_a_placement_moves_as_the_table_says_and_no_other_way(source, target, placement, broker):
    early = {"ended_on": today(), "end_reason": EndReason.TOGETHER, "ended_by": Party.SCHOOL}
    Placement.objects.filter(pk=placement.pk).update(status=source, **early)
    placement.refresh_from_db()
    if target in PLACEMENT_TRANSITIONS[source]:
        move_placement(placement, to=target, actor=broker, reason="Daarom")
        event = placement.events.get()
        assert (event.from_status, event.to_status, event.actor, event.reason) == (source, target, broker, "Daarom")
    else:
        with pytest.raises(Conflict):
            move_placement(placement, to=target, actor=broker)
        placement.refresh_from_db()
        assert placement.status == source
        assert not placement.events.exists()


def test_a_stage_starts_on_its_first_day_when_the_papers_are_complete(placement, broker):
    papers(placement, broker)
    with at(placement.starts_on - dt.timedelta(days=1)):
        assert placement_night(day=today()).started == 0
    with at(placement.starts_on):
        assert placement_night(day=today()).started == 1
        assert placement_night(day=today()).started == 0
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.RUNNING


def test_a_missed_night_is_made_up_for(placement, broker):
    papers(placement, broker)
    with at(placement.starts_on + dt.timedelta(days=3)):
        assert placement_night(day=today()).started == 1


def test_without_papers_a_stage_waits_until_somebody_says_why_it_may_start(placement, broker):
    with at(placement.starts_on):
        assert placement_night(day=today()).not_started == 1
        with pytest.raises(RuleError):
            services.allow_start(placement=placement, actor=broker, reason="kort")
        services.allow_start(placement=placement, actor=broker, reason="De VOG komt vrijdag, tot dan loopt zij mee.")
        assert placement_night(day=today()).started == 1
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.RUNNING
    assert placement.events.get().reason.startswith("De VOG komt vrijdag")


def test_a_stage_is_finished_the_day_after_its_last(running):
    with at(running.ends_on):
        assert placement_night(day=today()).finished == 0
    with at(running.ends_on + dt.timedelta(days=1)):
        assert placement_night(day=today()).finished == 1
    running.refresh_from_db()
    assert running.status == PlacementStatus.FINISHED


def test_a_dry_night_changes_nothing(placement, broker):
    papers(placement, broker)
    with at(placement.starts_on):
        assert placement_night(day=today(), dry_run=True).started == 1
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.AGREED
    assert keys() == set()


def test_the_night_makes_the_file_of_a_stage_from_before(placement):
    PlacementFile.objects.all().delete()
    assert placement_night(day=today()).files == 1
    assert PlacementFile.objects.get().moments.count() == 3


# --- Start ----------------------------------------------------------------------------------------------------


def test_only_the_day_a_vog_was_seen_and_by_whom_is_kept(placement, broker, student):
    with pytest.raises(RuleError) as error:
        services.set_vog(placement=placement, actor=broker, side=Side.ORGANISATION, status=VogStatus.SEEN)
    assert error.value.code == "date_needed"
    with pytest.raises(RuleError) as error:
        services.set_vog(placement=placement, actor=student, side=Side.STUDENT, status=VogStatus.SEEN, seen_on=today())
    assert error.value.code == "not_yours"
    services.set_vog(placement=placement, actor=student, side=Side.STUDENT, status=VogStatus.ASKED)
    file = services.set_vog(
        placement=placement, actor=broker, side=Side.ORGANISATION, status=VogStatus.SEEN, seen_on=today()
    )
    assert (file.vog_seen_on, file.vog_seen_by) == (today(), broker)


def test_both_sides_agree_with_the_pact_and_a_change_asks_again(placement, student, supervisor, coordinator):
    services.agree_pact(placement=placement, actor=student, side=Side.STUDENT, answers=PACT)
    file = services.agree_pact(placement=placement, actor=supervisor, side=Side.SUPERVISOR, answers=PACT)
    assert file.pact_student_at
    assert file.pact_supervisor_at
    file = services.agree_pact(
        placement=placement, actor=supervisor, side=Side.SUPERVISOR, answers=PACT | {"day": "Van tien tot vier."}
    )
    assert file.pact_student_at is None
    assert file.pact_supervisor_at
    with pytest.raises(RuleError):
        services.agree_pact(placement=placement, actor=student, side=Side.STUDENT, answers={})
    with pytest.raises(RuleError):
        services.agree_pact(placement=placement, actor=coordinator, side=Side.SCHOOL, answers=PACT)


def test_the_first_day_card_is_mailed_two_working_days_before_and_once(placement, broker, student):
    first_day(placement, broker)
    with at(placement.starts_on - dt.timedelta(days=10)):
        placement_night(day=today())
    assert not any(key.startswith("placement_first_day") for key in keys())
    for days in (2, 1, 0):
        with at(placement.starts_on - dt.timedelta(days=days)):
            placement_night(day=today())
    mails = OutgoingMail.objects.filter(template="placement_first_day")
    assert [mail.to_email for mail in mails] == [student.email]
    assert "9.30" in mails[0].body_text or "09.30" in mails[0].body_text


# --- Talks ----------------------------------------------------------------------------------------------------


def test_a_talk_is_noted_once_and_not_before_it_was_held(running, supervisor):
    moment = running.file.moments.all()[0]
    values = {"placement": running, "actor": supervisor, "moment": moment, "on_spot": True, "record": "Het gaat goed."}
    with pytest.raises(RuleError) as error:
        services.record_moment(**values, held_on=today() + dt.timedelta(days=1))
    assert error.value.code == "in_future"
    with pytest.raises(RuleError) as error:
        services.record_moment(**values | {"record": " "}, held_on=today())
    assert error.value.code == "record_needed"
    services.record_moment(**values, held_on=today())
    with pytest.raises(Conflict):
        services.record_moment(**values, held_on=today())
    assert sum(item.is_done for item in checklist_of(running, running.file).items if "moment" in item.key) == 1


def test_a_talk_is_planned_within_the_stage(running, coordinator):
    with pytest.raises(RuleError) as error:
        services.plan_moment(placement=running, actor=coordinator, planned_on=running.ends_on + dt.timedelta(days=1))
    assert error.value.code == "outside_stage"
    extra = services.plan_moment(placement=running, actor=coordinator, planned_on=running.ends_on)
    assert extra.kind == MomentKind.EXTRA
    moved = services.plan_moment(placement=running, actor=coordinator, planned_on=today(), on_spot=True, moment=extra)
    assert (moved.pk, moved.planned_on) == (extra.pk, today())


# --- The end --------------------------------------------------------------------------------------------------


def stop(placement, actor, **more) -> Placement:
    values = {"party": Party.ORGANISATION, "reason": EndReason.NO_GUIDANCE, "ended_on": today()}
    return services.end_early(placement=placement, actor=actor, **values | more)


def test_an_early_end_gives_the_place_back_and_opens_the_search_with_the_same_priority(
    running, broker, search, vacancy
):
    search.refresh_from_db()
    before = (search.opened_on, search.student.rejections, search.student.turns)
    stop(running, broker)
    search.refresh_from_db()
    search.student.refresh_from_db()
    assert search.status == SearchStatus.OPEN
    assert (search.opened_on, search.student.rejections, search.student.turns) == before
    vacancy.refresh_from_db()
    vacancy.pool.refresh_from_db()
    supervisor = SupervisorCapacity.objects.get(pk=running.supervisor_id)
    assert (vacancy.places_taken, vacancy.pool.taken, supervisor.taken, supervisor.taken_hours) == (0, 0, 0, 0)


def test_everybody_hears_of_an_early_end_and_the_school_gets_the_task(
    running, broker, student, supervisor, coordinator
):
    stop(running, broker)
    told = set(OutgoingMail.objects.filter(template="placement_ended").values_list("to_email", flat=True))
    assert told == {student.email, supervisor.email, broker.email, coordinator.email}
    running.refresh_from_db()
    items = {item.key: item for item in checklist_of(running, running.file).open}
    assert items["replacement"].owners == (Side.SCHOOL,)


def test_after_an_early_end_another_place_can_be_accepted(running, broker, search, organisation):
    stop(running, broker)
    search.refresh_from_db()
    other = f.VacancyFactory(team__organisation=organisation, period=running.vacancy.period)
    room = f.SupervisorCapacityFactory(pool=other.pool)
    again = place(search, other, broker, room)
    assert Application.objects.filter(search=search, status="accepted").count() == 2
    assert again.search_id == running.search_id
    running.refresh_from_db()
    assert "replacement" not in {item.key for item in checklist_of(running, running.file).open} or not checklist_of(
        Placement.objects.select_related("search").get(pk=running.pk), running.file
    ).of(Side.SCHOOL)


def test_two_running_places_for_one_search_are_impossible(placement):
    from django.db import IntegrityError, transaction

    other = f.ApplicationFactory(search=placement.search, status="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(
            application=other, student=placement.student, vacancy=other.vacancy, supervisor=placement.supervisor,
            starts_on=placement.starts_on, ends_on=placement.ends_on,
        )  # fmt: skip


def test_who_leaves_the_school_searches_no_more(running, coordinator, search):
    stop(running, coordinator, party=Party.SCHOOL, reason=EndReason.STOPS)
    search.refresh_from_db()
    assert search.status == SearchStatus.STOPPED


def test_stopping_twice_or_tomorrow_is_refused(running, broker):
    with pytest.raises(RuleError) as error:
        stop(running, broker, ended_on=today() + dt.timedelta(days=1))
    assert error.value.code == "day_outside"
    with pytest.raises(RuleError) as error:
        stop(running, broker, reason=EndReason.OTHER)
    assert error.value.code == "note_needed"
    stop(running, broker)
    with pytest.raises(RuleError) as error:
        stop(running, broker)
    assert error.value.code == "not_active"
    assert Vacancy.objects.get(pk=running.vacancy_id).places_taken == 0


def test_a_longer_stage_needs_two_times_yes_and_new_signatures(running, broker, student, supervisor):
    until = running.ends_on + dt.timedelta(days=28)
    services.propose_extension(placement=running, actor=student, side=Side.STUDENT, until=until, reason="Zomerweek")
    assert OutgoingMail.objects.get(template="placement_extension").to_email == supervisor.email
    running.refresh_from_db()
    assert running.ends_on < until
    services.answer_extension(placement=running, actor=supervisor, side=Side.SUPERVISOR, is_agreed=True)
    running.refresh_from_db()
    file = PlacementFile.objects.get(placement=running)
    assert running.ends_on == until
    assert file.extend_to is None
    assert file.version == 2
    assert not file.signatures.filter(reset_at__isnull=True).exists()


def test_no_ends_a_proposal_to_extend(running, broker, student):
    until = running.ends_on + dt.timedelta(days=28)
    services.propose_extension(placement=running, actor=broker, side=Side.ORGANISATION, until=until)
    file = services.answer_extension(placement=running, actor=student, side=Side.STUDENT, is_agreed=False)
    assert file.extend_to is None
    running.refresh_from_db()
    assert running.ends_on < until
    with pytest.raises(RuleError):
        services.answer_extension(placement=running, actor=student, side=Side.STUDENT, is_agreed=True)
    with pytest.raises(RuleError):
        services.propose_extension(placement=running, actor=broker, side=Side.ORGANISATION, until=running.ends_on)


# --- Afterwards -----------------------------------------------------------------------------------------------


def test_looking_back_is_for_the_end_of_the_stage_and_once(running, student):
    values = {"placement": running, "actor": student, "party": Party.STUDENT, "answers": scores(STUDENT_QUESTIONS)}
    with pytest.raises(RuleError) as error:
        services.evaluate(**values)
    assert error.value.code == "too_early"
    with at(running.ends_on):
        with pytest.raises(RuleError) as error:
            services.evaluate(**values | {"answers": {"welcome": 5}})
        assert error.value.code == "incomplete"
        services.evaluate(**values)
        with pytest.raises(Conflict):
            services.evaluate(**values)
    assert EvaluationStatistic.objects.count() == 8


def test_an_organisation_shows_scores_from_five_answers_on(organisation):
    for answers, shown in ((4, False), (5, True)):
        EvaluationStatistic.objects.all().delete()
        EvaluationStatistic.objects.bulk_create(
            EvaluationStatistic(organisation=organisation, question=key, score=score, answers=count)
            for key, _statement in STUDENT_QUESTIONS
            for score, count in ((5, answers - 1), (2, 1))
        )
        lines = evaluation_of(organisation)
        assert bool(lines) is shown
    assert lines[0].percent == 80


def test_after_the_stage_both_are_asked_once_and_the_outcome_four_weeks_later(running, student, supervisor):
    for days in (1, 2, 10, 28, 29, 40):
        with at(running.ends_on + dt.timedelta(days=days)):
            placement_night(day=today())
    evaluate = OutgoingMail.objects.filter(template="placement_evaluate").values_list("to_email", flat=True)
    assert sorted(evaluate) == sorted([student.email, supervisor.email])
    letter = OutgoingMail.objects.get(template="placement_evaluate", to_user=student)
    assert f"/plaatsingen/{running.public_id}/evaluatie/" in letter.body_text, (
        "the mail leads to the questions themselves"
    )
    assert "?." not in letter.body_text
    assert [m.to_email for m in OutgoingMail.objects.filter(template="placement_outcome")] == [supervisor.email]


def test_the_outcome_is_kept_after_the_last_day(running, supervisor):
    with pytest.raises(RuleError):
        services.set_outcome(placement=running, actor=supervisor, outcome=Outcome.JOB)
    with at(running.ends_on):
        file = services.set_outcome(placement=running, actor=supervisor, outcome=Outcome.JOB)
    assert file.outcome == Outcome.JOB


def test_the_organisation_answers_its_own_questions(running, broker):
    with at(running.ends_on):
        services.evaluate(
            placement=running, actor=broker, party=Party.ORGANISATION, answers=scores(ORGANISATION_QUESTIONS)
        )
    assert not EvaluationStatistic.objects.exists()  # only students' answers are counted


# --- Reminders ------------------------------------------------------------------------------------------------


def test_each_open_item_is_mailed_to_its_owner_before_it_is_due_and_once_more_when_late(placement, broker, student):
    due = next(item for item in checklist_of(placement, placement.file).items if item.key == "minor").due
    for days in (-4, -3, -2, 0, 1, 2, 3):
        with at(due + dt.timedelta(days=days)):
            placement_night(day=today())
            placement_night(day=today())
    about = [key for key in keys() if ":minor:" in key]
    assert sorted(key.split(":")[5] for key in about) == ["late", "soon"]
    assert set(OutgoingMail.objects.filter(key__in=about).values_list("to_email", flat=True)) == {student.email}
    letter = OutgoingMail.objects.get(key=about[0])
    assert "Zeg of je 18 bent" in letter.subject, "the student reads what to do, not what a student does"
    assert letter.body_text.count("Hoi") == 1


def test_what_is_done_is_not_reminded_of(placement, broker):
    papers(placement, broker)
    with at(placement.starts_on - dt.timedelta(days=7)):
        placement_night(day=today())
    assert not any(key.split(":")[2] in BLOCKING for key in keys() if key.startswith("placement_todo"))


# --- Forgetting -----------------------------------------------------------------------------------------------


def test_vog_age_and_guardian_go_after_four_weeks_and_the_file_after_a_year(running, broker):
    with at(running.ends_on + dt.timedelta(days=1)):
        placement_night(day=today())
    placing.run_retention(day=running.ends_on + dt.timedelta(days=27))
    assert PlacementFile.objects.get().vog_seen_on is not None
    dry = placing.run_retention(day=running.ends_on + dt.timedelta(days=28), dry_run=True)
    assert dry.stage_wiped == 1
    counts = placing.run_retention(day=running.ends_on + dt.timedelta(days=28))
    file = PlacementFile.objects.get()
    assert counts.stage_wiped == 1
    assert (file.vog_seen_on, file.vog_seen_by, file.is_minor, file.guardian_name) == (None, None, None, "")
    assert placing.run_retention(day=running.ends_on + dt.timedelta(days=364)).stage_files == 0
    assert placing.run_retention(day=running.ends_on + dt.timedelta(days=365)).stage_files == 1
    assert not PlacementFile.objects.exists()
    assert Placement.objects.filter(pk=running.pk).exists()


def test_a_person_can_take_along_and_delete_the_file(running, student, supervisor, broker):
    services.agree_pact(placement=running, actor=student, side=Side.STUDENT, answers=PACT)
    parts = export_person(user=student)["gegevens"]
    assert parts["stagedossiers"][0]["leerdoelen"] == ["Een groep begeleiden"]
    assert len(parts["handtekeningen"]) == 3
    assert len(parts["contactmomenten"]) == 3
    delete_person(user=student)
    assert not PlacementFile.objects.exists()
    assert Vacancy.objects.get(pk=running.vacancy_id).places_taken == 0


def test_the_agreement_is_complete_before_anybody_can_start(placement, broker):
    complete_agreement(placement, broker)
    sign_all(placement, broker)
    assert {item.key for item in checklist_of(placement, services.file_of(placement)).blocking} == {"minor", "vog"}
