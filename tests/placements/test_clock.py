"""What happens by itself on a clock: reminders (R1) and forgetting (R8). Each is safe to run twice and on any day."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from placements import answers, selectors, services, tasks
from placements.models import AnswerStatistic, Application, Interview
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from students.models import Document
from tests import factories as f
from tests.placements.steps import invite, reject, submit

MONDAY = dt.date(2026, 9, 7)


@pytest.fixture
def application(search, vacancy, broker) -> Application:
    """Sent on Monday 7 September 2026; must be answered on Monday 21 September."""
    vacancy.publish_from = dt.date(2026, 1, 1)
    vacancy.save()
    with at(MONDAY):
        return submit(search, vacancy)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (dt.date(2026, 9, 8), None),
        (dt.date(2026, 9, 11), None),
        (dt.date(2026, 9, 14), "answer_due_half"),
        (dt.date(2026, 9, 17), "answer_due_half"),  # Monday's run was missed: made up for
        (dt.date(2026, 9, 18), "answer_due_tomorrow"),  # Friday: the next working day is Monday
        (dt.date(2026, 9, 21), "answer_due_tomorrow"),
        (dt.date(2026, 9, 22), "answer_overdue"),
    ],
)
def test_answer_clock_reminds_the_broker(application, broker, day, kind):
    for _ in range(2):
        call_command("send_reminders", date=str(day))
    found = list(OutgoingMail.objects.filter(template__startswith="answer").values_list("template", "to_email"))
    assert found == ([(kind, broker.email)] if kind else [])


def test_every_reminder_goes_once_in_the_life_of_an_application(application, broker):
    for n in range(25):
        services.send_reminders(day=MONDAY + dt.timedelta(days=n))
    kinds = OutgoingMail.objects.filter(template__startswith="answer").order_by("pk").values_list("template", flat=True)
    assert list(kinds) == ["answer_due_half", "answer_due_tomorrow", "answer_overdue", "answer_overdue_student"]


def test_no_reminder_after_the_answer(application, broker):
    with at(MONDAY):
        reject(application, broker)
    assert services.send_reminders(day=dt.date(2026, 9, 22)).overdue == 0


def test_dry_run_counts_and_mails_nobody(application, capsys):
    call_command("send_reminders", date="2026-09-22", dry_run=True)
    assert "answer overdue: 1" in capsys.readouterr().out
    assert not OutgoingMail.objects.filter(template__startswith="answer").exists()


def test_interview_of_tomorrow_reminds_student_and_host(search, vacancy, student, broker):
    application = submit(search, vacancy)
    interview = invite(application, broker)
    services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)
    interview.refresh_from_db()
    day = timezone.localtime(interview.starts_at).date() - dt.timedelta(days=1)
    for _ in range(2):
        assert services.send_reminders(day=day).interviews == 1
    reminded = OutgoingMail.objects.filter(template="interview_reminder").values_list("to_email", flat=True)
    assert set(reminded) == {student.email, broker.email}
    assert services.send_reminders(day=day + dt.timedelta(days=1)).interviews == 0


def test_commands_refuse_a_date_nobody_can_read():
    with pytest.raises(CommandError):
        call_command("send_reminders", date="gisteren")


def test_tasks_do_the_same(application):
    assert tasks.send_reminders(date="2026-09-22")["overdue"] == 1
    assert tasks.expire_overdue(date="2026-09-22") == 0
    assert tasks.run_retention(date="2026-09-22")["applications"] == 0


# --- R8 -----------------------------------------------------------------------------------------
@pytest.fixture
def closed(search, vacancy, broker, settings, tmp_path) -> Application:
    """A rejected application with everything that can hang on it."""
    settings.MEDIA_ROOT = tmp_path
    cv = f.DocumentFactory(student=search.student)
    application = submit(search, vacancy, cv=cv)
    cv.is_current = False
    cv.save()
    services.add_note(application=application, actor=broker, text="Belde dinsdag")
    invite(application, broker)
    reject(application, broker)
    return application


@pytest.mark.parametrize(("days", "gone"), [(0, False), (27, False), (28, True), (40, True)])
def test_retention_deletes_on_day_28(closed, search, days, gone, django_capture_on_commit_callbacks):
    cv = Document.objects.get()
    day = today() + dt.timedelta(days=days)
    counts = services.run_retention(day=day, dry_run=True)
    assert (counts.applications, counts.documents) == ((1, 1) if gone else (0, 0))
    assert Application.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = services.run_retention(day=day)
    assert vars(done) == vars(counts)
    assert Application.objects.exists() is not gone
    assert Interview.objects.exists() is not gone
    assert OutgoingMail.objects.filter(key__contains=str(closed.public_id)).exists() is not gone
    assert Document.objects.exists() is not gone
    assert cv.file.storage.exists(cv.file.name) is not gone
    assert AnswerStatistic.objects.get().answers == 1
    search.student.refresh_from_db()
    assert search.student.rejections == 1


def test_retention_keeps_what_the_student_wants_to_keep_until_that_day(closed, search):
    until = today() + dt.timedelta(days=365)
    search.student.keep_applications_until = until
    search.student.save()
    services.run_retention(day=until - dt.timedelta(days=1))
    assert Application.objects.exists()
    services.run_retention(day=until)
    assert not Application.objects.exists()


def test_retention_leaves_open_applications_and_mail_of_others(closed, vacancy):
    other = submit(f.SearchFactory(), vacancy)
    services.run_retention(day=today() + dt.timedelta(days=400))
    assert Application.objects.get() == other
    assert OutgoingMail.objects.filter(key__contains=str(other.public_id)).count() == 2


def test_retention_command_has_a_dry_run(closed, capsys):
    later = str(today() + dt.timedelta(days=30))
    call_command("run_retention", date=later, dry_run=True)
    call_command("run_retention", date=later)
    assert capsys.readouterr().out.count("applications: 1") == 2
    assert not Application.objects.exists()


def test_answer_figures_show_from_ten_answers_on(vacancy):
    row = AnswerStatistic.objects.create(
        organisation=vacancy.organisation, month=today().replace(day=1), working_days=3, in_time=True, answers=9
    )
    assert answers.answer_figures(vacancy.organisation_id) is None
    AnswerStatistic.objects.create(
        organisation=vacancy.organisation, month=row.month, working_days=12, in_time=False, answers=3
    )
    figures = answers.answer_figures(vacancy.organisation_id)
    assert figures is not None
    assert (figures.answers, figures.in_time_percent, figures.median_days) == (12, 75, 3)


def test_overdue_is_told_to_the_student(application):
    with at(dt.date(2026, 9, 22)):
        assert "te laat" in selectors.next_step(application)
        assert Application.objects.overdue().get() == application
