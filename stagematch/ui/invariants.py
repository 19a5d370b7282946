"""Statements about the data that must always be true, each as one query that finds the rows that break it.

Rooms register theirs when Django starts; `manage.py check_data` runs them all.
"""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Invariant:
    """`sql` selects the keys of rows that break the rule that `name` states; an empty answer is good."""

    name: str
    sql: str


@dataclass(frozen=True)
class Finding:
    """How many rows break an invariant, with the first few of them."""

    invariant: Invariant
    broken: int
    examples: list[str]


_invariants: dict[str, Invariant] = {}


def register(name: str, sql: str) -> None:
    """Add an invariant; `name` says what is true, such as 'no vacancy has more placements than places'."""
    _invariants[name] = Invariant(name, sql)


def check_all() -> list[Finding]:
    """Run every invariant in the order of registration."""
    return [_check(invariant) for invariant in _invariants.values()]


def _check(invariant: Invariant, examples: int = 5) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        rows = cursor.fetchall()
    return Finding(invariant, len(rows), [", ".join(str(value) for value in row) for row in rows[:examples]])
