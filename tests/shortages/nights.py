"""Sixty invented nights in one province: students come, go into talks, get a place, leave; some nights on purpose."""

import random
from collections.abc import Iterator

from shortages.disclosure import FRICTIONAL, PLACED, SITUATIONS, STRUCTURAL, TALKING, Chain, Place

NIGHTS = 60
SCHOOLS = ("brug", "overkant", "klein")
PERIOD = "feb-2027"
# province, COROP, arbeidsmarktregio, gemeente
HOMES = (
    ("PV1", "C1", "A1", "G1"),
    ("PV1", "C1", "A1", "G2"),
    ("PV1", "C1", "A2", "G3"),
    ("PV1", "C2", "A2", "G4"),
    ("PV1", "C2", "A3", "G5"),
)
YEARS = ("1", "2")
DAYS = ("3", "12")
SECRET = b"only for tests, thirty-two bytes"

Counts = dict[tuple[str, Place, str], int]  # school, place, situation


def place(home: tuple[str, ...], year: str, days: str) -> Place:
    """Where a group stands in its row, as the real thing has it."""
    return (*home, year, "25615", days, "1")


def seasons(seed: int = 1) -> Iterator[Counts]:
    """Yield the true counts of each night; large and small groups, and steps that an attacker would wish for."""
    chance = random.Random(seed)
    students: list[list] = []
    for school, number in (("brug", 60), ("overkant", 35), ("klein", 4)):
        for _ in range(number):
            students.append(_student(chance, school))
    for night in range(NIGHTS):
        if night % 10 == 3:  # exactly one student appears where nobody was, and nothing else happens
            students.append(["klein", place(HOMES[4], "2", "12"), STRUCTURAL])
        elif night % 10 == 4:  # and is gone again
            students.pop()
        elif night % 10 == 5:  # exactly one student changes
            _move_on(chance, students[night % len(students)])
        elif night % 10 == 7:  # a whole class arrives
            students.extend(_student(chance, "overkant") for _ in range(9))
        elif night % 10 != 6:  # an ordinary night; the sixth is one on which nothing changes at all
            for _ in range(6):
                _move_on(chance, chance.choice(students))
            if chance.random() < 0.4:
                students.remove(chance.choice(students))
            students.append(_student(chance, chance.choice(SCHOOLS)))
        counts: Counts = {}
        for school, where, situation in students:
            counts[school, where, situation] = counts.get((school, where, situation), 0) + 1
        yield counts


def _student(chance: random.Random, school: str) -> list:
    home = HOMES[min(4, int(chance.expovariate(0.6)))]
    return [school, place(home, chance.choice(YEARS), chance.choice(DAYS)), chance.choice((STRUCTURAL, FRICTIONAL))]


def _move_on(chance: random.Random, student: list) -> None:
    student[2] = chance.choice(
        {STRUCTURAL: (FRICTIONAL,), FRICTIONAL: (TALKING, STRUCTURAL)}.get(student[2], (PLACED,))
    )


def chains(counts: Counts) -> dict[Chain, dict[Place, float]]:
    """The same as the publication takes it."""
    found: dict[Chain, dict[Place, float]] = {
        (school, PERIOD, situation): {} for school in SCHOOLS for situation in SITUATIONS
    }
    for (school, where, situation), number in counts.items():
        found[school, PERIOD, situation][where] = number
    return found
