"""Somebody prepares a reaction for a student: nothing goes out before the student's yes (B4, O12)."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from placements import services
from placements.enums import ApplicationOrigin, AssistedKind, AssistedStatus
from placements.models import Application, ApplicationDraft, AssistedApplication
from placements.services import assisted
from placements.services.introductions import reply_to_introduction, withdraw_introduction
from stagematch.accounts.models import User
from stagematch.audit.models import AccessLog
from stagematch.clock import at, now, today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.steps import submit

WORDS = "Samira kookt elke zondag met haar oma. Ze wil leren hoe je een groep begeleidt, en ze kan dat al een beetje."


@pytest.fixture
def goal(search):
    return f.LearningGoalFactory(search=search)


def ask(search, vacancy, coordinator, **more) -> AssistedApplication:
    values = {"kind": AssistedKind.APPLY, "motivation": WORDS, "learning_goals": ["Een groep begeleiden"]} | more
    return assisted.ask_student(student=search.student, vacancy=vacancy, actor=coordinator, **values)


def enter(vacancy, broker, school, **more) -> AssistedApplication:
    values = {
        "first_name": "Noor", "last_name": "Verzonnen", "email": "noor@student.debrug.example", "school": school,
        "motivation": WORDS, "learning_goals": ["Koken"],
    } | more  # fmt: skip
    return assisted.enter_from_mail(vacancy=vacancy, actor=broker, **values)


def path_in(template: str) -> str:
    mail = OutgoingMail.objects.filter(template=template).latest("pk")
    found = re.search(r"https?://[^/\s]+(/toestemming/\S+)", mail.body_text)
    assert found is not None
    return found[1]


def mails_to(user: User) -> set[str]:
    return set(OutgoingMail.objects.filter(to_user=user).values_list("template", flat=True))


# --- The school asks ----------------------------------------------------------------------------------------


def test_a_coordinator_asks_and_nothing_is_sent_before_the_yes(client, coordinator, broker, search, vacancy, goal):
    client.force_login(coordinator)
    url = reverse("school-ask", args=[search.student.public_id])
    page = client.get(url).content.decode()
    assert vacancy.title in page
    assert (
        reverse("school-ask", args=[search.student.public_id])
        in client.get(reverse("school-students")).content.decode()
    )
    values = {"vacancy": str(vacancy.public_id), "kind": "apply", "motivation": WORDS, "learning_goals": "Een\nTwee"}
    assert "De vraag is verstuurd." in client.post(url, values, follow=True).content.decode()
    asked = AssistedApplication.objects.get()
    assert (asked.status, asked.learning_goals) == (AssistedStatus.WAITING, ["Een", "Twee"])
    assert not Application.objects.exists()
    assert mails_to(broker) == set()
    assert mails_to(search.student.user) == {"assisted_ask"}
    assert AccessLog.objects.filter(actor=coordinator, subject=search.student.user).exists()


def test_the_student_reads_every_word_and_says_yes_by_the_link_in_the_mail(
    client, coordinator, broker, search, vacancy, student
):
    ask(search, vacancy, coordinator)
    path = path_in("assisted_ask")
    page = client.get(path).content.decode()
    assert "Samira kookt elke zondag" in page
    assert not Application.objects.exists()  # looking is no answer
    assert "Kies ja of nee." in client.post(path).content.decode()
    assert "Je reactie is verstuurd" in client.post(path, {"antwoord": "ja"}).content.decode()
    application = Application.objects.get()
    assert (application.origin, application.student) == (ApplicationOrigin.SCHOOL, search.student)
    assert AssistedApplication.objects.get().application == application
    assert "application_new" in mails_to(broker)
    assert mails_to(coordinator) == {"assisted_answer"}
    assert client.get(path).status_code == 410  # answered once, closed


def test_the_student_says_no_on_the_own_page_and_the_text_is_wiped(
    client, coordinator, broker, search, vacancy, student
):
    asked = ask(search, vacancy, coordinator)
    client.force_login(student)
    url = reverse("my-request", args=[asked.public_id])
    assert url in client.get(reverse("my-overview")).content.decode()
    assert "Er gaat niets weg." in client.post(url, {"antwoord": "nee"}).content.decode()
    asked.refresh_from_db()
    assert (asked.status, asked.motivation) == (AssistedStatus.DECLINED, "")
    assert not Application.objects.exists()
    assert mails_to(broker) == set()
    assert "zei nee" in OutgoingMail.objects.get(template="assisted_answer").subject
    assert client.post(url, {"antwoord": "ja"}).status_code == 409
    assert not Application.objects.exists()


def test_a_yes_that_cannot_be_sent_keeps_the_text_as_a_draft(client, coordinator, search, vacancy, student):
    ask(search, vacancy, coordinator)
    path = path_in("assisted_ask")
    for _ in range(vacancy.application_cap):
        submit(f.SearchFactory(), vacancy)
    response = client.post(path, {"antwoord": "ja"})
    assert response.status_code == 409
    assert "Op deze plek reageerden al genoeg studenten." in response.content.decode()
    assert ApplicationDraft.objects.get().motivation == WORDS
    assert AssistedApplication.objects.get().status == AssistedStatus.WAITING


def test_an_introduction_goes_to_the_brokers_and_is_no_reaction(client, coordinator, broker, search, vacancy):
    ask(search, vacancy, coordinator, kind=AssistedKind.INTRODUCE)
    assert mails_to(broker) == set()
    client.post(path_in("assisted_ask"), {"antwoord": "ja"})
    assert not Application.objects.exists()
    mail = OutgoingMail.objects.get(template="introduction", to_user=broker)
    assert "Samira" not in mail.subject + mail.body_text + mail.body_html  # a yes can be taken back, a mail cannot
    client.force_login(broker)
    assert vacancy.title in client.get(reverse("admin:workspace-introductions")).content.decode()
    page = client.get(re.findall(r"https?://[^/\s]+(/\S+)", mail.body_text)[0]).content.decode()
    assert "Samira El Amrani" in page
    assert WORDS[:40] in page
    for hidden in (search.student.student_number, search.student.user.email, search.student.phone):
        assert hidden not in page
    assert AccessLog.objects.filter(actor=broker, subject=search.student.user).exists()


def introduced(client, search, vacancy, coordinator) -> AssistedApplication:
    asked = ask(search, vacancy, coordinator, kind=AssistedKind.INTRODUCE)
    client.post(path_in("assisted_ask"), {"antwoord": "ja"})
    asked.refresh_from_db()
    return asked


def test_an_introduction_is_for_the_stagemakelaars_of_that_place_only(
    client, coordinator, broker, other_broker, team_lead, admin_user, student, search, vacancy
):
    asked = ask(search, vacancy, coordinator, kind=AssistedKind.INTRODUCE)
    url = reverse("admin:workspace-introduction", args=[asked.public_id])
    client.force_login(broker)
    assert client.get(url).status_code == 404  # not before the yes
    client.logout()
    client.post(path_in("assisted_ask"), {"antwoord": "ja"})
    assert client.get(url).status_code == 302
    for person, status in (
        (other_broker, 404),
        (admin_user, 404),
        (team_lead, 403),
        (student, 403),
        (coordinator, 403),
    ):
        client.force_login(person)
        assert client.get(url).status_code == status, person
    client.force_login(other_broker)
    assert client.post(url, {"reply": "interested"}).status_code == 404


def test_a_student_takes_the_yes_back_and_nothing_is_left_to_read(
    client, coordinator, broker, student, other_student, search, vacancy
):
    asked = introduced(client, search, vacancy, coordinator)
    url = reverse("my-request", args=[asked.public_id])
    client.force_login(other_student)
    assert client.post(url, {"antwoord": "intrekken"}).status_code == 404
    client.force_login(student)
    assert url in client.get(reverse("my-overview")).content.decode()
    assert WORDS[:40] in client.get(url).content.decode()
    client.post(url, {"antwoord": "intrekken"})
    asked.refresh_from_db()
    assert (asked.status, asked.motivation) == (AssistedStatus.WITHDRAWN, "")
    assert url not in client.get(reverse("my-overview")).content.decode()
    assert "introduction_withdrawn" in mails_to(broker)
    assert OutgoingMail.objects.filter(template="assisted_answer", subject__contains="trok het ja in").exists()
    client.force_login(broker)
    assert client.get(reverse("admin:workspace-introduction", args=[asked.public_id])).status_code == 404
    assert vacancy.title not in client.get(reverse("admin:workspace-introductions")).content.decode()


def test_the_stagemakelaar_answers_and_student_and_school_hear_it(
    client, coordinator, broker, student, search, vacancy
):
    asked = introduced(client, search, vacancy, coordinator)
    client.force_login(broker)
    url = reverse("admin:workspace-introduction", args=[asked.public_id])
    assert "Schrijf in een zin waarom" in client.post(url, {"reply": "not_now"}).content.decode()
    client.post(url, {"reply": "interested", "text": "We koken op dinsdag."})
    asked.refresh_from_db()
    assert (asked.reply, asked.replied_by) == ("interested", broker)
    assert "introduction_answer" in mails_to(student) & mails_to(coordinator)
    client.post(url, {"reply": "not_now", "text": "Toch liever niet nu."})
    asked.refresh_from_db()
    assert asked.reply == "interested"  # once
    client.force_login(student)
    page = client.get(reverse("my-request", args=[asked.public_id])).content.decode()
    assert "We koken op dinsdag." in page
    assert reverse("apply", args=[vacancy.public_id]) in page


@pytest.mark.parametrize("answer", ["", "nee", "intrekken"])
def test_without_a_yes_that_stands_nobody_answers_or_takes_back_an_introduction(
    client, coordinator, broker, search, student, vacancy, answer
):
    """The pages do not show it; the services do not take it either."""
    asked = ask(search, vacancy, coordinator, kind=AssistedKind.INTRODUCE)
    if answer == "nee":
        assisted.decline(asked=asked, actor=student)
    if answer == "intrekken":
        withdraw_introduction(asked=assisted.agree(asked=asked, actor=student), actor=student)
    before = AssistedApplication.objects.values().get()
    with pytest.raises(Conflict, match="niet meer voorgesteld"):
        reply_to_introduction(asked=asked, actor=broker, reply="interested")
    with pytest.raises(Conflict, match="niet meer voorgesteld"):
        withdraw_introduction(asked=asked, actor=student)
    assert AssistedApplication.objects.values().get() == before


@pytest.mark.parametrize("who", ["other_broker", "team_lead", "coordinator", "student", "admin_user"])
def test_only_the_stagemakelaar_of_the_place_answers_an_introduction(
    who, request, search, vacancy, coordinator, student
):
    asked = assisted.agree(asked=ask(search, vacancy, coordinator, kind=AssistedKind.INTRODUCE), actor=student)
    before = AssistedApplication.objects.values().get()
    with pytest.raises(RuleError) as error:
        reply_to_introduction(asked=asked, actor=request.getfixturevalue(who), reply="interested")
    assert error.value.code == "not_yours"
    assert AssistedApplication.objects.values().get() == before


def test_a_coordinator_asks_only_own_students_and_only_what_can_be(
    client, coordinator, other_coordinator, search, other_search, vacancy
):
    with pytest.raises(RuleError) as error:
        ask(other_search, vacancy, coordinator)
    assert error.value.code == "not_own_student"
    client.force_login(other_coordinator)
    assert client.get(reverse("school-ask", args=[search.student.public_id])).status_code == 404
    vacancy.years = 0b1000
    vacancy.save()
    with pytest.raises(RuleError) as error:
        ask(search, vacancy, coordinator)
    assert error.value.code == "wrong_year"


@pytest.mark.parametrize("who", ["student", "broker", "team_lead"])
def test_the_page_to_ask_is_for_coordinators(client, request, who, search):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("school-ask", args=[search.student.public_id])).status_code == 403


def test_asking_the_same_twice_is_refused(search, vacancy, coordinator):
    ask(search, vacancy, coordinator)
    with pytest.raises(RuleError) as error:
        ask(search, vacancy, coordinator)
    assert error.value.code == "already_asked"


def test_somebody_elses_question_does_not_exist(client, search, other_student, vacancy, coordinator):
    asked = ask(search, vacancy, coordinator)
    client.force_login(other_student)
    url = reverse("my-request", args=[asked.public_id])
    assert client.get(url).status_code == 404
    assert client.post(url, {"antwoord": "ja"}).status_code == 404
    with pytest.raises(RuleError):
        assisted.agree(asked=asked, actor=other_student)
    assert not Application.objects.exists()


def test_who_reacts_by_themselves_has_answered(search, vacancy, coordinator):
    asked = ask(search, vacancy, coordinator)
    application = submit(search, vacancy)
    asked.refresh_from_db()
    assert (asked.status, asked.application, application.origin) == (AssistedStatus.AGREED, application, "self")


def test_questions_expire_and_are_forgotten(search, vacancy, coordinator, client):
    asked = ask(search, vacancy, coordinator)
    path = path_in("assisted_ask")
    later = today() + dt.timedelta(days=15)
    with at(later):
        services.send_student_news(day=later)
        asked.refresh_from_db()
        assert (asked.status, asked.motivation, asked.learning_goals) == (AssistedStatus.EXPIRED, "", [])
        with pytest.raises(RuleError):
            assisted.agree(asked=asked, actor=search.student.user)
    much_later = later + dt.timedelta(days=29)
    with at(much_later):
        assert services.run_retention(day=much_later).requests == 1
    assert not AssistedApplication.objects.exists()
    assert client.get(path).status_code in (404, 410)


def test_requests_are_in_the_export_and_go_with_the_account(search, student, vacancy, coordinator):
    ask(search, vacancy, coordinator)
    assert "Samira kookt elke zondag" in str(export_person(user=student))
    delete_person(user=student)
    assert not AssistedApplication.objects.exists()


# --- From a mail --------------------------------------------------------------------------------------------


def test_a_broker_enters_a_mail_and_a_known_student_confirms(client, broker, search, student, vacancy, school, goal):
    client.force_login(broker)
    url = reverse("admin:workspace-from-mail")
    values = {
        "vacancy": str(vacancy.public_id), "first_name": "Samira", "last_name": "El Amrani", "email": student.email.upper(),
        "school": school.pk, "motivation": WORDS, "learning_goals": "Koken",
    }  # fmt: skip
    assert client.get(url).status_code == 200
    assert "krijgt een mail om te bevestigen" in client.post(url, values, follow=True).content.decode()
    assert not Application.objects.exists()
    client.logout()
    client.post(path_in("assisted_mail"), {"antwoord": "ja"})
    application = Application.objects.get()
    assert (application.origin, application.student, application.motivation) == ("mail", search.student, WORDS)


def test_whoever_wrote_the_mail_makes_an_account_and_finds_the_text_ready(client, broker, vacancy, school):
    programme = f.ProgrammeFactory(school=school)
    enter(vacancy, broker, school)
    path = path_in("assisted_mail")
    assert "Hoi Noor" in client.get(path).content.decode()
    values = {
        "antwoord": "ja",
        "first_name": "Noor",
        "last_name": "Verzonnen",
        "programme": str(programme.public_id),
        "year": "2",
    }
    response = client.post(path, values)
    assert response.url == f"{reverse('account_login')}?next={reverse('apply', args=[vacancy.public_id])}"
    student = Student.objects.get(user__email="noor@student.debrug.example")
    assert student.school == school
    assert EmailAddress.objects.get(user=student.user).verified
    assert ApplicationDraft.objects.get(student=student).motivation == WORDS
    assert not Application.objects.exists()
    assert client.post(path, values).status_code == 410
    search = f.SearchFactory(student=student)
    assert submit(search, vacancy).origin == ApplicationOrigin.MAIL


def test_an_address_that_is_not_the_schools_gets_no_account(client, broker, vacancy, school):
    programme = f.ProgrammeFactory(school=school)
    enter(vacancy, broker, school, email="noor@thuis.example")
    path = path_in("assisted_mail")
    assert "Vraag je BPV-coördinator" in client.get(path).content.decode()
    values = {
        "antwoord": "ja",
        "first_name": "Noor",
        "last_name": "V",
        "programme": str(programme.public_id),
        "year": "2",
    }
    client.post(path, values)
    assert not Student.objects.exists()
    assert "Er gaat niets weg." in client.post(path, {"antwoord": "nee"}).content.decode()
    assert AssistedApplication.objects.get().motivation == ""


def test_the_broker_does_not_learn_who_has_an_account(broker, vacancy, school, student, search):
    known, unknown = enter(vacancy, broker, school, email=student.email), enter(vacancy, broker, school)
    assert known.status == unknown.status == AssistedStatus.WAITING
    assert OutgoingMail.objects.filter(template="assisted_mail").count() == 2


def test_a_broker_enters_only_for_the_own_organisation(client, other_broker, broker, vacancy, school):
    with pytest.raises(RuleError) as error:
        enter(vacancy, other_broker, school)
    assert error.value.code == "not_yours"
    enter(vacancy, broker, school, first_name="Zeldzame")
    client.force_login(broker)
    assert "Zeldzame" in client.get(reverse("admin:workspace-from-mail")).content.decode()
    client.force_login(other_broker)
    assert "Zeldzame" not in client.get(reverse("admin:workspace-from-mail")).content.decode()


def test_a_broker_cannot_mail_the_whole_world(broker, vacancy, school, monkeypatch):
    monkeypatch.setattr(assisted, "MOST_A_DAY", 2)
    for n in range(2):
        enter(vacancy, broker, school, email=f"n{n}@student.debrug.example")
    with pytest.raises(RuleError) as error:
        enter(vacancy, broker, school, email="n9@student.debrug.example")
    assert error.value.code == "too_many"
    with at(now() + dt.timedelta(days=2)):
        enter(vacancy, broker, school, email="n9@student.debrug.example")


# --- What helped --------------------------------------------------------------------------------------------


def test_an_explanation_helps_once_and_shows_from_five_on(client, broker, search, student, vacancy):
    from placements.services.feedback import helpful_count, mark_helpful
    from tests.placements.steps import explanation, reject

    application = submit(search, vacancy)
    client.force_login(student)
    url = reverse("rejection-helpful", args=[application.public_id])
    client.post(url)
    assert helpful_count([vacancy.organisation]) is None
    reject(application, broker)
    page = client.get(reverse("application-detail", args=[application.public_id])).content.decode()
    assert "Hier kan ik iets mee" in page
    assert "Dank je wel." in client.post(url, follow=True).content.decode()
    assert (
        "Hier kan ik iets mee"
        not in client.get(reverse("application-detail", args=[application.public_id])).content.decode()
    )
    assert mark_helpful(application=application, actor=student) is False
    for n in range(4):
        assert helpful_count([vacancy.organisation]) is None
        other = submit(f.SearchFactory(), vacancy)
        reject(other, broker, explanation=explanation(n))
        mark_helpful(application=other, actor=other.student.user)
    assert helpful_count([vacancy.organisation]) == 5
