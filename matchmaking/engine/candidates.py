"""From students and vacancies to every eligible pair, in the order of the student's own list."""

from __future__ import annotations

from matchmaking.engine import backend, oracle
from matchmaking.engine.types import (
    EngineInputError,
    Exclusions,
    Favourites,
    Pairs,
    Policy,
    Students,
    Vacancies,
)


def find(
    students: Students,
    vacancies: Vacancies,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    *,
    favourites: Favourites | None = None,
    engine: backend.Engine | None = None,
    threads: int = 0,
) -> Pairs:
    """Every pair that passes all rules on day `today` (an ordinal), each student's best first.

    Favourites that are eligible come first; then the score, highest first; then a hash of both ids. Capacity plays
    no part: a full vacancy is still eligible. `threads` 0 uses every core; the result is always the same. Raises
    `EngineInputError` when a list does not belong to these tables.
    """
    for name, lists in (("exclusions", exclusions), ("favourites", favourites)):
        if lists is None:
            continue
        if lists.n != students.n:
            raise EngineInputError(f"{name}: {lists.n} students where {students.n} were expected")
        if len(lists.vacancy) and int(lists.vacancy.max()) >= vacancies.n:
            raise EngineInputError(f"{name}: names a vacancy row beyond {vacancies.n - 1}")
    if (engine or backend.ENGINE) == "numba":
        from matchmaking.engine import compiled

        return compiled.find(students, vacancies, exclusions, policy, today, favourites, threads)
    return oracle.find(students, vacancies, exclusions, policy, today, favourites)
