"""The answer clock (R1, features O10): who hears what when, and what is shown about how an organisation answers."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt

import pytest
from django.urls import reverse

from organisations.models import ClosingDay
from placements import answers, services
from placements.models import AnswerStatistic, Application
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from tests import factories as f
from tests.placements.steps import reject, rename, submit

MONDAY = dt.date(2026, 9, 7)
DUE = dt.date(2026, 9, 21)


@pytest.fixture
def application(search, vacancy, broker, coordinator) -> Application:
    """Sent on Monday 7 September 2026; must be answered on Monday 21 September."""
    vacancy.publish_from = dt.date(2026, 1, 1)
    vacancy.save()
    with at(MONDAY):
        return rename(submit(search, vacancy))


def mailed(day: dt.date) -> set[tuple[str, str]]:
    """Run the job of a day and return what it queued, as (template, address)."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    services.send_reminders(day=day)
    return set(OutgoingMail.objects.exclude(pk__in=before).values_list("template", "to_email"))


def test_the_stagemakelaar_hears_first_then_student_and_school(application, broker, student, coordinator):
    assert mailed(DUE + dt.timedelta(days=1)) == {("answer_overdue", broker.email)}
    assert mailed(DUE + dt.timedelta(days=2)) == {
        ("answer_overdue_student", student.email),
        ("answer_overdue_school", coordinator.email),
    }


def test_overdue_goes_to_who_took_it_up_and_to_the_colleagues(application, broker):
    colleague = f.MembershipFactory(organisation=application.vacancy.organisation).user
    application.assigned_to = colleague
    application.save()
    assert mailed(dt.date(2026, 9, 18)) == {("answer_due_tomorrow", colleague.email)}
    assert mailed(DUE + dt.timedelta(days=1)) == {("answer_overdue", broker.email), ("answer_overdue", colleague.email)}


def test_after_five_working_days_the_second_contact_hears_it_without_the_name(application, organisation, student):
    contact = f.MembershipFactory(organisation=organisation, role="team_lead")
    organisation.second_contact = contact
    organisation.save()
    services.send_reminders(day=dt.date(2026, 9, 25))
    assert not OutgoingMail.objects.filter(template="answer_escalated").exists()
    assert mailed(dt.date(2026, 9, 28)) == {("answer_escalated", contact.user.email)}
    mail = OutgoingMail.objects.get(template="answer_escalated")
    assert student.last_name not in mail.body_text + mail.body_html + mail.subject
    assert mailed(dt.date(2026, 9, 29)) == set()


def test_without_a_second_contact_the_platform_admin_hears_it(application, admin_user):
    services.send_reminders(day=dt.date(2026, 9, 28))
    assert OutgoingMail.objects.get(template="answer_escalated").to_user == admin_user


def test_five_missed_nights_are_one_mail_per_person(application, broker, student, coordinator, admin_user):
    services.send_reminders(day=dt.date(2026, 9, 17))
    OutgoingMail.objects.all().delete()
    services.send_reminders(day=dt.date(2026, 9, 24))
    people = list(OutgoingMail.objects.values_list("to_email", flat=True))
    assert sorted(people) == sorted([broker.email, student.email, coordinator.email])


@pytest.mark.parametrize("change", ["closed later", "open later"])
def test_the_date_a_student_was_given_never_moves(search, vacancy, broker, change):
    vacancy.publish_from = dt.date(2026, 1, 1)
    vacancy.save()
    closed = [dt.date(2026, 9, 9), dt.date(2026, 9, 10)]
    if change == "open later":
        for day in closed:
            ClosingDay.objects.create(organisation=vacancy.organisation, day=day)
    with at(MONDAY):
        application = submit(search, vacancy)
    given = application.answer_by
    assert given == (DUE if change == "closed later" else dt.date(2026, 9, 23))
    if change == "closed later":
        ClosingDay.objects.create(organisation=vacancy.organisation, day=DUE)
    else:
        ClosingDay.objects.all().delete()
    services.send_reminders(day=given)
    application.refresh_from_db()
    assert application.answer_by == given
    assert not OutgoingMail.objects.filter(template="answer_overdue").exists()
    services.send_reminders(day=given + dt.timedelta(days=1))
    assert OutgoingMail.objects.filter(template="answer_overdue").exists()


def test_the_reminders_of_a_night_are_a_fixed_number_of_queries_to_read(
    application, vacancy, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        services.send_reminders(day=MONDAY, dry_run=True)


# --- figures ------------------------------------------------------------------------------------
def answered(organisation, *, days: int, in_time: bool, answers: int, months_ago: int = 0) -> None:
    month = (today().replace(day=1) - dt.timedelta(days=31 * months_ago)).replace(day=1)
    AnswerStatistic.objects.create(
        organisation=organisation, month=month, working_days=days, in_time=in_time, answers=answers
    )


def test_figures_look_back_twelve_months(organisation):
    answered(organisation, days=2, in_time=True, answers=10)
    answered(organisation, days=20, in_time=False, answers=50, months_ago=13)
    figures = answers.answer_figures(organisation.pk)
    assert (figures.answers, figures.median_days, figures.in_time_percent) == (10, 2, 100)


def test_silence_does_not_look_good(application, organisation):
    with at(dt.date(2026, 9, 22)):
        answered(organisation, days=2, in_time=True, answers=10)
        figures = answers.answer_figures(organisation.pk)
        assert (figures.late, figures.in_time_percent) == (1, 91)


def test_figures_stand_on_the_pages_of_organisation_and_place_from_ten_on(client, organisation, vacancy):
    pages = [
        reverse("organisation-detail", args=[organisation.slug]),
        reverse("vacancy-detail", args=[vacancy.public_id]),
    ]
    answered(organisation, days=3, in_time=True, answers=9)
    assert all("procent van de antwoorden" not in client.get(page, follow=True).content.decode() for page in pages)
    answered(organisation, days=4, in_time=True, answers=1)
    assert all("procent van de antwoorden" in client.get(page, follow=True).content.decode() for page in pages)


def test_an_answer_counts(application, broker, organisation):
    with at(dt.date(2026, 9, 9)):
        reject(application, broker)
        months = answers.trend(type(organisation).objects.filter(pk=organisation.pk))
    assert [(m.answers, m.median_days) for m in months[-1:]] == [(1, 2)]
    assert len(months) == 12


# --- pages --------------------------------------------------------------------------------------
def test_the_broker_sees_who_waits_and_not_the_neighbours(client, application, broker, other_broker):
    page = reverse("admin:workspace-answers")
    answered(application.vacancy.organisation, days=3, in_time=True, answers=4)
    with at(dt.date(2026, 9, 23)):
        client.force_login(broker)
        text = client.get(page).content.decode()
        assert "1 student wacht te lang" in text
        assert application.alias in text
        assert application.student.user.last_name not in text
        client.force_login(other_broker)
        text = client.get(page).content.decode()
        assert application.alias not in text


def test_the_school_sees_its_own_waiting_students(client, application, coordinator, other_coordinator, student):
    page = reverse("school-late-answers")
    with at(dt.date(2026, 9, 23)):
        client.force_login(coordinator)
        assert student.last_name in client.get(page).content.decode()
        assert "wacht te lang" in client.get(reverse("school-students")).content.decode()
        client.force_login(other_coordinator)
        assert student.last_name not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("admin:workspace-answers", "broker", 200),
        ("admin:workspace-answers", "coordinator", 403),
        ("admin:workspace-answers", "student", 403),
        ("admin:workspace-answers-organisations", "admin_user", 200),
        ("admin:workspace-answers-organisations", "broker", 403),
        ("school-late-answers", "coordinator", 200),
        ("school-late-answers", "broker", 403),
        ("school-late-answers", "student", 403),
    ],
)
def test_who_may_open_which_page(client, request, name, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(name)).status_code == status


def test_the_table_has_those_with_most_late_answers_first(client, application, admin_user, other_organisation):
    answered(other_organisation, days=3, in_time=True, answers=12)
    client.force_login(admin_user)
    with at(dt.date(2026, 9, 23)):
        rows = client.get(reverse("admin:workspace-answers-organisations")).context["rows"]
    assert [row.late for row in rows] == [1, 0]


@pytest.mark.parametrize("name", ["admin:workspace-answers", "admin:workspace-answers-organisations"])
def test_three_lines_cost_as_many_queries_as_one(
    client, application, vacancy, broker, admin_user, name, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(broker if name == "admin:workspace-answers" else admin_user)
    client.get(reverse(name))
    with CaptureQueriesContext(
        connection,
    ) as first:
        client.get(reverse(name))
    for _ in range(2):
        other = f.VacancyFactory(publish_from=dt.date(2026, 1, 1), team__organisation=vacancy.organisation)
        with at(MONDAY):
            submit(f.SearchFactory(), other)
    with django_assert_num_queries(len(first)):
        client.get(reverse(name))
