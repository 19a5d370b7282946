"""One night's count from database to published figures: what is counted as what, and that it is counted once."""

# mypy: disable-error-code="union-attr"

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from matchmaking.enums import PairDecisionKind, ProposalKind, ProposalStatus, RunTrigger
from matchmaking.models import PairDecision
from matchmaking.services import run_matching
from placements.enums import ApplicationStatus, VacancyStatus
from placements.models import Vacancy
from shortages import counting, definitions, demo, services, tasks
from shortages.definitions import SILENT_DAYS
from shortages.enums import LeverKind, Situation, SnapshotStatus
from shortages.models import DemandCell, Lever, SearchSituation, ShortageSnapshot, SupplyCell
from shortages.services import take_count, what_if
from shortages.services.count import MOST_AHEAD
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.regions.models import Municipality, PostcodeArea, Region
from stagematch.ui.errors import RuleError
from stagematch.ui.invariants import check_all
from students.enums import SearchStatus
from students.models import PlacementSearch
from tests import factories as f

pytestmark = pytest.mark.django_db
SINCE = dt.date(2020, 1, 1)


@pytest.fixture
def leiden(db) -> PostcodeArea:
    """A postcode in a gemeente, a COROP-gebied and a province."""
    corop = Region.objects.create(kind="corop", code="CR26", name="Leiden en Bollenstreek", valid_from=SINCE)
    province = Region.objects.create(kind="province", code="PV28", name="Zuid-Holland", valid_from=SINCE)
    gemeente = Municipality.objects.create(code="GM0546", name="Leiden", valid_from=SINCE)
    area = f.PostcodeFactory()
    area.municipality, area.corop, area.province = gemeente, corop, province
    area.save()
    return area


def search(**kwargs) -> PlacementSearch:
    return f.SearchFactory(**kwargs)


def vacancy(places: int = 1, room: int | None = None, **kwargs) -> Vacancy:
    return f.VacancyFactory(places=places, pool__places=places if room is None else room, **kwargs)


def count(**kwargs) -> ShortageSnapshot:
    return take_count(day=kwargs.pop("day", today()), **kwargs)


def demand(snapshot: ShortageSnapshot, *names: str) -> tuple[int, ...]:
    sums = DemandCell.objects.filter(snapshot=snapshot).aggregate(**{name: Sum(name) for name in names})
    return tuple(sums[name] for name in names)


def supply(snapshot: ShortageSnapshot, *names: str) -> tuple[int, ...]:
    sums = SupplyCell.objects.filter(snapshot=snapshot).aggregate(**{name: Sum(name) for name in names})
    return tuple(sums[name] for name in names)


def situation(search: PlacementSearch) -> SearchSituation:
    return SearchSituation.objects.get(search=search)


def test_every_student_is_in_one_group(leiden):
    search(status=SearchStatus.PLACED)
    search()
    search(status=SearchStatus.DRAFT)
    search(status=SearchStatus.DRAFT, home=None)
    search(status=SearchStatus.STOPPED)
    search(student__is_active=False)
    over = f.PeriodFactory(slug="voorbij", starts_on=today() - dt.timedelta(200), ends_on=today() - dt.timedelta(1))
    search(period=over)
    for status in ApplicationStatus.open_statuses():
        f.ApplicationFactory(status=status)
    found = count()
    assert demand(found, "students", "placed", "talking", "open") == (10, 1, 4, 5)
    # Without a postcode nobody can say what fits: in the figures, but not in the shortage.
    assert found.counts["without_home"] == 1
    assert SearchSituation.objects.count() == 4


def test_a_search_that_runs_until_the_last_day_of_its_period_counts(leiden):
    period = f.PeriodFactory(slug="kort", starts_on=today() - dt.timedelta(9), ends_on=today())
    search(period=period)
    assert demand(count(), "students") == (1,)


def test_a_talk_holds_one_place_at_the_furthest_vacancy_and_never_more_than_there_are(leiden):
    wanted, other = vacancy(places=1), vacancy(places=2)
    one = search()
    f.ApplicationFactory(search=one, vacancy=other, status=ApplicationStatus.INVITED)
    f.ApplicationFactory(search=one, vacancy=wanted, status=ApplicationStatus.SECOND_ROUND)
    f.ApplicationFactory(search=search(), vacancy=wanted, status=ApplicationStatus.INVITED)
    found = count()
    assert demand(found, "talking", "open") == (2, 0)
    assert supply(found, "places", "taken", "held", "free") == (3, 0, 1, 2)


def test_places_are_free_only_where_one_can_apply_today(leiden):
    vacancy(places=3, places_taken=1, pool__taken=1)
    vacancy(places=2, places_taken=1, status=VacancyStatus.CLOSED, pool__taken=1)
    vacancy(places=2, apply_until=today() - dt.timedelta(1))
    vacancy(places=2, publish_from=today() + dt.timedelta(1))
    vacancy(places=1, reserved_for=f.StudentFactory())
    assert supply(count(), "places", "taken", "held", "free") == (4, 2, 0, 2)


def test_free_places_without_supervision_are_blocked_and_place_nobody(leiden):
    vacancy(places=3, room=1)
    first, second = search(), search()
    found = count()
    assert supply(found, "free", "blocked") == (3, 2)
    assert found.counts["max_placement"] == 1
    assert {situation(first).kind, situation(second).kind} == {Situation.COMPETING}
    assert situation(first).fitting == 1


def test_places_with_more_reactions_than_room_are_not_unused(leiden):
    busy = vacancy(places=2)
    for _ in range(3):
        f.ApplicationFactory(vacancy=busy)
    vacancy(places=2)
    found = count()
    assert supply(found, "free", "unused") == (4, 2)
    assert demand(found, "applying") == (3,)


def test_open_proposals_and_the_limit_on_reactions_leave_a_place_free(leiden):
    offered = vacancy(places=1, applications_per_place=1)
    f.ApplicationFactory(vacancy=offered)
    waiting = search()
    vacancy(places=2)
    run_matching(night=today(), trigger=RunTrigger.NIGHTLY)
    assert waiting.proposals.filter(kind=ProposalKind.DIVISION, status=ProposalStatus.PROPOSED).exists()
    assert supply(count(), "free") == (3,)
    assert situation(waiting).fitting == 3


def test_a_pair_that_was_refused_does_not_fit_any_more(leiden):
    place = vacancy()
    turned_down, kept_apart, free = search(), search(), search()
    f.ApplicationFactory(search=turned_down, vacancy=place, status=ApplicationStatus.REJECTED, answered_at=now())
    PairDecision.objects.create(
        search=kept_apart, vacancy=place, kind=PairDecisionKind.EXCLUDE, decided_by=f.UserFactory(), reason="test"
    )
    count()
    assert [situation(s).kind for s in (turned_down, kept_apart, free)] == ["none", "none", "fits"]
    assert situation(turned_down).reason == "refused"
    assert situation(turned_down).gain == 1


def test_who_waits_for_an_answer_still_fits_that_place(leiden):
    application = f.ApplicationFactory()
    count()
    assert situation(application.search).kind == Situation.FITS


def test_a_student_without_a_fitting_place_hears_what_stands_in_the_way(leiden):
    far = f.PostcodeFactory(pc4="9711", place="Groningen", latitude=53.21, longitude=6.56)
    vacancy(places=2, team__location__postcode=far)
    away, wrong_year = search(), search(student__year=4, home=far)
    count()
    assert (situation(away).kind, situation(away).reason, situation(away).gain) == ("none", "distance", 2)
    assert (situation(wrong_year).reason, situation(wrong_year).gain) == ("leerjaar", 2)


def test_an_opleiding_that_no_place_accepts_is_said_so(leiden):
    vacancy()
    other = f.QualificationFactory(crebo="25999", name="Iets anders")
    lonely = search(student__programme=f.ProgrammeFactory(qualification=other))
    count()
    assert (situation(lonely).reason, situation(lonely).gain) == ("crebo", 0)


def test_a_student_is_silent_after_three_weeks_without_a_sign(leiden):
    vacancy(places=5)
    long_ago = now() - dt.timedelta(days=SILENT_DAYS)
    old = {"opened_on": long_ago.date(), "student__created_at": long_ago}
    quiet = search(**old)
    search()  # began today
    search(**old, student__user__last_login=now())
    f.ApplicationFactory(search=search(**old))
    found = count()
    assert demand(found, "silent") == (1,)
    call = Lever.objects.get(snapshot=found, kind=LeverKind.CALL, school__isnull=False)
    assert (call.school, call.amount, call.gain) == (quiet.student.school, 1, 1)
    # Per region so few are not told: it would point at a person.
    assert not Lever.objects.filter(kind=LeverKind.CALL, school=None).exists()


def test_cells_add_up_to_the_certificate_and_to_each_other(leiden):
    schools = [f.SchoolFactory() for _ in range(3)]
    for n in range(9):
        search(student__programme=f.ProgrammeFactory(school=schools[n % 3]), weekdays=31 if n % 2 else 3)
    vacancy(places=2)
    vacancy(places=3, room=1)
    found = count()
    assert found.counts["shortage"] == 6
    assert demand(found, "structural") == (6.0,)
    assert all(c.without_fit <= c.structural <= c.open for c in DemandCell.objects.all())
    assert "0 broken" in said("check_data")


def test_a_day_is_counted_once(leiden):
    search()
    first = count()
    vacancy()
    again = count()
    assert again.pk == first.pk
    assert again.counts == first.counts
    assert ShortageSnapshot.objects.count() == 1


def test_counting_again_by_hand_replaces_the_day_and_says_so(leiden):
    search()
    first, actor = count(), f.UserFactory()
    vacancy()
    second = count(again=True, actor=actor)
    assert ShortageSnapshot.objects.get() == second
    assert second.counts["replaces"] == {"count": str(first.public_id), "by": str(actor.public_id)}
    assert (first.counts["shortage"], second.counts["shortage"]) == (1, 0)


def test_history_is_never_counted_again(leiden):
    search()
    count()
    with pytest.raises(RuleError) as refused:
        count(day=today() - dt.timedelta(1))
    assert refused.value.code == "count_is_history"
    assert ShortageSnapshot.objects.count() == 1


def test_the_next_night_keeps_the_figures_and_drops_what_is_about_persons(leiden):
    search()
    first = count()
    with at(today() + dt.timedelta(1)):
        second = count(day=today())
    first.refresh_from_db()
    assert (first.status, first.market) == (SnapshotStatus.DONE, None)
    assert DemandCell.objects.filter(snapshot=first).exists()
    assert set(SearchSituation.objects.values_list("snapshot", flat=True)) == {second.pk}
    assert ShortageSnapshot.objects.newest() == second


def test_a_trial_writes_nothing(leiden):
    search()
    found = count(dry_run=True)
    assert found.counts["shortage"] == 1
    assert found.pk is None
    assert not ShortageSnapshot.objects.exists()
    assert not DemandCell.objects.exists()


def test_a_count_that_goes_wrong_publishes_nothing_and_tells_the_platform(leiden, monkeypatch):
    search()
    good = count()
    boss = f.UserFactory(is_superuser=True, is_staff=True)
    monkeypatch.setattr(counting, "supply_cells", lambda night: 1 / 0)
    with at(today() + dt.timedelta(1)), pytest.raises(ZeroDivisionError):
        count(day=today())
    failed = ShortageSnapshot.objects.get(status=SnapshotStatus.FAILED)
    assert "ZeroDivisionError" in failed.error
    assert not DemandCell.objects.filter(snapshot=failed).exists()
    assert ShortageSnapshot.objects.newest() == good
    good.refresh_from_db()
    assert good.market is not None
    assert OutgoingMail.objects.filter(to_user=boss, template="shortages/count_failed").count() == 1


def test_a_count_that_was_killed_is_closed_by_the_next(leiden):
    boss = f.UserFactory(is_superuser=True, is_staff=True)
    killed = ShortageSnapshot.objects.create(day=today(), definition=1)
    count()
    killed.refresh_from_db()
    assert killed.status == SnapshotStatus.FAILED
    # It could tell nobody itself that there were no figures that morning.
    assert OutgoingMail.objects.filter(to_user=boss, template="shortages/count_failed").count() == 1


def test_a_day_far_ahead_is_not_counted_since_it_would_stop_the_nights_and_drop_old_detail(leiden):
    """A year that was mistyped: every night until then would be 'history', and the detail of this year too old to keep."""
    search()
    first = count()
    for ahead, is_counted in ((366, False), (MOST_AHEAD + 1, False), (MOST_AHEAD, True)):
        day = today() + dt.timedelta(ahead)
        assert count(day=day, dry_run=True).pk is None  # a trial of any day does no harm
        if is_counted:
            assert count(day=day).day == day
            continue
        with pytest.raises(RuleError) as refused:
            count(day=day)
        assert refused.value.code == "count_ahead"
        assert ShortageSnapshot.objects.get() == first
    with pytest.raises(CommandError, match="Klopt het jaar"):
        call_command("count_shortage", date=today() + dt.timedelta(400))


def test_a_missed_night_stays_missing_and_yesterday_is_not_made_up_from_today(leiden):
    yesterday = today() - dt.timedelta(1)
    with pytest.raises(RuleError) as refused:
        count(day=yesterday)
    assert refused.value.code == "count_is_past"
    with at(yesterday):
        kept = count(day=yesterday)
    assert count(day=yesterday) == kept  # what was counted that night is told
    with pytest.raises(RuleError):
        count(day=yesterday, again=True)
    assert count(day=yesterday, dry_run=True).pk is None
    assert ShortageSnapshot.objects.get() == kept


def test_an_empty_platform_counts_nothing():
    found = count()
    assert (found.status, found.counts["students"], found.counts["shortage"]) == (SnapshotStatus.DONE, 0, 0)


def test_command_says_what_was_counted_and_that_it_was_done_before(leiden):
    search()
    assert "1 studenten, 0 geplaatst" in said("count_shortage")
    assert "was al gedaan" in said("count_shortage")


def test_the_nightly_job_counts_today_and_a_day_that_is_asked(leiden):
    search()
    first = tasks.count_shortage()
    assert ShortageSnapshot.objects.get(pk=first).day == today()
    tomorrow = today() + dt.timedelta(1)
    assert ShortageSnapshot.objects.get(pk=tasks.count_shortage(tomorrow.isoformat())).day == tomorrow


def test_extra_places_are_ranked_with_a_chain_of_gemeenten(leiden):
    for _ in range(3):
        search()
    found = count()
    region = Region.objects.get(kind="corop")
    lever = Lever.objects.get(snapshot=found, kind=LeverKind.PLACE, region=region)
    assert (lever.gain, lever.steps, lever.direct, lever.year, lever.days) == (1, 3, 3, 2, 31)
    assert lever.example == {"length": 1, "chain": ["Leiden"]}
    assert Lever.objects.filter(kind=LeverKind.PLACE, region__kind="province").count() == 1
    positions = Lever.objects.filter(school=None).values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))


def test_supervision_helps_where_it_is_what_lacks(leiden):
    short = vacancy(places=3, room=1)
    for _ in range(3):
        search()
    lever = Lever.objects.get(snapshot=count(), kind=LeverKind.SUPERVISION, region__kind="corop")
    assert (lever.team, lever.gain, lever.steps, lever.amount) == (short.team, 1, 2, 4)


def test_school_hears_what_another_weekday_a_longer_way_and_another_leerjaar_would_do(leiden):
    school = f.SchoolFactory()
    programme = f.ProgrammeFactory(school=school)
    there = f.PostcodeFactory(pc4="2405", place="Alphen", latitude=52.14, longitude=4.66)  # about 11 km
    vacancy(places=1, weekdays=0b11, days_per_week=2)  # Monday and Tuesday
    vacancy(places=2, team__location__postcode=there)
    vacancy(places=1, years=0b100)
    search(student__programme=programme, weekdays=0b101, max_distance_km=8)
    search(student__programme=programme, weekdays=0b101, max_distance_km=8)
    levers = Lever.objects.filter(snapshot=count(), school=school)
    weekday, travel, year = (levers.get(kind=k) for k in (LeverKind.WEEKDAY, LeverKind.TRAVEL, LeverKind.YEAR))
    assert (weekday.days, weekday.gain, weekday.amount) == (0b10, 1, 2)
    assert (travel.amount, travel.gain) == (5, 2)
    assert (year.year, year.example, year.gain) == (2, {"as_year": 3}, 1)


def test_what_if_promises_what_counting_with_those_places_then_finds(leiden):
    # One place fits everybody; two students can come on Thursday only, and the new place is on Thursday.
    thursday = 0b1000
    vacancy(places=2, weekdays=31, days_per_week=1)
    for days in (thursday, thursday, 31, 31, 0b1):
        search(weekdays=days, days_per_week=1)
    before = count()
    crebo = f.QualificationFactory()
    asked = {"snapshot": before, "region": Region.objects.get(kind="corop"), "qualification": crebo, "year": 2}
    answer = what_if(**asked, days=thursday, places=9)
    assert (answer.placed, answer.upto, answer.straight + answer.moving_on) == (3, 3, 3)
    assert what_if(**asked, days=thursday, places=1).placed == 1
    assert what_if(**asked, days=thursday, places=1).upto is None
    vacancy(places=answer.placed, weekdays=thursday, days_per_week=1)
    after = count(again=True)
    assert before.counts["shortage"] - after.counts["shortage"] == answer.placed


def test_what_if_of_supervision_and_of_a_school_promise_what_the_levers_say(leiden):
    short = vacancy(places=3, room=1)
    mine = search(student__year=1)
    for _ in range(3):
        search()
    found = count()
    answer = services.more_supervision(snapshot=found, team=short.team, students=5)
    assert (answer.placed, answer.upto) == (2, 2)
    assert services.more_supervision(snapshot=found, team=f.TeamFactory(), students=5).placed == 0
    year = services.as_another_year(snapshot=found, school=mine.student.school, year=1, as_year=2)
    assert (year.students, year.placed) == (1, 0)  # the team is full: it would be somebody else's place
    assert services.another_weekday(snapshot=found, school=mine.student.school, day=32).placed == 0
    assert services.longer_way(snapshot=found, school=mine.student.school, kilometres=5).placed == 0


def test_what_if_refuses_what_makes_no_sense(leiden):
    search()
    found = count()
    good = {"region": Region.objects.get(kind="corop"), "qualification": f.QualificationFactory(), "year": 2}
    for wrong in (
        {"days": 31, "places": 0},
        {"days": 0, "places": 1},
        {"days": 31, "places": 1, "year": 9},
        {"days": 31, "places": 1, "region": None},
        {"days": 31, "places": 1, "region": -5},
    ):
        with pytest.raises(RuleError):
            what_if(**{"snapshot": found, **good, **wrong})
    unknown = f.QualificationFactory(crebo="25999", name="Iets anders")
    assert what_if(snapshot=found, **good | {"qualification": unknown}, days=31, places=3).placed == 0
    old = ShortageSnapshot.objects.create(day=SINCE, definition=1, status=SnapshotStatus.DONE)
    with pytest.raises(RuleError) as gone:
        what_if(snapshot=old, **good, days=31, places=1)
    assert gone.value.code == "what_if_gone"


def test_detail_of_old_nights_goes_but_mondays_firsts_of_six_years_and_all_totals_stay():
    day = dt.date(2026, 11, 23)
    # A Monday, a first, 95 days ago, and the first Monday of the oldest period the forecast looks at.
    kept = {dt.date(2026, 7, 6), dt.date(2026, 7, 1), dt.date(2026, 8, 20), dt.date(2021, 2, 1)}
    gone = {dt.date(2026, 7, 7), dt.date(2026, 6, 30), dt.date(2020, 11, 16), dt.date(2020, 11, 1)}
    search(student__year=1)
    real = count(day=today())
    cell = DemandCell.objects.get()
    for old in kept | gone:
        snapshot = ShortageSnapshot.objects.create(day=old, definition=1, status="done", counts=real.counts)
        cell.pk, cell.snapshot = None, snapshot
        cell.save()
    ShortageSnapshot.objects.filter(pk=real.pk).update(day=day)
    assert services.drop_old_detail(day=day, dry_run=True) == 4
    assert services.drop_old_detail(day=day) == 4
    assert services.drop_old_detail(day=day) == 0
    assert set(DemandCell.objects.values_list("snapshot__day", flat=True)) == kept | {day}
    assert ShortageSnapshot.objects.count() == 9


def test_invented_weeks_of_the_demo_obey_the_same_sums(leiden):
    vacancy(places=3, places_taken=1, pool__taken=1)
    search(status=SearchStatus.PLACED)
    for n in range(12):
        search(weekdays=31 if n % 3 else 3)
    f.ApplicationFactory(status=ApplicationStatus.INVITED)
    real = count()
    assert demo.invent_weeks(real, weeks=10) == 10
    weeks = ShortageSnapshot.objects.exclude(pk=real.pk)
    assert weeks.count() == 10
    assert all(week.counts["demo"] for week in weeks)
    assert ShortageSnapshot.objects.newest() == real
    ours = {
        "structural shortage",
        "certificate",
        "students of all groups",
        "no group",
        "no more places",
        "a cell",
        "only the newest",
    }
    broken = [finding.invariant.name for finding in check_all() if finding.broken]
    assert not [name for name in broken if any(part in name for part in ours)]


def test_every_word_of_the_count_has_its_definition():
    keys = {d.key for d in definitions.definitions()}
    cells = {f.name for f in DemandCell._meta.fields} | {f.name for f in SupplyCell._meta.fields}
    assert cells & keys == {
        "students", "placed", "talking", "open", "applying", "silent", "without_fit", "competing", "structural",
        "places", "taken", "held", "free", "vacant", "unused", "blocked",
    }  # fmt: skip
    assert all(str(d.sentence).endswith(".") and str(d.exact).endswith(".") for d in definitions.definitions())
    assert definitions.definition("structural").term == "structureel tekort"
    with pytest.raises(KeyError):
        definitions.definition("structural", version=99)


def said(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()
