"""From a promise to a vacancy and a student: suggestions, confirming, states that follow, the funnel, and asking again."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from organisations.enums import Weekday
from placements import services as placing
from placements.enums import ApplicationStatus, PlacementStatus, VacancyStatus
from placements.models import Application, Placement, Vacancy
from roadshows.models import Pledge, PledgeLink, Roadshow
from roadshows.pledge_enums import LinkStatus, PledgeStatus
from roadshows.selectors import STAGES, funnel
from roadshows.services import pledge_links, pledges
from roadshows.services.pledge_questions import (
    LAPSE_AFTER_DAYS,
    MONTHS,
    due_months,
    forget_pledges,
    month_later,
    pledge_night,
)
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.roadshows.pledges.cast import DAY, EMAIL, link_in_mail, moment, place_student, promise

pytestmark = pytest.mark.django_db


def _status(pledge: Pledge) -> str:
    return Pledge.objects.values_list("status", flat=True).get(pk=pledge.pk)


def _place(vacancy: Vacancy) -> None:
    """Count one place as taken, as `accept_offer` does."""
    Vacancy.objects.filter(pk=vacancy.pk).update(places_taken=1)


# --- suggesting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"years": 0b001}, False),
        ({"years": 0b111}, True),
        ({"weekdays": int(Weekday.SATURDAY)}, False),
        ({"promised_on": dt.timedelta(days=1)}, False),
        ({"status": "withdrawn"}, False),
        ({"confirmed_at": None}, False),
        ({"kind": "inventory"}, False),
    ],
)
def test_a_vacancy_is_suggested_when_nothing_contradicts_it(change, fits, roadshow, organiser, organisation, vacancy):
    pledge = promise(roadshow, organiser, organisation, years=0b010, weekdays=int(Weekday.MONDAY))
    PledgeLink.objects.all().delete()
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_from=today(), years=0b110, weekdays=0b00011)
    if "promised_on" in change:
        change = {"promised_on": today() + change["promised_on"]}
    if change.get("status") == "withdrawn":
        change |= {"ended_on": today(), "status_reason": "Verhuisd"}
    Pledge.objects.filter(pk=pledge.pk).update(**change)
    assert pledge_links.suggest_links(pledges=Pledge.objects.all()) == int(fits)
    assert pledge_links.suggest_links(pledges=Pledge.objects.all()) == 0


def test_other_period_team_and_organisation_are_not_suggested(
    roadshow, organiser, organisation, vacancy, other_vacancy
):
    Vacancy.objects.update(publish_from=today())
    later = f.PeriodFactory(
        slug="veel-later", starts_on=today() + dt.timedelta(days=900), ends_on=today() + dt.timedelta(days=1000)
    )
    promise(roadshow, organiser, organisation, period=later)
    assert not PledgeLink.objects.exists()
    pledge = promise(roadshow, organiser, organisation, number=3)
    assert [link.vacancy for link in pledge.links.all()] == [vacancy]
    PledgeLink.objects.all().delete()
    other_team = f.TeamFactory(organisation=organisation)
    pledges.give_to_team(pledge=pledge, team=other_team, actor=organiser)
    assert pledge_links.suggest_links(pledges=Pledge.objects.filter(pk=pledge.pk)) == 0


def test_publishing_suggests_it_at_once_and_a_rejected_one_never_comes_back(
    roadshow, organiser, organisation, vacancy, broker, team_lead
):
    placing.unpublish_vacancy(vacancy=vacancy, actor=broker)
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_from=None)
    pledge = promise(roadshow, organiser, organisation)
    assert not pledge.links.exists()
    _publish(vacancy, broker)
    link = pledge.links.get()
    assert (link.status, _status(pledge)) == (LinkStatus.SUGGESTED, PledgeStatus.PROMISED)
    pledge_links.unlink_vacancy(pledge=pledge, vacancy=vacancy, actor=broker)
    pledge_links.suggest_links(pledges=Pledge.objects.all())
    assert pledge.links.get().status == LinkStatus.REJECTED


def _publish(vacancy: Vacancy, broker) -> None:
    vacancy.organisation.vacancy_agreement = False
    vacancy.organisation.save()
    vacancy.refresh_from_db()
    if not vacancy.qualifications.exists():
        vacancy.qualifications.add(f.QualificationFactory())
    if not vacancy.target_groups.exists():
        vacancy.target_groups.add(f.TargetGroupFactory())
    placing.publish_vacancy(vacancy=vacancy, actor=broker)


# --- confirming ---------------------------------------------------------------------------------------


def test_only_the_organiser_and_the_own_broker_say_that_it_belongs(
    roadshow, organiser, other_organiser, organisation, vacancy, other_vacancy, broker, other_broker
):
    pledge = promise(roadshow, organiser, organisation)
    for stranger in (other_organiser, other_broker):
        with pytest.raises(PermissionDenied):
            pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=stranger)
        with pytest.raises(PermissionDenied):
            pledge_links.unlink_vacancy(pledge=pledge, vacancy=vacancy, actor=stranger)
    with pytest.raises(RuleError) as error:
        pledge_links.link_vacancy(pledge=pledge, vacancy=other_vacancy, actor=organiser)
    assert error.value.code == "wrong_organisation"
    link = pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=broker)
    assert (link.status, link.decided_by, _status(pledge)) == (LinkStatus.CONFIRMED, broker, PledgeStatus.PUBLISHED)


def test_a_vacancy_comes_of_one_promise_only(roadshow, organiser, organisation, vacancy):
    first = promise(roadshow, organiser, organisation, number=1)
    second = promise(roadshow, organiser, organisation, number=2)
    pledge_links.link_vacancy(pledge=first, vacancy=vacancy, actor=organiser)
    with pytest.raises(Conflict) as error:
        pledge_links.link_vacancy(pledge=second, vacancy=vacancy, actor=organiser)
    assert error.value.code == "linked_elsewhere"
    assert pledge_links.suggest_links(pledges=Pledge.objects.all()) == 0


def test_a_vacancy_made_of_the_promise_takes_all_along(client, roadshow, organiser, organisation, vacancy, broker):
    pledge = promise(
        roadshow, organiser, organisation, number=4, years=0b100, weekdays=int(Weekday.MONDAY | Weekday.FRIDAY)
    )
    client.force_login(broker)
    page = reverse("admin:pledge", args=[pledge.public_id])
    sent = {"actie": "vacature", "vacature-team": vacancy.team.pk, "vacature-period": vacancy.period.pk}
    assert client.get(page).status_code == 200
    answer = client.post(page, sent)
    draft = pledge.links.get(status="confirmed").vacancy
    assert answer.url == reverse("admin:placements_vacancy_change", args=[draft.pk])
    assert (draft.status, draft.places, draft.years, draft.weekdays) == (VacancyStatus.DRAFT, 4, 0b100, 0b10001)
    assert _status(pledge) == PledgeStatus.STARTED
    assert not client.post(page, {**sent, "vacature-team": f.TeamFactory().pk}).has_header("Location")
    placing.update_vacancy(vacancy=draft, actor=broker, tasks="Koken met de buurt")
    _publish(draft, broker)
    assert _status(pledge) == PledgeStatus.PUBLISHED


def test_an_organiser_or_admin_makes_no_vacancy_for_somebody_else(
    roadshow, organiser, organisation, vacancy, admin_user
):
    pledge = promise(roadshow, organiser, organisation)
    for actor in (organiser, admin_user):
        with pytest.raises(PermissionDenied):
            pledge_links.draft_vacancy(pledge=pledge, team=vacancy.team, period=vacancy.period, actor=actor)


# --- the state follows --------------------------------------------------------------------------------


def test_the_state_follows_there_and_back_again(roadshow, organiser, organisation, vacancy, capacity, broker):
    pledge = promise(roadshow, organiser, organisation, number=1)
    pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=organiser)
    assert _status(pledge) == PledgeStatus.PUBLISHED
    placement = place_student(vacancy, capacity)
    assert _status(pledge) == PledgeStatus.FILLED
    placement.status = PlacementStatus.RUNNING
    placement.save()
    assert funnel([roadshow])[0].started == 1
    placement.status = PlacementStatus.ENDED_EARLY
    placement.ended_on, placement.end_reason, placement.ended_by = today(), "other", "student"
    placement.save()
    assert _status(pledge) == PledgeStatus.PUBLISHED
    placing.close_vacancy(vacancy=vacancy, actor=broker)
    assert _status(pledge) == PledgeStatus.STARTED
    again = place_student(vacancy, capacity)  # a closed vacancy keeps the students it got
    assert _status(pledge) == PledgeStatus.FILLED
    again.delete()
    assert _status(pledge) == PledgeStatus.STARTED


def test_a_promise_that_grows_is_not_filled_any_more(roadshow, organiser, organisation, vacancy, capacity):
    pledge = promise(roadshow, organiser, organisation, number=1)
    pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=organiser)
    place_student(vacancy, capacity)
    pledges.change_number(pledge=pledge, number=2, actor=organiser)
    assert _status(pledge) == PledgeStatus.PUBLISHED
    pledges.change_number(pledge=pledge, number=1, actor=organiser)
    assert _status(pledge) == PledgeStatus.FILLED


def test_what_was_withdrawn_stays_so_whatever_happens_to_the_vacancy(
    roadshow, organiser, organisation, vacancy, capacity
):
    pledge = promise(roadshow, organiser, organisation, number=1)
    pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=organiser)
    pledges.withdraw_pledge(pledge=pledge, reason="Verhuisd", actor=organiser)
    place_student(vacancy, capacity)
    assert _status(pledge) == PledgeStatus.WITHDRAWN
    assert funnel([roadshow])[0].promised == 0


def test_a_night_catches_up_what_was_written_past_the_signals(roadshow, organiser, organisation, vacancy):
    pledge = promise(roadshow, organiser, organisation)
    pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=organiser)
    Vacancy.objects.filter(pk=vacancy.pk).update(status=VacancyStatus.CLOSED)
    assert _status(pledge) == PledgeStatus.PUBLISHED
    assert pledge_night(day=today()).moved == 1
    assert _status(pledge) == PledgeStatus.STARTED


# --- the funnel ---------------------------------------------------------------------------------------


def _independent(roadshow: Roadshow) -> list[int]:
    """The same five numbers counted place by place, in another way than the program does."""
    totals = dict.fromkeys(STAGES, 0)
    for pledge in Pledge.objects.filter(roadshow=roadshow, kind="places", confirmed_at__isnull=False):
        if pledge.status == "withdrawn":
            continue
        steps: list[list[str]] = []
        for link in PledgeLink.objects.filter(pledge=pledge, status="confirmed"):
            vacancy = link.vacancy
            students = [
                "started" if one.status in ("running", "finished") else "filled"
                for one in Placement.objects.filter(vacancy=vacancy).exclude(status="ended_early")
            ]
            talks = Application.objects.filter(
                vacancy=vacancy, status__in=["invited", "second_round", "reserve", "offered"]
            ).count()
            seats = sorted(students, key=lambda word: word != "started") + ["in_conversation"] * talks
            seats += ["published"] * vacancy.places
            steps.append(seats[: vacancy.places] if vacancy.status == "published" else students[: vacancy.places])
        order = ["started", "filled", "in_conversation", "published"]
        seats = sorted(itertools.chain(*steps), key=order.index)
        for stage in STAGES:
            if stage == "promised":
                totals[stage] += pledge.number
            else:
                reached = order[: order.index(stage) + 1]
                totals[stage] += min(pledge.number, sum(seat in reached for seat in seats))
    return [totals[stage] for stage in STAGES]


def test_the_funnel_is_what_one_counts_by_hand(
    roadshow, organiser, organisation, vacancy, capacity, other_organisation, other_vacancy
):
    Vacancy.objects.filter(pk=vacancy.pk).update(places=2)
    big = promise(roadshow, organiser, organisation, number=3)
    pledge_links.link_vacancy(pledge=big, vacancy=vacancy, actor=organiser)
    place_student(vacancy, capacity, status=PlacementStatus.RUNNING)
    f.ApplicationFactory(vacancy=vacancy, status=ApplicationStatus.INVITED)
    f.ApplicationFactory(vacancy=vacancy, status=ApplicationStatus.RESERVE)
    small = promise(roadshow, organiser, other_organisation, number=1)
    pledge_links.link_vacancy(pledge=small, vacancy=other_vacancy, actor=organiser)
    promise(roadshow, organiser, number=5)  # nobody linked it yet
    lapsed = promise(roadshow, organiser, number=2)
    Pledge.objects.filter(pk=lapsed.pk).update(status="lapsed", ended_on=today())
    away = promise(roadshow, organiser, number=7)
    pledges.withdraw_pledge(pledge=away, reason="Verhuisd", actor=organiser)
    promise(roadshow, organiser, number=9, kind="guest_lesson")
    row = funnel([roadshow])[0]
    assert [row.at(stage) for stage in STAGES] == _independent(roadshow) == [11, 3, 2, 1, 1]
    assert row.lapsed == 2
    for stage in STAGES:
        assert sum(line.at(stage) for line in row.rows(stage)) == row.at(stage)
    assert [line.pledge for line in row.rows("filled")] == [big]


def test_the_funnel_per_roadshow_region_and_organisation_adds_up_to_the_whole(
    roadshow, organiser, partner, organisation, other_organisation
):
    from roadshows import services
    from stagematch.regions.models import Region

    region = Region.objects.create(kind="corop", code="NL998", name="Ergens", valid_from=f.LONG_AGO)
    second = services.create_roadshow(organisation=partner, title="Nog een", actor=organiser, region=region)
    for show, host, number in (
        (roadshow, organisation, 2),
        (roadshow, other_organisation, 1),
        (second, organisation, 4),
    ):
        promise(show, organiser, host, number=number)
    both = Roadshow.objects.filter(pk__in=[roadshow.pk, second.pk])
    assert {row.label: row.promised for row in funnel(both, by="organisation")} == {
        organisation.name: 6,
        other_organisation.name: 1,
    }
    assert [row.promised for row in funnel(both, by="roadshow")] == [4, 3]
    assert [(row.label, row.promised) for row in funnel(both, by="region")] == [
        ("Ergens", 4),
        ("regio niet bekend", 3),
    ]
    assert funnel(both)[0].promised == 7


def test_the_funnel_asks_the_same_number_of_questions_for_one_and_for_many(
    roadshow, organiser, organisation, vacancy, django_assert_num_queries
):
    for total in (1, 4):
        while Pledge.objects.count() < total:
            pledge = promise(roadshow, organiser, organisation, number=Pledge.objects.count() + 1)
            extra = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, title=f"Plek {pledge.pk}")
            pledge_links.link_vacancy(pledge=pledge, vacancy=extra, actor=organiser)
        with django_assert_num_queries(2):
            funnel([roadshow], by="organisation")


# --- asking again -------------------------------------------------------------------------------------


def _asked() -> int:
    return OutgoingMail.objects.filter(template="pledge_question").count()


def test_a_promise_is_asked_after_1_3_6_and_12_months_and_lapses_a_month_later(roadshow, organiser):
    pledge = promise(roadshow, organiser, day=DAY)
    seen = []
    for days in range(500):
        day = DAY + dt.timedelta(days=days)
        with at(moment(day)):
            before = _asked()
            pledge_night(day=day)
            if _asked() > before:
                seen.append(day)
    assert seen == [month_later(DAY, months) for months in MONTHS]
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.LAPSED
    assert pledge.ended_on == seen[-1] + dt.timedelta(days=LAPSE_AFTER_DAYS)


def test_running_twice_asks_once_and_a_dry_run_asks_nobody(roadshow, organiser, capsys):
    promise(roadshow, organiser, day=DAY)
    day = month_later(DAY, 1)
    call_command("pledge_night", "--date", day.isoformat(), "--dry-run")
    assert "pledges asked after: 1" in capsys.readouterr().out
    assert _asked() == 0
    call_command("pledge_night", "--date", day.isoformat())
    call_command("pledge_night", "--date", day.isoformat())
    assert _asked() == 1


def test_missed_nights_are_made_up_for_with_one_mail(roadshow, organiser):
    promise(roadshow, organiser, day=DAY)
    for add in (0, 1, 2):
        with at(moment(month_later(DAY, 7) + dt.timedelta(days=add))):
            pledge_night(day=month_later(DAY, 7) + dt.timedelta(days=add))
    assert _asked() == 1
    assert Pledge.objects.get().asked_months == 6


@pytest.mark.parametrize("end", ["filled", "withdrawn", "lapsed", "silent", "unconfirmed"])
def test_nobody_is_asked_about_what_is_over(end, roadshow, organiser):
    pledge = promise(roadshow, organiser, day=DAY)
    change = {
        "filled": {"status": "filled", "filled_on": DAY, "kind": "guest_lesson"},
        "withdrawn": {"status": "withdrawn", "ended_on": DAY, "status_reason": "Verhuisd"},
        "lapsed": {"status": "lapsed", "ended_on": DAY},
        "silent": {"is_silent": True},
        "unconfirmed": {"confirmed_at": None},
    }[end]
    Pledge.objects.filter(pk=pledge.pk).update(**change)
    for months in MONTHS:
        with at(moment(month_later(DAY, months))):
            pledge_night(day=month_later(DAY, months))
    assert _asked() == 0


def test_who_just_answered_is_left_alone_and_who_said_later_is_asked_later(roadshow, organiser):
    pledge = promise(roadshow, organiser, day=DAY)
    first = month_later(DAY, 1)
    with at(moment(first - dt.timedelta(days=3))):
        pledges.answer_pledge(pledge=pledge, answer="busy", actor=organiser)
    with at(moment(first)):
        pledge_night(day=first)
    assert _asked() == 0
    rested = first + dt.timedelta(days=11)
    with at(moment(rested)):
        pledge_night(day=rested)
    assert _asked() == 1
    with at(moment(rested + dt.timedelta(days=1))):
        pledges.answer_pledge(pledge=pledge, answer="later", actor=organiser)
    again = rested + dt.timedelta(days=31)
    for day in (again - dt.timedelta(days=1), again, again + dt.timedelta(days=1)):
        with at(moment(day)):
            pledge_night(day=day)
    assert _asked() == 2


def test_a_place_that_is_online_does_not_lapse(roadshow, organiser, organisation, vacancy):
    pledge = promise(roadshow, organiser, organisation, number=2, day=DAY)
    pledge_links.link_vacancy(pledge=pledge, vacancy=vacancy, actor=organiser)
    for months in (12, 14):
        with at(moment(month_later(DAY, months))):
            pledge_night(day=month_later(DAY, months))
    assert _status(pledge) == PledgeStatus.PUBLISHED


def test_each_answer_is_one_button_of_the_mail(client, roadshow, organiser):
    pledge = promise(roadshow, organiser, number=2, day=DAY)
    day = month_later(DAY, 1)
    with at(moment(day)):
        pledge_night(day=day)
        page = link_in_mail("pledge_question")
        client.get(page)
        assert _status(pledge) == PledgeStatus.PROMISED
        client.post(page, {"antwoord": "bezig"})
        assert _status(pledge) == PledgeStatus.STARTED
        client.post(page, {"antwoord": "aantal", "aantal-number": "5"})
        assert Pledge.objects.get().number == 5
        assert client.post(page, {"antwoord": "niet", "niet-reason": ""}).status_code == 422
        client.post(page, {"antwoord": "later"})
        assert Pledge.objects.get().ask_again_on == day + dt.timedelta(days=30)
        client.post(page, {"antwoord": "aanbod", "aanbod-reason": "Meedraaien in het restaurant"})
        assert OutgoingMail.objects.get(template="pledge_offer").to_email == organiser.email
        client.post(page, {"antwoord": "niet", "niet-reason": "Geen begeleider"})
        assert _status(pledge) == PledgeStatus.WITHDRAWN
        client.post(page, {"antwoord": "bezig"})
        assert _status(pledge) == PledgeStatus.WITHDRAWN
    said = pledge.steps.filter(kind="answer").values_list("answer", flat=True)
    assert list(said) == ["busy", "number", "later", "offer", "not"]


def test_who_does_not_want_to_be_asked_says_so_with_one_button(client, roadshow, organiser):
    promise(roadshow, organiser)
    client.post(link_in_mail("pledge_noted"), {"antwoord": "stop"})
    assert Pledge.objects.get().is_silent


def test_the_link_of_one_promise_changes_no_other(roadshow, organiser):
    from stagematch.links.models import SecretLink

    first, second = promise(roadshow, organiser, number=1), promise(roadshow, organiser, number=2)
    link = SecretLink.objects.get(object_id=first.pk, purpose="pledge")
    with pytest.raises(PermissionDenied):
        pledges.withdraw_pledge(pledge=second, reason="Kwaad", actor=None, link=link)


def test_without_a_contact_the_brokers_are_asked_on_their_own_page(roadshow, organiser, organisation, broker):
    promise(roadshow, organiser, organisation, day=DAY, contact_email="")
    day = month_later(DAY, 1)
    with at(moment(day)):
        pledge_night(day=day)
    mail = OutgoingMail.objects.get(template="pledge_question")
    assert mail.to_email == broker.email
    assert "/beheer/toezeggingen/" in mail.body_text
    assert mail.topic == "pledges"


def test_months_end_where_a_month_is_short():
    assert month_later(dt.date(2027, 1, 31), 1) == dt.date(2027, 2, 28)
    assert month_later(dt.date(2027, 11, 30), 3) == dt.date(2028, 2, 29)
    assert month_later(dt.date(2027, 3, 31), -1) == dt.date(2027, 2, 28)
    pledge = Pledge(promised_on=dt.date(2027, 1, 31), asked_months=0)
    assert [due_months(pledge, dt.date(2027, 2, day)) for day in (27, 28)] == [0, 1]


# --- forgetting ---------------------------------------------------------------------------------------


def test_contacts_are_wiped_when_it_is_over_and_loose_promises_go(roadshow, organiser):
    over = promise(roadshow, organiser, day=DAY)
    pledges.withdraw_pledge(pledge=over, reason="Verhuisd", actor=organiser)
    Pledge.objects.filter(pk=over.pk).update(ended_on=DAY)
    old = promise(roadshow, organiser, number=3, day=DAY, note="Bel mij")
    with at(moment(DAY)):
        loose = pledges.record_pledge(
            roadshow=roadshow, organisation_name="Grap", number=1, contact_email="grap@mail.example"
        )
    soon = DAY + dt.timedelta(days=90)
    assert forget_pledges(day=soon, dry_run=True) == 2
    assert forget_pledges(day=soon) == 2
    assert forget_pledges(day=soon) == 0
    over.refresh_from_db()
    old.refresh_from_db()
    assert (over.contact_email, old.contact_email) == ("", EMAIL)
    assert not Pledge.objects.filter(pk=loose.pk).exists()
    forget_pledges(day=DAY + dt.timedelta(days=460))
    old.refresh_from_db()
    assert (old.contact_email, old.note, old.number) == ("", "", 3)


def test_a_person_gets_and_loses_what_was_kept_of_them(roadshow, organiser, student):
    from roadshows.pledge_hooks import exported
    from students.services import delete_person, export_person

    pledge = promise(roadshow, organiser, contact_email=student.email, contact_name="Samira")
    assert exported(student)[str(pledge.public_id)]["naam"] == "Samira"
    assert "toezeggingen" in export_person(user=student)["gegevens"]
    delete_person(user=student)
    pledge.refresh_from_db()
    assert (pledge.contact_email, pledge.contact_name) == ("", "")
    assert now() > pledge.created_at
