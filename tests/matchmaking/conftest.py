"""A small town for the matching: students around Leiden, places near and far, made by the common factories."""

import pytest

from organisations.models import WorkProcess
from placements.models import Vacancy
from students.models import PlacementSearch
from tests import factories as f


@pytest.fixture
def work_processes(db) -> list[WorkProcess]:
    return [f.WorkProcessFactory(code=f"B1-K1-W{n}", name=f"Werkproces {n}") for n in range(1, 5)]


def make_search(n: int = 1, **kwargs) -> PlacementSearch:
    """An open search of a new student; all of them want the same, so that only the rules divide."""
    goals = kwargs.pop("work_processes", [])
    search = f.SearchFactory(**kwargs)
    search.work_processes.set(goals)
    return search


def make_vacancy(places: int = 1, room: int | None = None, **kwargs) -> Vacancy:
    """A published vacancy with so many places, in a team with room for `room` students (as many, if not said)."""
    taught = kwargs.pop("work_processes", [])
    vacancy = f.VacancyFactory(places=places, pool__places=places if room is None else room, **kwargs)
    vacancy.work_processes.set(taught)
    return vacancy


@pytest.fixture
def town(work_processes) -> dict[str, list]:
    """Six students and three vacancies with five places in all: somebody goes without."""
    searches = [make_search(work_processes=work_processes[:2]) for _ in range(6)]
    vacancies = [
        make_vacancy(places=2, work_processes=work_processes, title="Twee plekken"),
        make_vacancy(places=2, work_processes=work_processes, title="Nog twee plekken"),
        make_vacancy(places=1, work_processes=work_processes[:1], title="Eén plek"),
    ]
    return {"searches": searches, "vacancies": vacancies}
