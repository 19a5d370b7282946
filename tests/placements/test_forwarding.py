"""Another team reads an application only after the student's yes (features O5); nothing is lost on the way."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import pytest
from django.urls import reverse

from placements import services
from placements.enums import ApplicationOrigin, ApplicationStatus, ForwardStatus
from placements.models import Application, ForwardRequest
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import invite, reject, submit


@pytest.fixture
def elsewhere(organisation):
    """A place of another team of the same organisation."""
    return f.VacancyFactory(team__organisation=organisation, team__name="Team Zuid", title="Huiswerk in de buurt")


@pytest.fixture
def application(search, vacancy, broker) -> Application:
    return submit(search, vacancy)


def ask(application, to_vacancy, broker, **kwargs) -> ForwardRequest:
    return services.ask_to_forward(application=application, to_vacancy=to_vacancy, actor=broker, **kwargs)


def test_until_the_yes_the_other_place_has_nothing(application, elsewhere, broker):
    before = application.answer_by
    ask(application, elsewhere, broker, message="Bij Team Zuid komen kinderen.")
    application.refresh_from_db()
    assert not Application.objects.filter(vacancy=elsewhere).exists()
    assert (application.status, application.answer_by) == (ApplicationStatus.SUBMITTED, before)
    mail = OutgoingMail.objects.get(template="forward_asked")
    assert mail.to_user == application.student.user
    assert "Bij Team Zuid komen kinderen." in mail.body_text
    assert "Jij beslist" in mail.body_text


def test_yes_closes_the_first_and_begins_at_the_other(application, elsewhere, broker, student):
    request = ask(application, elsewhere, broker)
    result = services.accept_forward(request=request, actor=student)
    application.refresh_from_db()
    request.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
    assert (result.vacancy, result.origin, result.status) == (elsewhere, ApplicationOrigin.FORWARDED, "submitted")
    assert (result.motivation, result.learning_goals) == (application.motivation, application.learning_goals)
    assert (request.status, request.result) == (ForwardStatus.ACCEPTED, result)
    assert result.answer_by > today()
    assert Application.objects.filter(student=application.student).open().count() == 1
    assert "Dank je wel" in OutgoingMail.objects.get(template="forwarded").body_text


def test_no_leaves_it_where_it_is_and_tells_who_asked(application, elsewhere, broker, student):
    request = ask(application, elsewhere, broker)
    services.decline_forward(request=request, actor=student)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SUBMITTED
    assert not Application.objects.filter(vacancy=elsewhere).exists()
    mail = OutgoingMail.objects.get(template="forward_declined")
    assert mail.to_user == broker
    assert "Samira" not in mail.body_text + mail.subject  # still before the invitation (R4)
    with pytest.raises(Conflict):
        services.accept_forward(request=request, actor=student)


def test_an_answer_ends_the_question(application, elsewhere, broker, student):
    request = ask(application, elsewhere, broker)
    invite(application, broker)
    request.refresh_from_db()
    assert request.status == ForwardStatus.LAPSED
    with pytest.raises(Conflict) as error:
        services.accept_forward(request=request, actor=student)
    assert error.value.code == "forward_closed"


def test_a_place_that_filled_up_meanwhile_changes_nothing(application, elsewhere, broker, student):
    request = ask(application, elsewhere, broker)
    f.ApplicationFactory.create_batch(elsewhere.application_cap, vacancy=elsewhere)
    with pytest.raises(RuleError) as error:
        services.accept_forward(request=request, actor=student)
    assert error.value.code == "vacancy_full"
    application.refresh_from_db()
    request.refresh_from_db()
    assert (application.status, request.status) == (ApplicationStatus.SUBMITTED, ForwardStatus.ASKED)


def test_five_open_applications_can_still_be_forwarded(application, elsewhere, broker, student, search):
    for _ in range(4):
        submit(search, f.VacancyFactory())
    services.accept_forward(request=ask(application, elsewhere, broker), actor=student)
    assert Application.objects.filter(student=search.student).open().count() == 5


def test_only_to_another_team_of_the_same_organisation(application, vacancy, other_vacancy, broker):
    same_team = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool)
    for place, code in ((other_vacancy, "other_organisation"), (same_team, "same_team")):
        with pytest.raises(RuleError) as error:
            ask(application, place, broker)
        assert error.value.code == code


def test_one_question_at_a_time_and_only_before_the_answer(application, elsewhere, broker):
    ask(application, elsewhere, broker)
    with pytest.raises(Conflict) as error:
        ask(application, elsewhere, broker)
    assert error.value.code == "already_asked"
    reject(application, broker)
    with pytest.raises(Conflict) as error:
        ask(application, elsewhere, broker)
    assert error.value.code == "status_changed"


def test_choices_fit_the_student_and_are_of_other_teams(application, elsewhere, vacancy, other_vacancy):
    f.VacancyFactory(team__organisation=vacancy.organisation, years=0b1000, title="Voor leerjaar 4")
    f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, title="Zelfde team")
    assert [place.title for place, _fit in services.forward_choices(application)] == [elsewhere.title]


def test_forward_page_asks_and_then_says_that_it_waits(client, broker, application, elsewhere):
    client.force_login(broker)
    address = reverse("admin:workspace-forward", args=[application.public_id])
    assert elsewhere.title in client.get(address).content.decode()
    assert client.post(address, {"to_vacancy": "x"}).status_code == 422
    response = client.post(address, {"to_vacancy": str(elsewhere.public_id), "message": "Hoi"})
    assert response.url == reverse("admin:workspace-candidate", args=[application.public_id])
    assert ForwardRequest.objects.get().message == "Hoi"
    assert "nog niet geantwoord" in client.get(address).content.decode()
    assert "Nog geen antwoord" in client.get(response.url).content.decode()


@pytest.mark.parametrize(("answer", "there"), [("yes", True), ("no", False)])
def test_student_answers_on_the_own_page(answer, there, client, student, application, elsewhere, broker):
    request = ask(application, elsewhere, broker)
    client.force_login(student)
    address = reverse("forward-answer", args=[request.public_id])
    overview = client.get(reverse("my-overview")).content.decode()
    assert address in overview
    assert "Er wacht 1 ding op jouw antwoord" in overview
    assert client.get(address).status_code == 200
    assert not Application.objects.filter(vacancy=elsewhere).exists()  # looking is not answering
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"answer": answer}).status_code == 302
    assert Application.objects.filter(vacancy=elsewhere).exists() is there
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("who", ["other_student", "broker", "coordinator"])
def test_nobody_else_answers_for_the_student(who, client, request, application, elsewhere, broker):
    question = ask(application, elsewhere, broker)
    client.force_login(request.getfixturevalue(who))
    address = reverse("forward-answer", args=[question.public_id])
    assert client.post(address, {"answer": "yes"}).status_code in {302, 403, 404}
    assert not Application.objects.filter(vacancy=elsewhere).exists()


def test_the_other_teams_lead_sees_it_only_when_it_is_passed_on(application, elsewhere, broker, student):
    lead = f.MembershipFactory(organisation=elsewhere.organisation, role="team_lead", teams=(elsewhere.team,)).user
    request = ask(application, elsewhere, broker)
    assert not Application.objects.visible_to(lead).exists()
    services.accept_forward(request=request, actor=student)
    assert not Application.objects.visible_to(lead).exists()  # a team lead sees from the second round on
