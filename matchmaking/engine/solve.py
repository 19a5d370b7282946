"""Published instances as lists: students, vacancies with preferences, and teams that share a limit.

The format is that of hospital/residents and student-project problems; `docs/matching-engine.md` describes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np

from matchmaking.engine import allocate, backend, structural, verify
from matchmaking.engine.geo import I64
from matchmaking.engine.types import Pairs

CAP_MAX = 2_000_000_000
SMALL = 20_000
"""Pairs below which loading the compiled engine takes longer than it saves."""


class InstanceError(ValueError):
    """The instance is wrong; the message says where."""


@dataclass(frozen=True, eq=False)
class ListInstance:
    """A parsed instance: only pairs that both sides accept, with a key per pair (lower goes first)."""

    students: list[str]
    vacancies: list[str]
    pairs: Pairs
    keys: I64
    caps: I64
    pool_of: I64
    pool_caps: I64


def solve(document: Any, *, engine: backend.Engine | None = None) -> dict[str, Any]:
    """The stable division of a parsed JSON document that is best for the students, with the proof of its shortage.

    Raises `InstanceError` for wrong input.
    """
    x = parse(document)
    if engine is None and len(x.pairs) < SMALL:
        engine = "numpy"
    order = np.arange(len(x.students))
    outcome = allocate.deferred_acceptance(
        x.pairs, order, None, x.caps, x.pool_of, x.pool_caps, keys=x.keys, engine=engine
    )
    violations = verify.division(x.pairs, outcome, order, None, x.caps, x.pool_of, x.pool_caps, keys=x.keys)
    best = structural.analyse(x.pairs, x.caps, x.pool_of, x.pool_caps, start=outcome.pair, engine=engine)
    stuck = best.competing | (np.diff(x.pairs.offsets) == 0)
    matching = {s: x.vacancies[j] if j >= 0 else None for s, j in zip(x.students, outcome.match.tolist(), strict=True)}
    return {
        "matching": matching,
        "verified": not violations,
        "max_placement": best.max_placement,
        "shortage": best.shortage,
        "certificate": {
            "students": [x.students[i] for i in np.flatnonzero(stuck).tolist()],
            "capacity": best.capacity,
        },
        "extra_place": {
            j: int(helps and best.shortage > 0) for j, helps in zip(x.vacancies, best.helps.tolist(), strict=True)
        },
    }


def parse(document: Any) -> ListInstance:
    """Check a document and turn names into rows. Raises `InstanceError`."""
    top = _table(document, "the file", {"students", "vacancies"}, {"teams"})
    lists = {name: _names(row, f"students.{name}") for name, row in _table(top["students"], "students").items()}
    vacancies = {
        name: _table(row, f"vacancies.{name}", {"capacity"}, {"preferences", "team"})
        for name, row in _table(top["vacancies"], "vacancies").items()
    }
    teams = {
        name: _table(row, f"teams.{name}", {"capacity"}, {"preferences"})
        for name, row in _table(top.get("teams", {}), "teams").items()
    }
    row_of = {name: row for row, name in enumerate(vacancies)}
    student_row = {name: row for row, name in enumerate(lists)}
    for name, wanted in lists.items():
        _known(wanted, row_of, f"students.{name}", "vacancy")
    caps = [_capacity(row["capacity"], f"vacancies.{name}.capacity") for name, row in vacancies.items()]
    team_caps = [_capacity(row["capacity"], f"teams.{name}.capacity") for name, row in teams.items()]
    team_row = {name: row for row, name in enumerate(teams)}
    pool_of = [_team(row.get("team"), team_row, f"vacancies.{name}.team") for name, row in vacancies.items()]
    prefer_v = [_preferences(row, student_row, f"vacancies.{name}") for name, row in vacancies.items()]
    prefer_t = [_preferences(row, student_row, f"teams.{name}") for name, row in teams.items()]
    place = _places(list(vacancies), list(teams), caps, team_caps, pool_of, prefer_v, prefer_t, list(lists))
    rows = [[row_of[v] for v in wanted if i in place[row_of[v]]] for i, wanted in enumerate(lists.values())]
    pairs = Pairs.from_lists(rows)
    return ListInstance(
        students=list(lists),
        vacancies=list(vacancies),
        pairs=pairs,
        keys=np.array([place[j][i] for i, row in enumerate(rows) for j in row], np.int64),
        caps=np.array(caps, np.int64),
        pool_of=np.array(pool_of, np.int64),
        pool_caps=np.array(team_caps, np.int64),
    )


def _places(
    names: list[str],
    team_names: list[str],
    caps: list[int],
    team_caps: list[int],
    pool_of: list[int],
    prefer_v: list[list[int] | None],
    prefer_t: list[list[int] | None],
    students: list[str],
) -> list[dict[int, int]]:
    """Per vacancy the place of every acceptable student; comparable between the vacancies of one team."""
    everybody = list(range(len(students)))
    found: list[dict[int, int]] = []
    orders: dict[int, dict[int, int]] = {}
    for t, name in enumerate(team_names):
        members = [j for j, p in enumerate(pool_of) if p == t]
        given = [order for order in [prefer_t[t], *(prefer_v[j] for j in members)] if order is not None]
        orders[t] = {}
        # A limit that cannot be reached asks for no common order.
        if team_caps[t] < sum(caps[j] for j in members):
            orders[t] = {i: place for place, i in enumerate(_merge(given, students, f"teams.{name}"))}
    for j in range(len(names)):
        t = pool_of[j]
        accepted = prefer_v[j]
        if accepted is None:
            accepted = prefer_t[t] if t >= 0 else None
        if accepted is None:
            accepted = everybody
        common = orders.get(t, {})
        found.append({i: common[i] if common else place for place, i in enumerate(accepted)})
    return found


def _merge(given: list[list[int]], students: list[str], where: str) -> list[int]:
    """One order over all students that keeps every given order; ties in the order of `students`."""
    graph: dict[int, set[int]] = {i: set() for i in range(len(students))}
    for order in given:
        for one, two in pairwise(order):
            graph[two].add(one)
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as problem:
        one, two = problem.args[1][:2]
        raise InstanceError(
            f'{where}: "{students[one]}" and "{students[two]}" are ranked differently by vacancies (or the team) that '
            "share this limit; a division that is fair to both needs one order per team"
        ) from None
    merged: list[int] = []
    waiting: list[int] = []
    while sorter.is_active():
        for ready in sorter.get_ready():
            heappush(waiting, ready)
        merged.append(heappop(waiting))
        sorter.done(merged[-1])
    return merged


def _table(value: Any, where: str, needed: set[str] | None = None, optional: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InstanceError(f"{where}: expected an object")
    if needed is not None:
        for name in sorted(needed - set(value)):
            raise InstanceError(f'{where}: "{name}" is missing')
        for name in sorted(set(value) - needed - (optional or set())):
            raise InstanceError(f'{where}: unknown "{name}"')
    return value


def _names(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise InstanceError(f"{where}: expected a list of names")
    seen: set[str] = set()
    for at, name in enumerate(value):
        if not isinstance(name, str):
            raise InstanceError(f"{where}[{at}]: expected a name, found {name!r}")
        if name in seen:
            raise InstanceError(f'{where}[{at}]: "{name}" is named twice')
        seen.add(name)
    return value


def _known(names: list[str], known: dict[str, int], where: str, kind: str) -> list[int]:
    for at, name in enumerate(names):
        if name not in known:
            raise InstanceError(f'{where}[{at}]: unknown {kind} "{name}"')
    return [known[name] for name in names]


def _preferences(row: dict[str, Any], students: dict[str, int], where: str) -> list[int] | None:
    if row.get("preferences") is None:
        return None
    where = f"{where}.preferences"
    return _known(_names(row["preferences"], where), students, where, "student")


def _capacity(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= CAP_MAX:
        raise InstanceError(f"{where}: expected a whole number from 0 to {CAP_MAX}, found {value!r}")
    return value


def _team(value: Any, teams: dict[str, int], where: str) -> int:
    if value is None:
        return -1
    if not isinstance(value, str) or value not in teams:
        raise InstanceError(f"{where}: unknown team {value!r}")
    return teams[value]
