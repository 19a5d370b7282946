"""Talks: nobody in two at once, moved and called off kindly, known to every calendar, with an advice per decider (O6, S9)."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from organisations.enums import Role
from placements import services
from placements.enums import ApplicationStatus, InterviewStatus
from placements.free_times import grid
from placements.models import Application, Interview, InterviewBooking
from placements.services import Person
from placements.services.bookings import person_of
from placements.workspace import agenda
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import invite, slots, submit, talk


@pytest.fixture
def application(search, vacancy, broker) -> Application:
    return submit(search, vacancy)


@pytest.fixture
def proposed(application, broker) -> Interview:
    return invite(application, broker)


@pytest.fixture
def planned(proposed, student) -> Interview:
    return services.choose_slot(interview=proposed, slot=proposed.slots.first(), actor=student)


@pytest.fixture
def second(application, broker, student, team_lead) -> Interview:
    """A planned second talk, with the teamcoach and somebody without an account."""
    talk(application, broker)
    interview = invite(
        application,
        broker,
        round=2,
        slots=slots(2, days=9),
        participants=[Person(user=team_lead), Person(name="Mo Verzonnen", email="Mo@Wijk.example")],
    )
    return services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)


def refused(call, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        call(**kwargs)
    return error.value.code


def mails(template: str) -> set[str]:
    return set(OutgoingMail.objects.filter(template=template).values_list("to_email", flat=True))


# --- Nobody in two talks at once -------------------------------------------------------------------
def test_planned_talk_stands_in_everybodys_agenda(second, student, broker, team_lead):
    people = set(second.bookings.values_list("person", flat=True))
    assert people == {person_of(student), person_of(broker), person_of(team_lead), "mo@wijk.example"}
    call_command("check_data")


def test_student_is_not_in_two_talks_at_once(planned, search, other_vacancy, other_broker, student):
    other = invite(submit(search, other_vacancy), other_broker, slots=[(planned.starts_at, planned.ends_at)])
    with pytest.raises(Conflict) as error:
        services.choose_slot(interview=other, slot=other.slots.get(), actor=student)
    assert error.value.code == "student_busy"
    assert "heb je al een ander gesprek" in error.value.message


def test_host_with_another_talk_meanwhile_is_a_friendly_no(
    application, other_search, vacancy, broker, student, other_student
):
    times = slots(2)
    one, two = invite(application, broker, slots=times), invite(submit(other_search, vacancy), broker, slots=times)
    services.choose_slot(interview=one, slot=one.slots.first(), actor=student)
    assert refused(services.choose_slot, interview=two, slot=two.slots.first(), actor=other_student) == "slot_taken"
    services.choose_slot(interview=two, slot=two.slots.last(), actor=other_student)
    assert InterviewBooking.objects.count() == 4


def test_participant_of_another_talk_cannot_be_proposed(second, other_search, vacancy, broker, team_lead, organisation):
    colleague = f.MembershipFactory(organisation=organisation).user
    code = refused(
        services.invite,
        application=submit(other_search, vacancy),
        actor=colleague,
        slots=[(second.starts_at, second.ends_at)],
        where="Hier",
        participants=[Person(user=team_lead)],
    )
    assert code == "slot_taken"


def test_database_itself_keeps_a_person_out_of_two_talks(planned, search, other_vacancy, other_broker, student):
    from django.db import IntegrityError, transaction

    other = invite(submit(search, other_vacancy), other_broker)
    with pytest.raises(IntegrityError), transaction.atomic():
        InterviewBooking.objects.create(
            interview=other, person=person_of(student), starts_at=planned.starts_at, ends_at=planned.ends_at
        )


@pytest.mark.parametrize("end", ["cancel", "ask", "move", "record", "withdraw", "missed"])
def test_time_is_free_again_when_the_talk_is_over_or_off(planned, student, broker, application, end):
    start, stop = planned.starts_at, planned.ends_at
    match end:
        case "cancel":
            services.cancel_interview(interview=planned, actor=broker, reason="Ziek")
        case "ask":
            services.ask_other_times(interview=planned, actor=student, wish="Maandag")
        case "move":
            services.propose_times(interview=planned, actor=broker, slots=slots(2, days=12))
        case "record":
            services.record_interview(interview=planned, actor=broker, is_positive=True, record="Goed")
        case "withdraw":
            services.withdraw_application(application=application, actor=student)
        case "missed":
            with at(stop):
                services.record_no_show(interview=planned, actor=broker)
    assert not InterviewBooking.objects.filter(starts_at__lt=stop, ends_at__gt=start).exists()
    call_command("check_data")


# --- Other times, moving, calling off --------------------------------------------------------------
def test_student_asks_for_other_times_and_the_broker_sends_them(planned, student, broker):
    asked = services.ask_other_times(interview=planned, actor=student, wish="Maandag na 15 uur")
    assert (asked.status, asked.starts_at, asked.slots.count()) == (InterviewStatus.PROPOSED, None, 0)
    mail = OutgoingMail.objects.get(template="interview_times_asked")
    assert mail.to_user == broker
    assert "Maandag na 15 uur" in mail.body_text
    services.propose_times(interview=asked, actor=broker, slots=slots(3, days=8), message="Lukt dit?")
    assert OutgoingMail.objects.filter(template="invitation").count() == 2
    asked.refresh_from_db()
    assert (asked.wish, asked.asked_at, asked.slots.count()) == ("", None, 3)
    again = services.choose_slot(interview=asked, slot=asked.slots.first(), actor=student)
    assert again.sequence == 2


def test_asking_for_other_times_says_when(proposed, student):
    assert refused(services.ask_other_times, interview=proposed, actor=student, wish=" ") == "wish_empty"


def test_broker_moves_to_a_time_agreed_by_telephone(planned, broker, student):
    start = now() + dt.timedelta(days=6)
    moved = services.move_interview(
        interview=planned, actor=broker, starts_at=start, ends_at=start + dt.timedelta(minutes=45)
    )
    assert (moved.status, moved.starts_at, moved.sequence) == (InterviewStatus.PLANNED, start, 1)
    assert OutgoingMail.objects.filter(template="interview_planned", to_user=student).count() == 2
    assert "verplaatst" in OutgoingMail.objects.filter(template="interview_planned").latest("pk").subject


def test_broker_cannot_move_into_another_talk_of_the_student(
    planned, search, other_vacancy, other_broker, student, broker
):
    other = invite(submit(search, other_vacancy), other_broker, slots=slots(2, days=20))
    services.choose_slot(interview=other, slot=other.slots.first(), actor=student)
    other.refresh_from_db()
    code = refused(
        services.move_interview,
        interview=planned,
        actor=broker,
        starts_at=other.starts_at,
        ends_at=other.ends_at,
    )
    assert code == "student_busy"


def test_calling_off_tells_everybody_and_the_round_can_be_planned_again(second, broker, student, team_lead):
    services.cancel_interview(interview=second, actor=student, reason="Ik ben ziek")
    assert mails("interview_cancelled") == {student.email, broker.email, team_lead.email, "mo@wijk.example"}
    again = invite(second.application, broker, round=2, slots=slots(2, days=30), participants=[])
    assert again.pk != second.pk


def test_no_show_is_kind_and_leaves_the_reaction(planned, broker, student):
    assert refused(services.record_no_show, interview=planned, actor=broker) == "not_yet"
    with at(planned.ends_at + dt.timedelta(hours=1)):
        services.record_no_show(interview=planned, actor=broker, note="Belde niet af.")
    planned.refresh_from_db()
    planned.application.refresh_from_db()
    assert planned.status == InterviewStatus.MISSED
    assert planned.application.status == ApplicationStatus.INVITED
    mail = OutgoingMail.objects.get(template="interview_missed")
    assert mail.to_user == student
    assert "Er kan van alles zijn gebeurd" in mail.body_text
    assert "Belde niet af" not in mail.body_text
    assert invite(planned.application, broker, slots=slots(2, days=40)).round == 1


def test_accepting_elsewhere_takes_the_talk_out_of_every_calendar(planned, student, broker, application):
    services.change_status(application=application, to=ApplicationStatus.WITHDRAWN, actor=student)
    planned.refresh_from_db()
    assert planned.status == InterviewStatus.CANCELLED
    for mail in OutgoingMail.objects.filter(template="interview_cancelled"):
        assert "METHOD:CANCEL" in mail.calendar
    assert mails("interview_cancelled") == {student.email, broker.email}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("video_link", {"place_kind": "video", "where": "http://onveilig.example/x"}),
        ("where_missing", {"where": " "}),
        ("participants", {"participants": [Person(name="Zonder adres")]}),
        ("participants", {"participants": [Person(name=f"N{n}", email=f"n{n}@x.example") for n in range(7)]}),
    ],
)
def test_invite_refuses_a_talk_nobody_can_come_to(application, broker, code, values):
    with pytest.raises(RuleError) as error:
        invite(application, broker, **values)
    assert error.value.code == code


# --- Rounds and deciders ----------------------------------------------------------------------------
def test_second_round_has_the_teamcoach_as_decider(application, broker, team_lead):
    talk(application, broker)
    interview = invite(application, broker, round=2, slots=slots(2, days=9))
    seat = interview.participants.get()
    assert (seat.user, seat.is_decider) == (team_lead, True)


def test_round_is_not_positive_against_a_decider(second, broker, team_lead):
    seat = second.participants.get(user=team_lead)
    assert refused(services.give_advice, participant=seat, actor=team_lead, advice="negative") == "words_required"
    services.give_advice(participant=seat, actor=team_lead, advice="negative", words="De avonden lukken hier niet.")
    record = {"interview": second, "actor": broker, "record": "Goed gesprek."}
    assert refused(services.record_interview, is_positive=True, **record) == "decider_negative"
    services.give_advice(participant=seat, actor=team_lead, advice="positive")
    assert services.record_interview(is_positive=True, **record).is_positive
    assert refused(services.give_advice, participant=seat, actor=team_lead, advice="doubt", words="Toch?") == "decided"


def test_record_says_per_leerdoel_what_is_possible(planned, broker):
    goal = planned.application.learning_goals[0]
    services.record_interview(interview=planned, actor=broker, is_positive=True, record="Goed", goals={goal: "partly"})
    assert [(g.text, g.verdict) for g in planned.goals.all()] == [(goal, "partly")]
    for goals in ({"Iets anders": "possible"}, {goal: "misschien"}):
        code = refused(
            services.record_interview, interview=planned, actor=broker, is_positive=True, record="Goed", goals=goals
        )
        assert code == "goal_verdict"


# --- Free times ---------------------------------------------------------------------------------------
def test_grid_reads_agendas_and_closing_days_once(broker, organisation, django_assert_num_queries):
    with django_assert_num_queries(2):
        grid(organisation, {person_of(broker): broker.get_full_name()})


def test_grid_marks_who_is_busy_and_suggests_three_days(planned, broker, organisation):
    people = {person_of(broker): broker.get_full_name()}
    with at(timezone.localtime(planned.starts_at).replace(hour=7, minute=0) - dt.timedelta(days=4)):
        first = grid(organisation, people)
        cell = first.cells[0]
        Interview.objects.filter(pk=planned.pk).update(
            starts_at=cell.starts_at, ends_at=cell.starts_at + dt.timedelta(minutes=30)
        )
        planned.bookings.update(starts_at=cell.starts_at, ends_at=cell.starts_at + dt.timedelta(minutes=30))
        second = grid(organisation, people)
        assert second.cells[0].busy == (broker.get_full_name(),)
        assert not second.cells[0].is_free
        assert grid(organisation, people, moving=planned).cells[0].is_free
        suggested = [c.starts_at.date() for c in second.cells if c.suggested]
        assert len(suggested) == len(set(suggested)) == 3
        assert grid(organisation, people, week=1).days[0] > second.days[-1]


# --- Reminders ----------------------------------------------------------------------------------------
def test_reminder_goes_on_the_working_day_before_to_everybody(second, student, broker, team_lead):
    friday = dt.date(2027, 3, 5)
    monday = dt.datetime(2027, 3, 8, 10, tzinfo=timezone.get_default_timezone())
    Interview.objects.filter(pk=second.pk).update(starts_at=monday, ends_at=monday + dt.timedelta(minutes=30))
    assert services.send_reminders(day=friday - dt.timedelta(days=1)).interviews == 0
    for _ in range(2):
        assert services.send_reminders(day=friday).interviews == 1
    assert mails("interview_reminder") == {student.email, broker.email, team_lead.email, "mo@wijk.example"}
    assert "Maandag" in OutgoingMail.objects.filter(template="interview_reminder")[0].subject


# --- Pages --------------------------------------------------------------------------------------------
def at_times(n: int = 2, day: int = 5) -> list[str]:
    start = timezone.localtime(now() + dt.timedelta(days=day)).replace(hour=9, minute=0)
    return [(start + dt.timedelta(hours=i)).strftime("%Y-%m-%dT%H:%M") for i in range(n)]


def times_on(page: str) -> list[str]:
    return re.findall(r'name="slots" value="([^"]+)"', page)


def test_broker_invites_with_a_colleague_a_guest_and_a_video_link(client, application, broker, team_lead):
    client.force_login(broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("admin:workspace-invite", args=[application.public_id])
    page = client.get(url).content.decode()
    assert page.count(" checked><span") == 3
    values = {
        "slots": times_on(page)[:2], "length": "45", "place_kind": "video", "video_link": "",
        "participants": [str(team_lead.pk)], "guest_name": "Mo", "guest_email": "mo@wijk.example", "message": "Tot dan",
    }  # fmt: skip
    wrong = client.post(url, values)
    assert wrong.status_code == 422
    assert "Tot dan" in wrong.content.decode()
    client.post(url, values | {"video_link": "https://video.example/kamer"})
    interview = Interview.objects.get()
    assert (interview.where, interview.place_kind) == ("https://video.example/kamer", "video")
    assert {p.name for p in interview.participants.all()} == {team_lead.get_full_name(), "Mo"}
    slot = interview.slots.first()
    assert slot.ends_at - slot.starts_at == dt.timedelta(minutes=45)


def test_broker_proposes_a_time_of_their_own(client, application, broker):
    client.force_login(broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("admin:workspace-invite", args=[application.public_id])
    values = {
        "slots": times_on(client.get(url).content.decode())[:1], "length": "30", "place_kind": "location",
        "room": "De Kas", "own_day": str(today() + dt.timedelta(days=20)), "own_time": "19:15",
    }  # fmt: skip
    client.post(url, values)
    interview = Interview.objects.get()
    assert interview.slots.count() == 2
    assert timezone.localtime(interview.slots.last().starts_at).strftime("%H:%M") == "19:15"
    assert "De Kas" in interview.where


def test_broker_fixes_a_time_and_calls_off(client, planned, broker):
    client.force_login(broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("admin:workspace-talk-times", args=[planned.public_id])
    free = times_on(client.get(url).content.decode())
    assert client.post(url, {"slots": free[:1], "length": "30", "place_kind": "phone"}).status_code == 422
    client.post(url, {"slots": free[-1:], "length": "30", "place_kind": "phone", "agreed": "on"})
    planned.refresh_from_db()
    assert (planned.place_kind, planned.sequence, planned.status) == ("phone", 1, InterviewStatus.PLANNED)
    client.post(reverse("admin:workspace-talk-call-off", args=[planned.public_id]), {"reason": "Ziek"})
    planned.refresh_from_db()
    assert planned.status == InterviewStatus.CANCELLED


def test_broker_records_per_leerdoel(client, planned, broker):
    client.force_login(broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("admin:workspace-record", args=[planned.application.public_id])
    assert "Een groep begeleiden" in client.get(url).content.decode()
    client.post(url, {"is_positive": "yes", "record": "Fijn gesprek", "goal_0": "possible"})
    assert planned.goals.get().verdict == "possible"
    page = client.get(reverse("admin:workspace-candidate", args=[planned.application.public_id])).content.decode()
    assert "kan hier" in page.lower()


def test_student_asks_other_times_and_calls_off_on_the_site(client, planned, student):
    client.force_login(student, backend="allauth.account.auth_backends.AuthenticationBackend")
    other = reverse("interview-other-times", args=[planned.public_id])
    assert client.post(other, {"wish": ""}).status_code == 422
    client.post(other, {"wish": "Vrijdag na 12 uur"})
    page = client.get(reverse("application-detail", args=[planned.application.public_id])).content.decode()
    assert "Je vroeg om andere tijden" in page
    client.post(reverse("interview-call-off", args=[planned.public_id]), {"reason": ""})
    planned.refresh_from_db()
    assert planned.status == InterviewStatus.CANCELLED
    assert client.get(other).status_code == 302


def test_teamcoach_advises_on_the_own_page_and_strangers_do_not_see_it(client, second, team_lead, other_broker):
    url = reverse("team-interview", args=[second.public_id])
    client.force_login(team_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Een groep begeleiden" in client.get(url).content.decode()
    client.post(url, {"advice": "doubt", "words": "Ik wil de avonden bespreken."})
    assert second.participants.get(user=team_lead).advice == "doubt"
    assert client.get(reverse("team-interview-ics", args=[second.public_id]))["Content-Type"].startswith(
        "text/calendar"
    )
    stranger = f.MembershipFactory(role=Role.TEAM_LEAD).user
    for person in (other_broker, stranger):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(url).status_code == 404
        assert client.post(url, {"advice": "negative", "words": "Nee"}).status_code == 404


def test_guest_advises_through_the_link_in_the_mail(client, second):
    mail = OutgoingMail.objects.get(template="slot_chosen", to_email="mo@wijk.example")
    path = re.search(r"https?://[^/]+(/advies/\S+)", mail.body_text)[1]
    assert "/advies/" not in mail.calendar
    page = client.get(path).content.decode()
    assert "Een groep begeleiden" in page
    for secret in (second.application.student.user.email, "06 12345678", "El Amrani", second.application.motivation):
        assert secret not in page
    assert client.post(path, {"advice": "doubt", "words": ""}).status_code == 422
    client.post(path, {"advice": "positive", "words": "Graag"})
    assert second.participants.get(email="mo@wijk.example").advice == "positive"
    services.cancel_interview(interview=second, actor=second.host, reason="Ziek")
    assert "Je advies is niet nodig" in client.get(path).content.decode()


def test_agenda_puts_first_what_waits_for_a_record(client, planned, broker, other_search, vacancy, other_student):
    asked = invite(submit(other_search, vacancy), broker, slots=slots(2, days=20))
    services.ask_other_times(interview=asked, actor=other_student, wish="Donderdag")
    client.force_login(broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    with at(planned.ends_at + dt.timedelta(hours=2)):
        groups = agenda.grouped(list(agenda.talks(broker)))
        assert [group.key for group in groups] == ["record", "asked"]
    page = client.get(reverse("admin:workspace-interviews")).content.decode()
    assert "Donderdag" in page
    assert client.get(reverse("admin:workspace-interviews") + "?van=mij").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_agenda_costs_the_same_queries_for_one_and_three(rows, vacancy, broker, django_assert_num_queries):
    for n in range(rows):
        invite(submit(f.SearchFactory(), vacancy), broker, slots=slots(2, days=3 + n))
    with django_assert_num_queries(3):
        agenda.grouped(list(agenda.talks(broker)))


def test_other_broker_cannot_touch_a_talk(client, planned, other_broker):
    client.force_login(other_broker, backend="allauth.account.auth_backends.AuthenticationBackend")
    for name in ("times", "call-off", "missed", "calendar"):
        assert client.get(reverse(f"admin:workspace-talk-{name}", args=[planned.public_id])).status_code == 404


def test_team_page_shows_the_own_talks_and_who_still_has_to_advise(client, second, team_lead, other_broker):
    client.force_login(team_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("team-overview")).content.decode()
    assert "Jouw gesprekken" in page
    assert "geef je advies" in page
    assert reverse("team-interview", args=[second.public_id]) in page


def test_second_talk_that_was_held_is_not_asked_for_again_from_the_reserve_list(application, broker):
    talk(application, broker)
    talk(application, broker, round=2)
    services.put_on_reserve(application=application, actor=broker)
    with pytest.raises(Conflict) as error:
        invite(application, broker, round=2, slots=slots(2, days=30))
    assert error.value.code == "status_changed"


def test_good_outcome_stays_once_a_next_step_was_taken(application, broker, capacity):
    first = talk(application, broker)
    services.record_interview(interview=first, actor=broker, is_positive=False, record="Toch niet.")
    services.record_interview(interview=first, actor=broker, is_positive=True, record="Toch wel.")
    last = talk(application, broker, round=2)
    services.make_offer(application=application, actor=broker, supervisor=capacity)
    for interview in (first, last):
        record = {"interview": interview, "actor": broker, "record": "Nog een zin erbij."}
        assert refused(services.record_interview, is_positive=False, **record) == "already_followed"
        assert services.record_interview(is_positive=True, **record).record == "Nog een zin erbij."
