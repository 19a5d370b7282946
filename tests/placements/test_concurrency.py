"""Many at once, over real connections: exactly one gets the last place, the others a friendly no, and nobody hangs (R3, R7)."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection, connections

from placements import services
from placements.enums import ApplicationStatus
from placements.models import Application, Interview, Placement, Vacancy
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from tests import factories as f
from tests.placements.steps import MOTIVATION, explanation, reject, submit

pytestmark = pytest.mark.django_db(transaction=True)
RUSH = 50


def at_once(jobs: list[Callable[[], object]]) -> Counter[str]:
    """Run every job in its own thread and connection, started together; count what came of them by code."""
    gate = threading.Barrier(len(jobs))
    outcomes: list[str] = []

    def run(job: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:  # connect before the start, so that all really run together
                cursor.execute("set lock_timeout = '120s'")
            gate.wait(120)
            job()
            outcomes.append("ok")
        except RuleError as error:
            outcomes.append(error.code)
        except Exception as error:  # noqa: BLE001 -- a deadlock or a 500 is what this test is after
            outcomes.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return Counter(outcomes)


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch):
    """Rows are what counts here; fifty threads need not knock at the worker's door."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)


def send(search, vacancy) -> Callable[[], object]:
    return lambda: services.submit_application(
        student=search.student, search=search, vacancy=vacancy, actor=None,
        motivation=MOTIVATION, learning_goals=[], cv=None,
    )  # fmt: skip


def test_last_application_slot_of_a_vacancy_goes_to_one():
    vacancy = f.VacancyFactory(applications_per_place=3)
    programme = f.ProgrammeFactory()
    for _ in range(2):
        submit(f.SearchFactory(student__programme=programme), vacancy)
    searches = [f.SearchFactory(student__programme=programme) for _ in range(RUSH)]
    assert at_once([send(search, vacancy) for search in searches]) == {"ok": 1, "vacancy_full": RUSH - 1}
    assert Application.objects.open().count() == 3
    call_command("check_data")


def test_last_open_application_of_a_student_is_one(settings):
    search = f.SearchFactory()
    team = f.TeamFactory()
    vacancies = [f.VacancyFactory(team=team, pool=f.TeamCapacityFactory(team=team, period__slug=f"p{n}"), period__slug=f"p{n}")
                 for n in range(20)]  # fmt: skip
    assert at_once([send(search, vacancy) for vacancy in vacancies]) == {
        "ok": settings.MAX_OPEN_APPLICATIONS,
        "limit_reached": 20 - settings.MAX_OPEN_APPLICATIONS,
    }


def test_fifty_clicks_on_send_are_one_application():
    search, vacancy = f.SearchFactory(), f.VacancyFactory(applications_per_place=100)
    assert at_once([send(search, vacancy)] * RUSH) == {"ok": 1, "already_applied": RUSH - 1}
    assert Application.objects.count() == 1
    assert OutgoingMail.objects.filter(template="application_received").count() == 1


def offered(vacancy, capacity, count: int) -> list[Application]:
    """Offers that should never be out together; the locks must hold even then."""
    programme = f.ProgrammeFactory()
    rows: list[Application] = []
    for n in range(count):
        application = f.ApplicationFactory(
            vacancy=vacancy, search=f.SearchFactory(student__programme=programme), status=ApplicationStatus.OFFERED,
            offered_supervisor=capacity, offer_until=today(), alias=f"Eik {n}",
        )  # fmt: skip
        for number in (1, 2):
            Interview.objects.create(
                application=application, round=number, where="Hier", status="held", is_positive=True
            )
        rows.append(application)
    return rows


def accept(application) -> Callable[[], object]:
    return lambda: services.accept_offer(application=application, actor=application.student.user)


def test_last_place_of_a_vacancy_goes_to_one():
    vacancy = f.VacancyFactory(pool__places=200, places=3)
    capacity = f.SupervisorCapacityFactory(pool=vacancy.pool, places=200)
    applications = offered(vacancy, capacity, RUSH)
    for application in applications[:2]:
        services.accept_offer(application=application, actor=application.student.user)
    assert at_once([accept(a) for a in applications[2:]]) == {"ok": 1, "vacancy_full": RUSH - 3}
    assert Placement.objects.count() == 3
    vacancy.refresh_from_db()
    assert vacancy.places_taken == 3


@pytest.mark.parametrize(("level", "code"), [("pool", "pool_full"), ("supervisor", "supervisor_full")])
def test_last_place_of_a_team_or_begeleider_goes_to_one_over_many_vacancies(level, code):
    team = f.TeamFactory()
    pool = f.TeamCapacityFactory(team=team, places=1 if level == "pool" else 50)
    capacity = f.SupervisorCapacityFactory(pool=pool, places=1 if level == "supervisor" else 50)
    vacancies = [f.VacancyFactory(team=team, pool=pool) for _ in range(5)]
    applications = [a for vacancy in vacancies for a in offered(vacancy, capacity, 4)]
    outcome = at_once([accept(a) for a in applications])
    assert outcome["ok"] == 1
    # At the vacancy that gave its only place, the others read that first.
    assert outcome[code] + outcome["vacancy_full"] == len(applications) - 1
    pool.refresh_from_db()
    assert (pool.taken, Placement.objects.count()) == (1, 1)


def test_one_student_cannot_accept_two_offers_at_once():
    search = f.SearchFactory()
    applications = []
    for n in range(6):
        vacancy = f.VacancyFactory()
        capacity = f.SupervisorCapacityFactory(pool=vacancy.pool)
        applications.append(
            f.ApplicationFactory(
                vacancy=vacancy, search=search, status=ApplicationStatus.OFFERED, offered_supervisor=capacity,
                offer_until=today(), alias=f"Eik {n}",
            )
        )  # fmt: skip
    assert at_once([accept(a) for a in applications]) == {"ok": 1, "status_changed": 5}
    assert Vacancy.objects.filter(places_taken=1).count() == 1
    assert Application.objects.filter(status=ApplicationStatus.WITHDRAWN).count() == 5


def test_everybody_does_something_else_at_once_and_nobody_hangs():
    vacancy = f.VacancyFactory(places=4, pool__places=4, applications_per_place=100)
    capacity = f.SupervisorCapacityFactory(pool=vacancy.pool, places=4)
    broker = f.MembershipFactory(organisation=vacancy.organisation).user
    offers = offered(vacancy, capacity, 4)
    searches = [f.SearchFactory() for _ in range(12)]
    waiting = [submit(search, vacancy) for search in searches[:6]]
    jobs: list[Callable[[], object]] = [accept(offers[0]), accept(offers[1])]
    jobs += [
        lambda: services.decline_offer(application=offers[2], actor=offers[2].student.user),
        lambda: services.withdraw_application(application=offers[3], actor=offers[3].student.user),
        lambda: services.expire_offers(day=today()),
        lambda: services.send_reminders(day=today()),
    ]
    jobs += [send(search, vacancy) for search in searches[6:]]
    jobs += [lambda a=a: services.mark_read(application=a, actor=broker) for a in waiting]
    jobs += [lambda a=a: services.withdraw_application(application=a, actor=a.student.user) for a in waiting[:3]]
    jobs += [lambda a=a, n=n: reject(a, broker, explanation=explanation(n)) for n, a in enumerate(waiting)]
    outcomes = at_once(jobs)
    assert set(outcomes) <= {"ok", "status_changed", "already_accepted", "vacancy_full"}
    vacancy.refresh_from_db()
    assert vacancy.places_taken == Placement.objects.count() == 2
