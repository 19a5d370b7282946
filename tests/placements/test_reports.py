"""A student reports something to the own school; nobody else ever reads it (features S15)."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from placements import services
from placements.models import Report
from placements.services import reports
from stagematch.audit.models import AccessLog
from stagematch.clock import at, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.steps import submit

STORY = "De begeleider maakte grapjes over mijn hoofddoek, twee keer, en niemand zei er iets van."


def report(search, **more) -> Report:
    values = {"kind": "discrimination", "text": STORY} | more
    return reports.make_report(student=search.student, actor=search.student.user, **values)


def test_a_report_goes_to_the_contact_and_the_mail_says_nothing_of_it(client, student, search, vacancy, coordinator):
    application = submit(search, vacancy)
    client.force_login(student)
    detail = client.get(reverse("application-detail", args=[application.public_id])).content.decode()
    url = f"{reverse('report-make')}?reactie={application.public_id}"
    assert url in detail
    assert vacancy.title in client.get(url).content.decode()
    page = client.post(url, {"kind": "discrimination", "text": STORY}, follow=True).content.decode()
    assert "Je melding is verstuurd." in page
    made = Report.objects.get()
    assert (made.contact, made.application) == (coordinator, application)
    mail = OutgoingMail.objects.get(template="report_made")
    assert mail.to_user == coordinator
    for secret in ("hoofddoek", "Samira", "El Amrani", vacancy.title, vacancy.organisation.name, "discrimin"):
        assert secret not in f"{mail.subject} {mail.body_text} {mail.body_html}"


def test_the_contact_reads_it_the_look_is_logged_and_the_student_sees_it_was_read(client, search, student, coordinator):
    made = report(search)
    client.force_login(coordinator)
    listed = client.get(reverse("school-reports")).content.decode()
    assert reverse("school-report", args=[made.public_id]) in listed
    assert "hoofddoek" not in listed
    assert "hoofddoek" in client.get(reverse("school-report", args=[made.public_id])).content.decode()
    log = AccessLog.objects.get(subject=student)
    assert (log.actor, log.object_id) == (coordinator, str(made.public_id))
    client.post(reverse("school-report", args=[made.public_id]))
    made.refresh_from_db()
    assert made.closed_at is not None
    client.force_login(student)
    assert "Gelezen op" in client.get(reverse("my-report", args=[made.public_id])).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("student", 403), ("other_student", 403), ("broker", 403), ("team_lead", 403), ("supervisor", 403),
        ("other_coordinator", 404), ("admin_user", 404),
    ],
)  # fmt: skip
def test_nobody_else_reads_it(client, request, search, vacancy, coordinator, who, status):
    made = report(search, application=submit(search, vacancy))
    client.force_login(request.getfixturevalue(who))
    url = reverse("school-report", args=[made.public_id])
    assert client.get(url).status_code == status
    assert client.post(url).status_code == status
    if who != "student":
        assert client.get(reverse("my-report", args=[made.public_id])).status_code in (403, 404)
    made.refresh_from_db()
    assert (made.read_at, made.closed_at) == (None, None)


def test_another_coordinator_of_the_school_does_not_read_it_either(client, search, school, coordinator):
    made = report(search)
    colleague = f.MembershipFactory(organisation=school, role=Role.COORDINATOR).user
    client.force_login(colleague)
    assert client.get(reverse("school-report", args=[made.public_id])).status_code == 404
    assert str(made.public_id) not in client.get(reverse("school-reports")).content.decode()


def test_reports_have_no_page_in_the_admin():
    assert apps.get_model("placements", "Report") not in admin.site._registry


def test_a_school_names_who_reads(client, search, school, coordinator, other_school):
    colleague = f.MembershipFactory(organisation=school, role=Role.COORDINATOR).user
    client.force_login(coordinator)
    url = reverse("school-contact", args=[school.slug])
    client.post(url, {"user": str(colleague.public_id)})
    assert report(search).contact == colleague
    stranger = f.UserFactory()
    client.post(url, {"user": str(stranger.public_id)})
    assert reports.contact_of_school(school) == colleague
    with pytest.raises(RuleError):
        reports.name_trust_person(school=school, user=stranger, actor=coordinator)
    other = reverse("school-contact", args=[other_school.slug])
    assert client.post(other, {"user": str(coordinator.public_id)}).status_code == 404


def test_when_the_contact_leaves_the_next_one_takes_over(search, school, coordinator):
    made = report(search)
    colleague = f.MembershipFactory(organisation=school, role=Role.COORDINATOR).user
    Membership.objects.filter(user=coordinator).update(is_active=False)
    assert not Report.objects.readable_by(coordinator).exists()
    services.send_student_news(day=today())
    made.refresh_from_db()
    assert made.contact == colleague
    assert OutgoingMail.objects.filter(template="report_made", to_user=colleague).exists()


def test_without_a_contact_nothing_is_kept_and_the_page_says_where_to_go(client, student, search):
    with pytest.raises(RuleError) as error:
        report(search)
    assert error.value.code == "no_contact"
    assert not Report.objects.exists()
    client.force_login(student)
    assert "Ga naar je stagebegeleider" in client.get(reverse("report-make")).content.decode()


def test_a_report_about_somebody_elses_reaction_is_refused(client, search, other_search, student, vacancy, coordinator):
    theirs = submit(other_search, vacancy)
    with pytest.raises(RuleError):
        report(search, application=theirs)
    client.force_login(student)
    assert client.get(reverse("report-make"), {"reactie": theirs.public_id}).status_code == 404
    assert client.get(reverse("report-make"), {"reactie": "' or 1=1"}).status_code == 200


def test_what_is_missing_is_said_and_the_text_stays(client, student, search, coordinator):
    client.force_login(student)
    page = client.post(reverse("report-make"), {"kind": "", "text": STORY}).content.decode()
    assert "Kies iets bij" in page
    assert "hoofddoek" in page
    assert (
        "in een paar zinnen" in client.post(reverse("report-make"), {"kind": "other", "text": "kort"}).content.decode()
    )


def test_the_report_stays_when_the_reaction_is_forgotten_and_goes_a_year_after_closing(search, vacancy, coordinator):
    application = submit(search, vacancy)
    made = report(search, application=application)
    application.delete()
    made.refresh_from_db()
    assert made.about.startswith(vacancy.title)
    reports.close_report(report=made, actor=coordinator)
    assert services.run_retention(day=today() + dt.timedelta(days=364)).reports == 0
    later = today() + dt.timedelta(days=367)
    with at(later):
        assert services.run_retention(day=later).reports == 1


def test_a_report_is_in_the_students_export_and_goes_with_the_account(search, student, coordinator):
    report(search)
    assert "hoofddoek" in str(export_person(user=student))
    assert "hoofddoek" not in str(export_person(user=coordinator))
    delete_person(user=student)
    assert not Report.objects.exists()
