"""A place is never given twice (R7): zero violations in every round of every race, over real connections.

Rounds per race: RACE_ROUNDS, default 15; `bin/bench races` runs 1,000 of each.
"""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt
import os
from collections import Counter

import pytest
from django.core.management import call_command

from placements import services
from placements.enums import ApplicationStatus
from placements.models import Application, Interview
from stagematch.clock import at, now, today
from tests import factories as f
from tests.placements.races import Ring, Scene

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RACE_ROUNDS", "15"))
THREADS = 3


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch):
    """Rows are what counts here; nobody needs to knock at the worker's door."""
    monkeypatch.setattr("stagematch.mail.services._hand_over", lambda mail_id: None)


@pytest.fixture
def ring():
    made = Ring(THREADS)
    yield made
    made.close()


def offered(vacancy, capacity, search=None) -> Application:
    """An offer that waits for an answer, with both talks behind it."""
    application = f.ApplicationFactory(
        vacancy=vacancy, search=search or f.SearchFactory(), status=ApplicationStatus.OFFERED,
        offered_supervisor=capacity, offer_until=today(), answered_at=now(),
    )  # fmt: skip
    for number in (1, 2):
        Interview.objects.create(application=application, round=number, where="Hier", status="held", is_positive=True)
    return application


def accept(application: Application):
    student = application.student.user
    return lambda: services.accept_offer(application=application, actor=student)


def race(ring: Ring, jobs, *, losers: set[str], placed: int = 1) -> Counter[str]:
    """Run every round; each must place exactly `placed`, refuse the rest kindly, and leave the counts right."""
    scene = Scene()
    outcomes: Counter[str] = Counter()
    for number in range(ROUNDS):
        scene.reset()
        came = ring.round(jobs)
        wrong = scene.violations(placed=placed)
        assert not wrong, f"round {number}: {wrong} {came}"
        assert set(came) <= {"ok", *losers}, f"round {number}: {came}"
        outcomes += came
    assert outcomes["ok"] == ROUNDS * placed
    return outcomes


def test_last_place_of_a_vacancy(ring):
    vacancy = f.VacancyFactory(places=1, pool__places=9)
    capacity = f.SupervisorCapacityFactory(pool=vacancy.pool, places=9, hours_per_week=90)
    jobs = [accept(offered(vacancy, capacity)) for _ in range(THREADS)]
    race(ring, jobs, losers={"vacancy_full"})


@pytest.mark.parametrize(
    ("level", "values", "code"),
    [
        ("pool", {"places": 1}, "pool_full"),
        ("supervisor", {"places": 1}, "supervisor_full"),
        ("supervisor", {"hours_per_week": 3}, "supervisor_hours_full"),
    ],
)
def test_last_place_or_hour_of_team_or_begeleider_over_vacancies(ring, level, values, code):
    team = f.TeamFactory()
    pool = f.TeamCapacityFactory(team=team, **({"places": 9} | (values if level == "pool" else {})))
    given = {"places": 9, "hours_per_week": 90} | (values if level == "supervisor" else {})
    capacity = f.SupervisorCapacityFactory(pool=pool, **given)
    vacancies = [f.VacancyFactory(team=team, pool=pool, guidance_hours=2) for _ in range(THREADS)]
    race(ring, [accept(offered(vacancy, capacity)) for vacancy in vacancies], losers={code})


def test_yes_said_three_times_at_once(ring):
    vacancy = f.VacancyFactory(places=3, pool__places=9)
    application = offered(vacancy, f.SupervisorCapacityFactory(pool=vacancy.pool, places=9, hours_per_week=90))
    race(ring, [accept(application)] * THREADS, losers={"already_accepted"})


def test_one_student_says_yes_to_three_offers_at_once(ring):
    search = f.SearchFactory()
    jobs = []
    for _ in range(THREADS):
        vacancy = f.VacancyFactory()
        jobs.append(accept(offered(vacancy, f.SupervisorCapacityFactory(pool=vacancy.pool), search)))
    race(ring, jobs, losers={"status_changed"})


def test_yes_against_the_end_of_the_term(ring):
    """The lock decides: who comes first wins, and the other finds out. Never both, never neither."""
    vacancy = f.VacancyFactory(places=3, pool__places=9)
    application = offered(vacancy, f.SupervisorCapacityFactory(pool=vacancy.pool, places=9, hours_per_week=90))
    last = application.offer_until

    def in_time() -> None:
        with at(last):  # the yes came on the last day; the night's work is already running
            services.accept_offer(application=application, actor=application.student.user)

    def night() -> None:
        services.expire_offers(day=last + dt.timedelta(days=1))

    scene = Scene()
    ended: Counter[str] = Counter()
    for number in range(ROUNDS):
        scene.reset()
        came = ring.round([in_time, night, night] if number % 2 else [night, in_time, night])
        status = Application.objects.values_list("status", flat=True).get(pk=application.pk)
        ended[status] += 1
        assert set(came) <= {"ok", "status_changed"}, came
        assert came["status_changed"] == (status == ApplicationStatus.EXPIRED)
        assert not scene.violations(placed=int(status == ApplicationStatus.ACCEPTED))
    assert set(ended) <= {ApplicationStatus.ACCEPTED, ApplicationStatus.EXPIRED}
    scene.reset()
    ring.round([in_time, night, night])
    call_command("check_data")
