"""The night of students who get stuck: a kind word at 3, a task at 5, a talk at 8, each once (B3)."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from placements.guidance import registry, services
from placements.guidance.enums import HelpReason, HelpStep, Rung, TaskStatus
from placements.guidance.night import help_night
from placements.guidance.retention import forget_help
from placements.models import HelpEvent, HelpNote, HelpTask, LadderStep
from placements.services import run_retention
from placements.tasks import help_night as help_task
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from students.enums import SearchStatus
from students.models import Student
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.steps import invite, submit


@pytest.fixture(autouse=True)
def told(monkeypatch):
    monkeypatch.setattr(registry, "_providers", {})


def rejected(search, times: int) -> None:
    Student.objects.filter(pk=search.student_id).update(rejections=times)


def mails(template: str) -> int:
    return OutgoingMail.objects.filter(template=template).count()


def night(**kwargs) -> tuple[int, int, int]:
    counts = help_night(day=kwargs.pop("day", today()), **kwargs)
    return counts.hints, counts.tasks, counts.dropped


def test_the_ladder_is_climbed_a_rung_at_a_time_and_each_rung_once(coordinator, search, student):
    rejected(search, 2)
    assert night() == (0, 0, 0)
    rejected(search, 3)
    assert night() == (1, 0, 0)
    assert night() == (0, 0, 0)
    assert OutgoingMail.objects.get(template="help_hint").to_user == student
    rejected(search, 5)
    assert night() == (0, 1, 0)
    assert night() == (0, 0, 0)
    task = HelpTask.objects.get()
    assert (task.title, task.owner, task.reason) == ("Denk mee: 5 keer nee gekregen", coordinator, "rejected")
    assert task.due_on > today()
    rejected(search, 8)
    assert night() == (0, 1, 1)  # the talk takes the place of the task
    assert {t.title: t.status for t in HelpTask.objects.all()} == {
        "Denk mee: 5 keer nee gekregen": TaskStatus.NOT_NEEDED,
        "Plan een gesprek: 8 keer nee gekregen": TaskStatus.OPEN,
    }
    rejected(search, 15)
    assert night() == (0, 0, 0)
    assert set(LadderStep.objects.values_list("rung", flat=True)) == set(Rung)
    assert mails("help_hint") == 1


def test_missed_nights_are_made_up_for_with_one_task(coordinator, search):
    rejected(search, 9)
    assert night() == (1, 1, 0)
    assert HelpTask.objects.get().title.startswith("Plan een gesprek")
    assert LadderStep.objects.count() == 3


def test_a_dry_run_changes_nothing(coordinator, search):
    rejected(search, 9)
    out = StringIO()
    call_command("help_night", "--dry-run", stdout=out)
    assert "tasks for schools: 1" in out.getvalue()
    assert not LadderStep.objects.exists()
    assert not HelpTask.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_the_job_takes_a_date(coordinator, search):
    search.opened_on = today()
    search.save()
    rejected(search, 5)
    later = today() + dt.timedelta(days=3)
    assert help_task(date=str(later))["tasks"] == 1
    assert LadderStep.objects.filter(on=later).count() == 2


def test_a_task_that_was_closed_does_not_come_back(coordinator, search):
    rejected(search, 5)
    night()
    services.move_task(task=HelpTask.objects.get(), actor=coordinator, to="done", outcome="Gesproken.")
    assert night() == (0, 0, 0)
    assert HelpTask.objects.get().status == TaskStatus.DONE


def test_a_task_nobody_needs_any_more_closes_itself_and_says_so(coordinator, search):
    rejected(search, 5)
    night()
    search.status = SearchStatus.PLACED
    search.save()
    assert night() == (0, 0, 1)
    assert HelpTask.objects.get().status == TaskStatus.NOT_NEEDED
    last = HelpEvent.objects.order_by("pk").last()
    assert (last.what, last.actor) == (HelpStep.TASK_DROPPED, None)


def test_a_talk_with_an_organisation_keeps_the_task_open(coordinator, broker, search, vacancy):
    rejected(search, 5)
    night()
    invite(submit(search, vacancy), broker)
    assert night() == (0, 0, 0)
    assert HelpTask.objects.get().status == TaskStatus.OPEN


def test_a_task_somebody_wrote_is_left_alone(coordinator, search):
    services.make_task(student=search.student, actor=coordinator, title="Bellen")
    search.status = SearchStatus.PLACED
    search.save()
    assert night() == (0, 0, 0)


def test_a_school_chooses_what_makes_tasks(coordinator, school, search, vacancy):
    submit(search, vacancy)
    day = today() + dt.timedelta(days=30)
    numbers = {"hint_at": 3, "task_at": 5, "talk_at": 8}
    services.change_settings(school=school, actor=coordinator, sends_hints=False, task_reasons=[], **numbers)
    with at(day):
        assert night(day=day) == (0, 0, 0)
        services.change_settings(
            school=school, actor=coordinator, sends_hints=False, task_reasons=["waiting", "no_fit"], **numbers
        )
        assert school.help_settings.task_reasons == ["waiting"]
        assert night(day=day) == (0, 1, 0)
        assert night(day=day + dt.timedelta(days=1)) == (0, 0, 0)
    task = HelpTask.objects.get()
    assert task.reason == HelpReason.WAITING
    assert task.title.startswith("Bel de organisatie: wacht al ")


def test_a_school_can_leave_out_the_kind_word(coordinator, school, search):
    services.change_settings(
        school=school, actor=coordinator, sends_hints=False, task_reasons=[], hint_at=3, task_at=5, talk_at=8
    )
    rejected(search, 3)
    assert night() == (0, 0, 0)
    assert mails("help_hint") == 0


def test_with_more_coordinators_a_task_waits_for_somebody_to_take_it(coordinator, school, search):
    f.MembershipFactory(organisation=school, role="coordinator")
    rejected(search, 5)
    night()
    assert HelpTask.objects.get().owner is None
    assert mails("help_tasks") == 2


def test_the_mail_to_the_school_names_nobody(coordinator, search):
    rejected(search, 5)
    night()
    mail = OutgoingMail.objects.get(template="help_tasks")
    assert mail.to_user == coordinator
    assert "Samira" not in mail.body_text + mail.body_html + mail.subject


def test_the_student_finds_the_kind_word_on_the_own_page(client, search, student):
    client.force_login(student)
    page = reverse("my-overview")
    assert "Het lukt niet altijd meteen" not in client.get(page).content.decode()
    rejected(search, 3)
    night()
    assert "Het lukt niet altijd meteen" in client.get(page).content.decode()
    with at(today() + dt.timedelta(days=31)):
        assert "Het lukt niet altijd meteen" not in client.get(page).content.decode()


def test_the_night_asks_the_same_of_each_school(
    coordinator, search, django_assert_num_queries, django_assert_max_num_queries
):
    rejected(search, 2)
    with django_assert_max_num_queries(20) as one:
        night(dry_run=True)
    for _ in range(3):
        rejected(f.SearchFactory(student__programme=search.student.programme), 2)
    with django_assert_num_queries(len(one.captured_queries)):
        night(dry_run=True)


# --- What is kept, and until when --------------------------------------------------------------------------------


def everything(coordinator, search) -> None:
    rejected(search, 5)
    night()
    services.make_task(student=search.student, actor=coordinator, title="Zin over de bus")
    services.write_note(student=search.student, actor=coordinator, text="Zin over woensdag")


def test_a_student_gets_all_of_it_and_takes_all_of_it_along(coordinator, search, student):
    everything(coordinator, search)
    told = str(export_person(user=student)["gegevens"])
    for words in (
        "Zin over de bus",
        "Zin over woensdag",
        "Denk mee: 5 keer nee",
        "taak gemaakt",
        "een taak voor school",
    ):
        assert words in told, words
    delete_person(user=student)
    for model in (HelpTask, HelpNote, HelpEvent, LadderStep):
        assert not model.objects.exists(), model


def test_what_a_colleague_wrote_stays_when_the_colleague_goes(coordinator, search):
    everything(coordinator, search)
    delete_person(user=coordinator)
    assert HelpNote.objects.get().author is None


def test_all_of_it_goes_after_a_year(coordinator, search):
    everything(coordinator, search)
    task = HelpTask.objects.get(title="Zin over de bus")
    services.move_task(task=task, actor=coordinator, to="done")
    day = today() + dt.timedelta(days=366)
    assert forget_help(day=today() + dt.timedelta(days=360)) == 0
    counts = run_retention(day=day, dry_run=True)
    assert HelpNote.objects.exists()
    assert list(counts.others.values())[-1] >= 3
    run_retention(day=day)
    assert not HelpNote.objects.exists()
    assert not HelpEvent.objects.exists()
    assert list(HelpTask.objects.values_list("status", flat=True)) == [TaskStatus.OPEN]  # what is open stays
    assert LadderStep.objects.exists()  # the period is not over for a year yet
    run_retention(day=search.ends_on + dt.timedelta(days=366))
    assert not LadderStep.objects.exists()


def test_a_school_the_student_left_and_the_new_one_read_nothing(
    client, coordinator, other_coordinator, other_school, search, school
):
    services.write_note(student=search.student, actor=coordinator, text="Zin over woensdag")
    programme = f.ProgrammeFactory(school=other_school)
    Student.objects.filter(pk=search.student_id).update(school=other_school, programme=programme)
    url = reverse("school-student", args=[search.student.public_id])
    client.force_login(coordinator)
    assert client.get(url).status_code == 404
    client.force_login(other_coordinator)
    assert "Zin over woensdag" not in client.get(url).content.decode()
