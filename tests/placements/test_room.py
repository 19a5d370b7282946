"""Room at three levels, in students and in hours a week (R7, O4), and what needs attention in the list of vacancies."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import SupervisorCapacity, TeamCapacity
from organisations.services import set_supervisor_places, set_team_places, set_team_room
from placements import services
from placements.capacity import capacity_of
from placements.enums import VacancyStatus
from placements.hints import hints_of, text_hints
from placements.models import Vacancy
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import offer, place, submit, talks


def code_of(call, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        call(**kwargs)
    return error.value.code


@pytest.fixture
def roomy(vacancy, capacity) -> Vacancy:
    """Two places, a team with room for two, a praktijkbegeleider with two places and three hours; two hours a student."""
    Vacancy.objects.filter(pk=vacancy.pk).update(places=2, guidance_hours=2)
    SupervisorCapacity.objects.filter(pk=capacity.pk).update(hours_per_week=3)
    vacancy.refresh_from_db()
    capacity.refresh_from_db()
    return vacancy


def test_a_praktijkbegeleider_without_hours_gets_no_second_student(roomy, search, other_search, broker, capacity):
    place(search, roomy, broker, capacity)
    capacity.refresh_from_db()
    assert (capacity.taken, capacity.taken_hours) == (1, 2)
    application = submit(other_search, roomy)
    talks(application, broker)
    with pytest.raises(Conflict) as error:
        services.make_offer(application=application, actor=broker, supervisor=capacity)
    assert error.value.code == "supervisor_hours_full"
    assert "2 uur begeleiding" in error.value.message


def test_hours_of_an_offer_that_is_out_count_too(roomy, search, other_search, broker, capacity):
    offer(submit(search, roomy), broker, capacity)
    second = submit(other_search, roomy)
    talks(second, broker)
    assert (
        code_of(services.make_offer, application=second, actor=broker, supervisor=capacity) == "supervisor_hours_full"
    )
    level = capacity_of(roomy).people[0]
    assert (level.offered, level.hours_offered, level.hours_free, level.fits(2)) == (1, 2, 1, 0)


def test_a_placement_remembers_its_hours_and_gives_them_back(roomy, search, broker, capacity):
    placement = place(search, roomy, broker, capacity)
    services.update_vacancy(vacancy=roomy, actor=broker, guidance_hours=1)
    with transaction.atomic():
        room = services.lock_room(roomy.pk, capacity.pk)
        services.release_room(room, placement)
    capacity.refresh_from_db()
    assert (capacity.taken, capacity.taken_hours) == (0, 0)


def test_the_database_itself_refuses_too_many_hours(capacity):
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisorCapacity.objects.filter(pk=capacity.pk).update(taken_hours=capacity.hours_per_week + 1)


def test_hours_and_team_stand_still_while_an_offer_is_out(roomy, search, broker, capacity):
    offer(submit(search, roomy), broker, capacity)
    assert code_of(services.update_vacancy, vacancy=roomy, actor=broker, guidance_hours=4) == "has_offers"
    other = f.TeamFactory(organisation=roomy.organisation)
    assert code_of(services.update_vacancy, vacancy=roomy, actor=broker, team=other) == "has_offers"
    services.accept_offer(application=roomy.applications.get(), actor=search.student.user)
    assert code_of(services.update_vacancy, vacancy=roomy, actor=broker, team=other) == "has_students"


def test_moving_an_empty_vacancy_takes_the_room_of_its_new_team_along(vacancy, capacity, broker):
    services.update_vacancy(vacancy=vacancy, actor=broker, supervisors=[capacity])
    other = f.TeamFactory(organisation=vacancy.organisation)
    pool = f.TeamCapacityFactory(team=other, period=vacancy.period)
    moved = services.update_vacancy(vacancy=vacancy, actor=broker, team=other)
    assert moved.pool == pool
    assert not moved.supervisors.exists()  # people of the old team


def test_room_never_goes_below_what_is_given_or_offered(roomy, search, other_search, broker, capacity):
    place(search, roomy, broker, capacity)
    SupervisorCapacity.objects.filter(pk=capacity.pk).update(hours_per_week=6)
    offer(submit(other_search, roomy), broker, capacity)
    assert code_of(set_team_places, capacity=roomy.pool, places=1, actor=broker) == "places_taken"
    assert code_of(set_supervisor_places, capacity=capacity, places=1, actor=broker) == "places_taken"
    assert code_of(set_supervisor_places, capacity=capacity, places=2, hours=3, actor=broker) == "hours_taken"
    assert set_supervisor_places(capacity=capacity, places=2, hours=4, actor=broker).hours_per_week == 4


def test_room_of_a_new_period_is_made_with_its_people(vacancy, capacity, broker):
    period = f.PeriodFactory(slug="later")
    people = [(capacity.supervisor, 2, 5)]
    pool = set_team_room(team=vacancy.team, period=period, places=3, people=people, actor=broker)
    assert (pool.places, pool.supervisors.get().hours_per_week) == (3, 5)
    stranger = f.MembershipFactory(organisation=vacancy.organisation, role="supervisor")
    rows = [(stranger, 1, 2)]
    assert (
        code_of(set_team_room, team=vacancy.team, period=period, places=3, people=rows, actor=broker) == "not_in_team"
    )


def test_room_page_shows_three_levels_and_changes_them(client, vacancy, capacity, broker, other_broker):
    address = reverse("admin:placements_vacancy_ruimte", args=[vacancy.pk])
    client.force_login(other_broker)
    assert client.get(address).status_code == 404
    client.force_login(broker)
    page = client.get(address).content.decode()
    assert capacity.supervisor.user.get_full_name() in page
    assert "Nog 1 student kan erbij" in page
    keys = {f"places_{capacity.supervisor_id}": 1, f"hours_{capacity.supervisor_id}": 2}
    assert client.post(address, {"places": 4, **keys}).status_code == 302
    capacity.refresh_from_db()
    assert (TeamCapacity.objects.get(pk=vacancy.pool_id).places, capacity.places, capacity.hours_per_week) == (4, 1, 2)


def test_the_least_of_three_levels_counts_and_is_named(vacancy, capacity, broker):
    Vacancy.objects.filter(pk=vacancy.pk).update(places=5)
    vacancy.refresh_from_db()
    assert capacity_of(vacancy).free == 2
    assert "team kan nog maar 2" in capacity_of(vacancy).limit
    TeamCapacity.objects.filter(pk=vacancy.pool_id).update(places=9)
    assert "plek en uren voor 2" in capacity_of(vacancy).limit
    SupervisorCapacity.objects.filter(pk=capacity.pk).update(hours_per_week=1)
    assert capacity_of(vacancy).free == 1


# --- what needs attention ----------------------------------------------------------------------------


def hints(vacancy: Vacancy) -> str:
    row = Vacancy.objects.select_related("organisation", "team", "pool").get(pk=vacancy.pk)
    return " ".join(hints_of([row])[row.pk])


def test_hints_name_what_is_wrong(vacancy, capacity, search, broker):
    assert "geen praktijkbegeleider" in hints(vacancy)
    services.update_vacancy(vacancy=vacancy, actor=broker, supervisors=[capacity])
    assert hints(vacancy) == ""
    twin = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, title=f" {vacancy.title.upper()} ")
    assert "twee keer" in hints(vacancy)
    twin.delete()
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_from=today() - dt.timedelta(days=31))
    assert "zonder reactie" in hints(vacancy)
    submit(search, vacancy)
    assert hints(vacancy) == ""
    SupervisorCapacity.objects.filter(pk=capacity.pk).update(hours_per_week=0)
    assert "geen uren" in hints(vacancy)
    TeamCapacity.objects.filter(pk=vacancy.pool_id).update(places=0)
    assert "team is vol" in hints(vacancy)
    Vacancy.objects.filter(pk=vacancy.pk).update(publish_until=today() - dt.timedelta(days=1))
    assert "laatste dag is voorbij" in hints(vacancy)


def test_a_hard_or_long_text_is_said_to_be(vacancy):
    assert text_hints(vacancy) == []
    vacancy.tasks = "Je gaat " + "heel veel en vaak " * 20 + "."
    assert "zinnen zijn lang" in " ".join(text_hints(vacancy))
    vacancy.tasks = "Je doet ondersteuningsplannen. " * 20 + "Dat is leuk. " * 5
    assert "lange woorden" in " ".join(text_hints(vacancy))
    vacancy.tasks = "Je kookt. " * 300
    assert "erg lang" in " ".join(text_hints(vacancy))


def test_the_list_with_hints_costs_the_same_for_one_and_three_rows(client, vacancy, broker):
    client.force_login(broker)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:placements_vacancy_changelist")).status_code == 200
        counts.append(len(queries))
        f.VacancyFactory.create_batch(2, team=vacancy.team, pool=vacancy.pool)
    assert counts[0] == counts[1]


def test_editor_offers_only_people_of_this_team_and_period(client, vacancy, capacity, broker, other_vacancy):
    stranger = f.SupervisorCapacityFactory(pool=other_vacancy.pool)
    client.force_login(broker)
    page = client.get(reverse("admin:placements_vacancy_change", args=[vacancy.pk])).content.decode()
    assert "2 van 2 plekken vrij, 4 van 4 uur vrij" in page
    assert stranger.supervisor.user.get_full_name() not in page
    assert "Deze vacature" in page


def test_a_platform_admin_first_finds_the_organisation(client, vacancy, other_vacancy, admin_user):
    client.force_login(admin_user)
    address = reverse("admin:placements_vacancy_add")
    page = client.get(address, {"zoek": "kade"}).content.decode()
    assert "Buurthuis De Kade" in page
    assert "Wijkwerk West" not in page
    form = client.get(address, {"organisatie": "buurthuis-de-kade"}).content.decode()
    assert vacancy.team.name in form
    assert other_vacancy.team.name not in form
    assert Vacancy.objects.filter(status=VacancyStatus.DRAFT).count() == 0
