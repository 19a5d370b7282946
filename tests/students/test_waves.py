"""A school plans invitations on days of its choice; each is sent once, and can be stopped."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from organisations.models import ClosingDay
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.models import InvitationWave, Student, WaveStatus
from students.services.waves import _send, plan_waves, send_waves, stop_wave
from students.tasks import send_waves as job
from tests import factories as f

pytestmark = pytest.mark.django_db
PAGE = reverse("school-waves")
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def sunday():
    with at(dt.date(2026, 11, 22)):
        yield


@pytest.fixture
def five(school, search) -> list[Student]:
    search.student.user.last_login = now()  # the student of the cast has been here
    search.student.user.save()
    return [
        f.StudentFactory(
            school=school, programme=search.student.programme, class_name=name, year=year,
            user__email=f"s{n}@cast.example",
        )
        for n, (name, year) in enumerate([("sw1a", 1), ("sw1a", 1), ("sw2a", 2), ("sw2b", 2), ("", 3)])
    ]  # fmt: skip


def mailed() -> list[str]:
    return sorted(OutgoingMail.objects.filter(template="student_invited").values_list("to_email", flat=True))


def planned() -> list[tuple[str, str, int | None, int | None]]:
    rows = InvitationWave.objects.filter(status=WaveStatus.PLANNED)
    return [(f"{w.send_on:%a %d}", w.class_name, w.year, w.limit) for w in rows]


def test_a_class_a_day_on_working_days(school, coordinator, five):
    ClosingDay.objects.create(organisation=school, day=MONDAY + dt.timedelta(days=1), reason="studiedag")
    plan_waves(school=school, actor=coordinator, by="class", starts_on=today())
    assert planned() == [
        ("Mon 23", "sw1a", None, None), ("Wed 25", "sw2a", None, None), ("Thu 26", "sw2b", None, None),
        ("Fri 27", "", None, None),
    ]  # fmt: skip


def test_a_leerjaar_or_so_many_a_day(school, coordinator, five):
    plan_waves(school=school, actor=coordinator, by="year", starts_on=MONDAY)
    assert [(day, year) for day, _name, year, _limit in planned()] == [("Mon 23", 1), ("Tue 24", 2), ("Wed 25", 3)]
    InvitationWave.objects.all().delete()
    plan_waves(school=school, actor=coordinator, by="number", starts_on=MONDAY, per_day=2)
    assert [(day, limit) for day, _name, _year, limit in planned()] == [("Mon 23", 2), ("Tue 24", 2), ("Wed 25", 2)]


def test_waves_of_a_school_that_is_not_approved_any_more_wait(school, coordinator, five):
    plan_waves(school=school, actor=coordinator, by="all", starts_on=MONDAY)
    for is_approved, invited in ((False, 0), (True, 5)):
        school.is_approved = is_approved
        school.save()
        assert send_waves(day=MONDAY, dry_run=True) == invited
        assert send_waves(day=MONDAY) == invited
    assert len(mailed()) == 5


def test_the_job_sends_what_is_due_and_twice_is_once(school, coordinator, five):
    plan_waves(school=school, actor=coordinator, by="number", starts_on=MONDAY, per_day=2)
    assert send_waves(day=today()) == 0
    assert send_waves(day=MONDAY, dry_run=True) == 2
    assert mailed() == []
    assert [job(MONDAY.isoformat()) for _n in range(2)] == [2, 0]
    assert len(mailed()) == 2
    call_command("send_waves", date=MONDAY + dt.timedelta(days=2))  # Tuesday's was missed
    assert mailed() == [f"s{n}@cast.example" for n in range(5)]
    assert [wave.invited for wave in InvitationWave.objects.all()] == [2, 2, 1]
    with at(MONDAY + dt.timedelta(days=30)):
        plan_again = pytest.raises(RuleError, match="Iedereen is al uitgenodigd")
        with plan_again:
            plan_waves(school=school, actor=coordinator, by="all", starts_on=today())


def test_who_signed_in_meanwhile_gets_no_mail(school, coordinator, five):
    plan_waves(school=school, actor=coordinator, by="all", starts_on=MONDAY)
    five[0].user.last_login = now()
    five[0].user.save()
    send_waves(day=MONDAY)
    assert mailed() == [f"s{n}@cast.example" for n in range(1, 5)]


def test_a_large_wave_is_sent_whole(school, coordinator, five, monkeypatch):
    monkeypatch.setattr("students.services.waves.AT_ONCE", 2)
    plan_waves(school=school, actor=coordinator, by="all", starts_on=MONDAY)
    assert send_waves(day=MONDAY) == 5


def test_a_stopped_wave_is_not_sent_and_a_sent_one_cannot_be_stopped(school, coordinator, five):
    first, second, *_rest = plan_waves(school=school, actor=coordinator, by="class", starts_on=MONDAY)
    stop_wave(wave=first, actor=coordinator)
    send_waves(day=MONDAY + dt.timedelta(days=1))
    assert mailed() == ["s2@cast.example"]
    with pytest.raises(Conflict, match="al verstuurd"):
        stop_wave(wave=second, actor=coordinator)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"by": "class", "starts_on": dt.date(2026, 11, 1)}, "al voorbij"),
        ({"by": "class", "starts_on": dt.date(2028, 11, 1)}, "binnen een jaar"),
        ({"by": "number", "starts_on": MONDAY}, "hoeveel studenten"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(school, coordinator, five, values, words):
    with pytest.raises(RuleError, match=words):
        plan_waves(school=school, actor=coordinator, **values)
    assert planned() == []


def test_more_than_sixty_days_is_refused(school, coordinator, five, monkeypatch):
    monkeypatch.setattr("students.services.waves.MOST_WAVES", 4)
    with pytest.raises(RuleError, match="meer dan 4 dagen"):
        plan_waves(school=school, actor=coordinator, by="number", starts_on=MONDAY, per_day=1)


def test_the_page_plans_once_however_often_one_presses(client, coordinator, five):
    client.force_login(coordinator)
    answer = {"by": "class", "starts_on": MONDAY.isoformat()}
    assert "5 studenten kregen nog geen uitnodiging" in client.get(PAGE).content.decode()
    client.post(PAGE, answer)
    assert "Voor een van deze dagen staat er al" in client.post(PAGE, answer).content.decode()
    assert len(planned()) == 4
    text = client.get(PAGE).content.decode()
    assert "klas sw1a" in text
    client.post(reverse("school-wave-stop", args=[InvitationWave.objects.first().public_id]))
    assert len(planned()) == 3
    client.post(reverse("school-waves-stop"))
    assert planned() == []


def test_the_page_says_what_is_missing(client, coordinator, five):
    client.force_login(coordinator)
    text = client.post(PAGE, {"by": "number", "starts_on": "gisteren"}).content.decode()
    assert "Dit is geen datum" in text
    text = client.post(PAGE, {"by": "number", "starts_on": MONDAY.isoformat()}).content.decode()
    assert "Vul in hoeveel studenten er per dag een uitnodiging krijgen." in text


def test_waves_of_another_school_do_not_exist(client, coordinator, other_coordinator, student, broker, school, five):
    wave = plan_waves(school=school, actor=coordinator, by="all", starts_on=MONDAY)[0]
    stop = reverse("school-wave-stop", args=[wave.public_id])
    for somebody, page, one in ((other_coordinator, 200, 404), (student, 403, 403), (broker, 403, 403)):
        client.force_login(somebody)
        assert client.get(PAGE).status_code == page
        assert client.post(stop).status_code == one
    client.force_login(other_coordinator)
    client.post(reverse("school-waves-stop"))
    client.logout()
    assert client.get(PAGE).status_code == 302
    assert len(planned()) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    client, coordinator, school, five, django_assert_max_num_queries, number
):
    for n in range(number):
        InvitationWave.objects.create(school=school, send_on=MONDAY, class_name=f"k{n}", created_by=coordinator)
    client.force_login(coordinator)
    with django_assert_max_num_queries(11):
        client.get(PAGE)


def test_a_wave_that_is_stopped_at_the_last_moment_is_not_sent(school, coordinator):
    """Between the list of what is due and its turn, somebody may stop a wave, or another worker send it."""
    f.StudentFactory(programme__school=school)
    (wave,) = plan_waves(school=school, actor=coordinator, by="all", starts_on=today())
    stop_wave(wave=wave, actor=coordinator)
    assert _send(wave.pk) == 0
    wave.refresh_from_db()
    assert wave.status == "stopped"
    assert not Student.objects.exclude(invited_at=None).exists()
