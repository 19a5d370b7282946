"""The public page of an organisation, and the page of a team."""

import pytest
from django.urls import reverse

from organisations import panels
from organisations.enums import OrganisationKind
from organisations.models import Organisation
from placements.enums import ApplicationStatus
from placements.models import AnswerStatistic, Vacancy
from stagematch.audit.models import AccessLog
from stagematch.clock import today
from tests import factories as f

pytestmark = pytest.mark.django_db


def page(organisation: Organisation) -> str:
    return reverse("organisation-detail", args=[organisation.slug])


def test_everybody_reads_who_an_organisation_is(client, organisation, vacancy):
    Organisation.objects.filter(pk=organisation.pk).update(
        description="Een huis in de wijk.\n<b>Met koffie</b>", vision="Iedereen leert.", website="https://kade.example"
    )
    f.LocationFactory(organisation=organisation, name="De Kade", street="Lindelaan 4", step_free=True)
    text = client.get(page(organisation)).content.decode()
    for part in (
        "Buurthuis De Kade",
        "Een huis in de wijk.",
        "Iedereen leert.",
        "Lindelaan 4",
        "Zonder trap",
        "Team Noord",
    ):
        assert part in text
    assert "&lt;b&gt;Met koffie&lt;/b&gt;" in text
    assert vacancy.title in text
    assert "10 werkdagen" in text


def test_an_organisation_that_is_not_approved_is_not_there_but_for_its_own_people(
    client, broker, other_broker, organisation
):
    Organisation.objects.filter(pk=organisation.pk).update(is_approved=False)
    assert client.get(page(organisation)).status_code == 404
    client.force_login(other_broker)
    assert client.get(page(organisation)).status_code == 404
    client.force_login(broker)
    assert "nog niet voor iedereen" in client.get(page(organisation)).content.decode()


def test_only_places_one_can_apply_for_are_listed(client, organisation, vacancy, other_vacancy):
    text = client.get(page(organisation)).content.decode()
    assert other_vacancy.title not in text
    Vacancy.objects.filter(pk=vacancy.pk).update(places_taken=1)
    text = client.get(page(organisation)).content.decode()
    assert vacancy.title not in text
    assert "Hier is nu geen plek" in text


def test_a_school_promises_no_answer(client, school):
    assert school.kind == OrganisationKind.SCHOOL
    assert "werkdagen" not in client.get(page(school)).content.decode()


def test_answer_times_are_shown_from_ten_answers_on(client, organisation):
    month = today().replace(day=1)
    row = AnswerStatistic.objects.create(
        organisation=organisation, month=month, working_days=4, in_time=True, answers=9
    )
    assert panels.figures_of(organisation) == []
    AnswerStatistic.objects.filter(pk=row.pk).update(answers=10)
    assert [figure.value for figure in panels.figures_of(organisation)] == [4, 100]
    assert "tot het antwoord, meestal" in client.get(page(organisation)).content.decode()


def test_the_page_costs_the_same_for_one_place_and_for_three(
    client, organisation, vacancy, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as first:
        client.get(page(organisation))
    for _ in range(2):
        f.VacancyFactory(team__organisation=organisation)
        f.LocationFactory(organisation=organisation)
    with django_assert_max_num_queries(len(first)):
        client.get(page(organisation))


def test_a_team_sees_its_own_room_and_students(
    client, team_lead, supervisor, vacancy, capacity, search, other_search, other_vacancy
):
    application = f.ApplicationFactory(vacancy=vacancy, search=search, status=ApplicationStatus.SECOND_ROUND)
    early = f.ApplicationFactory(vacancy=vacancy, search=other_search, status=ApplicationStatus.SUBMITTED)
    for user in (team_lead, supervisor):
        client.force_login(user)
        text = client.get(reverse("team-overview")).content.decode()
        assert "Team Noord" in text
        assert "0 van 2 bezet" in text
        assert str(application.student.user) in text
        assert str(early.student.user) not in text, "who was not passed on is nobody's business here"
        assert other_vacancy.team.name not in text
    seen = AccessLog.objects.filter(subject=application.student.user)
    assert seen.count() == 2
    client.get(reverse("team-overview"))
    assert seen.count() == 2, "opening a page twice a day is one look"


def test_others_do_not_enter_the_page_of_teams(client, broker, student, coordinator, admin_user):
    for user, status in ((broker, 403), (student, 403), (coordinator, 403), (admin_user, 200)):
        client.force_login(user)
        assert client.get(reverse("team-overview")).status_code == status, user


def test_a_team_page_costs_the_same_for_one_student_and_for_three(
    client, team_lead, vacancy, django_assert_max_num_queries
):
    client.force_login(team_lead)
    f.ApplicationFactory(vacancy=vacancy, status=ApplicationStatus.SECOND_ROUND)
    client.get(reverse("team-overview"))
    with django_assert_max_num_queries(14) as first:
        client.get(reverse("team-overview"))
    number = len(first)
    for _ in range(2):
        f.ApplicationFactory(vacancy=vacancy, status=ApplicationStatus.SECOND_ROUND)
    client.get(reverse("team-overview"))
    with django_assert_max_num_queries(number):
        client.get(reverse("team-overview"))
