"""Rounds of the inventory: who asks whom, the answer and its changes, the chase list, and room out of a yes."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from organisations.enums import InventoryChoice, NoReason, Role
from organisations.inventory import selectors, services
from organisations.inventory.prefill import USUAL_PLACES, prefill_for, previous_period
from organisations.models import (
    InventoryAnswer,
    InventoryRequest,
    InventoryRound,
    Membership,
    SupervisorCapacity,
    TeamCapacity,
)
from placements.models import Vacancy
from placements.services import run_retention, send_reminders
from stagematch.clock import at, now, today
from stagematch.links.models import LinkState, SecretLink
from stagematch.ui.errors import Conflict, RuleError
from students.services import delete_person, export_person
from tests import factories as f
from tests.organisations.inventory.steps import days, give, link_in, mails

pytestmark = pytest.mark.django_db


# --- opening ----------------------------------------------------------------------------------------------


def test_a_round_asks_every_active_team_and_mails_its_teamcoaches(opened, asked, unreached, team_lead):
    assert opened.requests.count() == 2
    mail = mails("inventory_request")
    assert [one.to_email for one in mail] == [team_lead.email]
    assert "Team Noord" in mail[0].subject
    link = SecretLink.objects.get()
    assert (link.subject, link.user, link.expires_at) == (asked, team_lead, opened.ends_at)
    asked.refresh_from_db()
    assert asked.last_mailed_on == today()
    assert unreached.last_mailed_on is None


def test_inactive_teams_are_not_asked(organisation, broker, team_lead, team_south, period):
    team_south.is_active = False
    team_south.save()
    opened = services.open_round(owner=organisation, period=period, closes_on=days(20), actor=broker)
    assert [r.team_id for r in opened.requests.all()] != [team_south.pk]
    assert opened.requests.count() == 1


@pytest.mark.parametrize("who", ["other_broker", "team_lead", "coordinator", "student", "admin_user"])
def test_only_the_own_stagemakelaar_opens_a_round(who, organisation, team_lead, period, request):
    with pytest.raises(PermissionDenied):
        services.open_round(owner=organisation, period=period, closes_on=days(20), actor=request.getfixturevalue(who))


def test_a_round_is_once_per_period_and_lasts_from_tomorrow_to_120_days(opened, organisation, broker, period):
    def refusal(**changes) -> str:
        values = {"owner": organisation, "period": f.PeriodFactory(slug="later"), "closes_on": days(20)} | changes
        with pytest.raises(RuleError) as refused:
            services.open_round(actor=broker, **values)
        return refused.value.code

    assert refusal(period=period) == "already_open"
    assert refusal(closes_on=today()) == "closes_too_soon"
    assert refusal(closes_on=days(121)) == "closes_too_late"
    past = f.PeriodFactory(slug="voorbij", starts_on=days(-200), ends_on=days(-20))
    assert refusal(period=past) == "period_over"


def test_who_had_a_contact_address_last_time_is_mailed_there_again(opened, unreached, organisation, broker):
    services.set_contact(request=unreached, email="Zuid@voorbeeld.example", actor=broker)
    later = f.PeriodFactory(slug="later", starts_on=days(300), ends_on=days(450))
    services.open_round(owner=organisation, period=later, closes_on=days(20), actor=broker)
    assert [m.to_email for m in mails("inventory_request")].count("zuid@voorbeeld.example") == 2


# --- a school asks its region -----------------------------------------------------------------------------


def test_a_school_asks_the_teams_in_its_region_that_were_not_asked_yet(
    region, opened, school, coordinator, other_vacancy, period, organisation
):
    f.TeamFactory(organisation=organisation, name="Team Oost")
    round_ = services.open_round(owner=school, period=period, closes_on=days(20), actor=coordinator)
    assert [r.team.name for r in round_.requests.select_related("team")] == ["Team Oost"]
    with pytest.raises(PermissionDenied):
        services.open_round(owner=organisation, period=period, closes_on=days(20), actor=coordinator)


def test_a_school_with_nobody_left_to_ask_opens_nothing(region, opened, school, coordinator, period):
    with pytest.raises(RuleError) as refused:
        services.open_round(owner=school, period=period, closes_on=days(20), actor=coordinator)
    assert refused.value.code == "nobody_to_ask"
    assert not InventoryRound.objects.filter(owner=school).exists()


def test_a_school_counts_per_organisation_in_its_region(region, asked, team_lead, coordinator, period, other_vacancy):
    give(asked, team_lead, places=3)
    requests = selectors.requests_in_region(coordinator, period)
    row: Any = selectors.organisation_rows(requests).get()
    assert (row.name, row.asked, row.answered, row.yes, row.places_yes) == ("Buurthuis De Kade", 2, 1, 1, 3)
    assert (row.maybe, row.no, row.arranged, row.places_maybe) == (0, 0, 0, 0)


# --- prefilled --------------------------------------------------------------------------------------------


def test_without_a_past_the_form_suggests_two_places(unreached):
    assert prefill_for(unreached).values == {"places": USUAL_PLACES}


def test_without_an_answer_last_year_the_room_of_then_is_filled_in(asked, capacity, period):
    before = f.PeriodFactory(slug="toen", starts_on=days(-300), ends_on=days(-150))
    pool = f.TeamCapacityFactory(team=asked.team, period=before, places=4)
    f.SupervisorCapacityFactory(pool=pool, supervisor=capacity.supervisor, hours_per_week=6)
    known = prefill_for(asked)
    assert known.source == before.name
    assert known.values == {"places": 4, "hours_per_week": 6, "supervisors": [capacity.supervisor_id]}


def test_last_years_answer_is_filled_in_but_not_its_reasons(asked, broker, team_lead, organisation, supervisor):
    guide = Membership.objects.get(user=supervisor)
    before = f.PeriodFactory(slug="toen", starts_on=asked.period.starts_on - dt.timedelta(days=365), ends_on=days(-100))
    round_ = InventoryRound.objects.create(owner=organisation, period=before, closes_on=days(-200), opened_by=broker)
    old = InventoryRequest.objects.create(round=round_, team=asked.team, period=before)
    answer = InventoryAnswer.objects.create(
        request=old, choice="yes", places=3, hours_per_week=5, needed="Een begeleider erbij", note="Tot volgend jaar"
    )
    answer.supervisors.set([guide])
    known = prefill_for(asked)
    assert (known.choice, known.source) == ("yes", before.name)
    assert known.values["places"] == 3
    assert known.values["supervisors"] == [guide.pk]
    assert known.values["needed"] == "Een begeleider erbij"
    assert known.values["note"] == ""
    assert previous_period(asked.period) == before
    counts = selectors.same_teams_before(InventoryRequest.objects.filter(round=asked.round), before)
    assert counts is not None
    assert (counts.asked, counts.places_yes) == (1, 3)


# --- answering --------------------------------------------------------------------------------------------


def test_an_answer_is_kept_thanked_for_and_can_change_until_the_round_closes(asked, team_lead, broker):
    give(asked, team_lead, hours_per_week=4, needed="Een extra begeleider")
    thanks = mails("inventory_thanks", team_lead)
    assert "ja, 2 plekken, 4 uur begeleiding per week" in thanks[0].body_text
    give(asked, team_lead, InventoryChoice.NO, reasons=int(NoReason.NO_GUIDE | NoReason.WORKLOAD), note="Te druk")
    answer = InventoryAnswer.objects.get()
    assert (answer.choice, answer.places, answer.hours_per_week) == ("no", 0, None)
    assert answer.reason_words == ["geen begeleider", "te druk in het team"]
    assert answer.changed_at > answer.answered_at
    services.close_round(round_=asked.round, actor=broker)
    with pytest.raises(Conflict) as refused:
        give(asked, team_lead)
    assert refused.value.code == "round_closed"
    with pytest.raises(Conflict):
        services.close_round(round_=asked.round, actor=broker)
    services.move_closing(round_=asked.round, closes_on=days(3), actor=broker)
    assert give(asked, team_lead).choice == "yes"


def test_after_the_last_day_nothing_changes_any_more(asked, team_lead):
    with at(now() + dt.timedelta(days=29)), pytest.raises(Conflict):
        give(asked, team_lead)


def test_a_yes_has_a_place(asked, team_lead):
    with pytest.raises(RuleError) as refused:
        give(asked, team_lead, places=0)
    assert refused.value.code == "no_places"


@pytest.mark.parametrize("who", ["other_broker", "broker", "coordinator", "student", "supervisor"])
def test_only_the_own_teamcoach_answers_when_signed_in(who, asked, request):
    with pytest.raises(PermissionDenied):
        give(asked, request.getfixturevalue(who))


def test_praktijkbegeleiders_of_another_organisation_are_left_out(asked, team_lead, supervisor, other_organisation):
    stranger = f.MembershipFactory(organisation=other_organisation, role=Role.SUPERVISOR)
    own = Membership.objects.get(user=supervisor)
    answer = give(asked, team_lead, supervisors=[own, stranger])
    assert list(answer.supervisors.all()) == [own]


# --- counting ---------------------------------------------------------------------------------------------


def test_answers_places_hours_and_reasons_are_counted(opened, organisation, asked, unreached, team_lead, admin_user):
    for number, reasons in enumerate((NoReason.NO_GUIDE, NoReason.NO_GUIDE | NoReason.NO_HOURS)):
        team = f.TeamFactory(organisation=organisation, name=f"Team {number}")
        request = InventoryRequest.objects.create(round=opened, team=team, period=opened.period)
        InventoryAnswer.objects.create(request=request, choice="no", reasons=int(reasons))
    give(asked, team_lead, places=3, hours_per_week=4)
    InventoryAnswer.objects.create(request=unreached, choice="maybe", places=2, hours_per_week=9)
    counts = selectors.count(opened.requests.all())
    assert (counts.asked, counts.answered, counts.waiting) == (4, 4, 0)
    assert counts.by_choice == {"yes": 1, "maybe": 1, "no": 2}
    assert (counts.places_yes, counts.places_maybe, counts.hours) == (3, 2, 4)
    assert counts.reasons[NoReason.NO_GUIDE] == 2
    assert counts.reasons[NoReason.NO_HOURS] == 1
    bars = selectors.reason_bars(counts, None)
    assert [(bar.label, bar.number, bar.width) for bar in bars] == [
        ("geen begeleider", 2, "100.0%"),
        ("geen uren voor begeleiding", 1, "50.0%"),
    ]


# --- chasing ----------------------------------------------------------------------------------------------


def test_the_clock_reminds_after_7_and_14_days_and_never_more(asked, team_lead):
    sent = []
    for number in range(28):
        day = days(number)
        with at(day):
            run = send_reminders(day=day)
            again = send_reminders(day=day)
        assert again.inventory == 0
        sent += [number] * run.inventory
    assert sent == [7, 14]
    assert len(mails("inventory_reminder", team_lead)) == 2


def test_a_missed_week_is_made_up_for_with_one_mail(asked, team_lead):
    for day, due in ((days(15), 1), (days(16), 0)):
        with at(day):
            assert send_reminders(day=day, dry_run=True).inventory == due
            assert send_reminders(day=day).inventory == due
    assert len(mails("inventory_reminder", team_lead)) == 1


def test_the_command_takes_a_date(asked, team_lead):
    out = io.StringIO()
    call_command("send_reminders", date=days(7).isoformat(), stdout=out)
    assert "places: 1" in out.getvalue()
    assert len(mails("inventory_reminder", team_lead)) == 1


def test_who_answered_or_cannot_answer_any_more_is_not_reminded(asked, team_lead, broker):
    give(asked, team_lead)
    day = days(8)
    with at(day):
        assert send_reminders(day=day).inventory == 0
    InventoryAnswer.objects.all().delete()
    services.close_round(round_=asked.round, actor=broker)
    with at(day):
        assert send_reminders(day=day).inventory == 0


def test_the_button_reminds_once_a_day_and_the_clock_waits_for_it(asked, unreached, team_lead, broker, other_broker):
    everything = InventoryRequest.objects.all()
    six, seven, eight, nine = (days(n) for n in (6, 7, 8, 9))
    assert services.chase(requests=everything, actor=broker) == services.Chased(0, 1, 1)  # the question went out today
    with at(six):
        done = services.chase(requests=everything, actor=broker)
        assert (done.teams, done.without_address) == (1, 1)
        with pytest.raises(RuleError) as refused:
            services.chase(requests=everything.exclude(pk=unreached.pk), actor=broker)
        assert refused.value.code == "already_today"
    with at(seven):
        assert send_reminders(day=seven).inventory == 0
    with at(eight):
        assert send_reminders(day=eight).inventory == 1
    with at(nine), pytest.raises(RuleError) as refused:
        services.chase(requests=everything, actor=other_broker)
    assert refused.value.code == "nobody_waits"
    assert len(mails("inventory_reminder", team_lead)) == 2


def test_a_corrected_address_gets_the_question_and_the_old_link_stops(unreached, broker, client):
    services.set_contact(request=unreached, email="fout@voorbeeld.example", actor=broker)
    old = link_in(mails("inventory_request", "fout@voorbeeld.example")[0])
    assert client.get(old).status_code == 200
    services.set_contact(request=unreached, email="goed@voorbeeld.example", actor=broker)
    assert client.get(old).status_code == 410
    assert client.get(link_in(mails("inventory_request", "goed@voorbeeld.example")[0])).status_code == 200
    assert {link.state for link in SecretLink.objects.filter(object_id=unreached.pk)} == {
        LinkState.REVOKED,
        LinkState.LIVE,
    }


def test_an_address_is_not_needed_where_a_teamcoach_has_an_account(asked, broker, other_broker):
    with pytest.raises(RuleError) as refused:
        services.set_contact(request=asked, email="iemand@voorbeeld.example", actor=broker)
    assert refused.value.code == "has_lead"
    with pytest.raises(PermissionDenied):
        services.set_contact(request=asked, email="iemand@voorbeeld.example", actor=other_broker)


# --- room out of a yes --------------------------------------------------------------------------------------


def test_a_yes_becomes_room_and_a_concept_vacancy_with_one_button(asked, team_lead, broker, supervisor, organisation):
    period = f.PeriodFactory(slug="later", starts_on=days(300), ends_on=days(450))
    opened = services.open_round(owner=organisation, period=period, closes_on=days(20), actor=broker)
    request = opened.requests.get(team=asked.team)
    guide = Membership.objects.get(user=supervisor)
    give(request, team_lead, places=3, hours_per_week=6, supervisors=[guide], work="Samen koken")
    address = services.take_over(request=request, actor=broker)
    pool = TeamCapacity.objects.get(team=request.team, period=period)
    room = SupervisorCapacity.objects.get(pool=pool)
    assert (pool.places, room.supervisor, room.places, room.hours_per_week) == (3, guide, 3, 6)
    vacancy = Vacancy.objects.get(period=period)
    assert (vacancy.status, vacancy.places, vacancy.pool, vacancy.tasks) == ("draft", 3, pool, "Samen koken")
    assert list(vacancy.supervisors.all()) == [room]
    assert address == reverse("admin:placements_vacancy_change", args=[vacancy.pk])
    with pytest.raises(Conflict) as refused:
        services.take_over(request=request, actor=broker)
    assert refused.value.code == "taken_over"


def test_room_never_becomes_smaller_than_what_is_taken(asked, team_lead, broker, vacancy):
    TeamCapacity.objects.filter(pk=vacancy.pool_id).update(places=4, taken=3)
    give(asked, team_lead, places=1)
    services.take_over(request=asked, actor=broker)
    vacancy.pool.refresh_from_db()
    assert vacancy.pool.places == 3


@pytest.mark.parametrize("choice", [InventoryChoice.MAYBE, InventoryChoice.NO, InventoryChoice.ARRANGED])
def test_nothing_but_a_yes_becomes_room(choice, asked, team_lead, broker):
    before = list(TeamCapacity.objects.values_list("pk", "places")), Vacancy.objects.count()
    give(asked, team_lead, choice, places=3)
    with pytest.raises(RuleError) as refused:
        services.take_over(request=asked, actor=broker)
    assert refused.value.code == "not_a_yes"
    assert (list(TeamCapacity.objects.values_list("pk", "places")), Vacancy.objects.count()) == before


@pytest.mark.parametrize("who", ["other_broker", "team_lead", "coordinator", "student"])
def test_only_the_own_stagemakelaar_takes_over(who, asked, team_lead, request):
    give(asked, team_lead)
    with pytest.raises(PermissionDenied):
        services.take_over(request=asked, actor=request.getfixturevalue(who))


# --- forgetting ---------------------------------------------------------------------------------------------


def test_answers_are_forgotten_three_years_after_the_period(asked, team_lead):
    give(asked, team_lead)
    end = asked.period.ends_on
    assert run_retention(day=end + dt.timedelta(days=3 * 365)).old_inventory == 0
    late = end + dt.timedelta(days=3 * 365 + 1)
    assert run_retention(day=late, dry_run=True).old_inventory == 2
    assert run_retention(day=late).old_inventory == 2
    assert not InventoryRound.objects.exists()
    assert not InventoryAnswer.objects.exists()


def test_a_person_gets_their_answers_and_their_address_is_forgotten(unreached, asked, broker, team_lead, db):
    give(asked, team_lead, needed="Meer uren")
    told = export_person(user=team_lead)["gegevens"]["antwoorden over stageplekken"]
    assert told["gegeven"][0]["toelichting"] == "Meer uren"
    person = f.UserFactory(email="zuid@voorbeeld.example")
    services.set_contact(request=unreached, email=person.email, actor=broker)
    delete_person(user=person)
    unreached.refresh_from_db()
    assert unreached.contact_email == ""
    assert not SecretLink.objects.filter(email="zuid@voorbeeld.example").exists()


def test_the_data_holds_what_must_always_be_true(asked, team_lead, broker, supervisor):
    give(asked, team_lead, supervisors=[Membership.objects.get(user=supervisor)])
    services.take_over(request=asked, actor=broker)
    give(asked, team_lead, InventoryChoice.NO, reasons=1)
    out = io.StringIO()
    call_command("check_data", stdout=out)
    assert "0 broken" in out.getvalue()
