"""The same work done by others: published solvers on the engine's own instances. Each is asked only when installed.

`uv pip install --group bench` (or `pip install --group bench`) brings them; the product needs none of them.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from matchmaking.engine import rules, score
from matchmaking.engine.geo import I64
from matchmaking.engine.instances import Instance
from matchmaking.engine.types import Pairs

_STACK = 512 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Work:
    """One division to make: lists, a key per pair (lower goes first), and room per vacancy and pool."""

    pairs: Pairs
    keys: I64
    caps: I64
    pool_of: I64
    pool_caps: I64

    def without_pools(self) -> Work:
        """The same with room per vacancy only."""
        return Work(self.pairs, self.keys, self.caps, np.full(len(self.caps), -1), np.zeros(0, np.int64))


def installed(name: str) -> bool:
    """Whether a peer can be imported."""
    return find_spec(name) is not None


def deep(work: Callable[[], Any]) -> Any:
    """Run something that recurses as deep as there are students, which `matching` does."""
    answer: list[Any] = []
    failure: list[BaseException] = []

    def inside() -> None:
        try:
            answer.append(work())
        except Exception as problem:  # noqa: BLE001 - handed to the caller's thread
            failure.append(problem)

    depth, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(10**6)
    try:
        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(depth)
        threading.stack_size(size)
    if failure:
        raise failure[0]
    return answer[0]


def hospital_resident(work: Work) -> I64:
    """`matching`: vacancy per student, room per vacancy only."""
    games: Any = import_module("matching.games")
    lists, by_vacancy = _preferences(work)
    residents = {i: list(row) for i, row in lists.items() if row}
    hospitals = {j: row for j, row in by_vacancy.items() if row and work.caps[j] > 0}
    residents = {i: kept for i, row in residents.items() if (kept := [j for j in row if j in hospitals])}

    def solve() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = games.HospitalResident.create_from_dictionaries(
                residents, hospitals, {j: int(work.caps[j]) for j in hospitals}
            )
            return game.solve(optimal="resident")

    match = np.full(work.pairs.n_students, -1, np.int64)
    for hospital, matched in deep(solve).items():
        for resident in matched:
            match[resident.name] = hospital.name
    return match


def student_allocation(work: Work) -> I64:
    """`matching`: vacancy per student, room per vacancy and per team, one order per team."""
    games: Any = import_module("matching.games")
    lists, by_vacancy = _preferences(work)
    projects = {j for j, row in by_vacancy.items() if row and work.caps[j] > 0}
    team_of = {j: f"t{work.pool_of[j]}" if work.pool_of[j] >= 0 else f"v{j}" for j in projects}
    room = dict.fromkeys(team_of.values(), 0)
    ranked: dict[str, dict[int, int]] = {t: {} for t in room}
    for j in projects:
        t = team_of[j]
        room[t] = int(work.pool_caps[work.pool_of[j]]) if work.pool_of[j] >= 0 else int(work.caps[j])
    projects = {j for j in projects if room[team_of[j]] > 0}
    students = work.pairs.student()
    for e in range(len(work.pairs)):
        j = int(work.pairs.vacancy[e])
        if j in projects:
            ranked[team_of[j]][int(students[e])] = int(work.keys[e])
    wanted = {f"s{i}": kept for i, row in lists.items() if (kept := [f"p{j}" for j in row if j in projects])}
    teams = {t for j, t in team_of.items() if j in projects}

    def solve() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = games.StudentAllocation.create_from_dictionaries(
                wanted,
                {t: [f"s{i}" for i in sorted(ranked[t], key=ranked[t].__getitem__)] for t in teams},
                {f"p{j}": team_of[j] for j in projects},
                # The package wants a project to fit in its supervisor's room.
                {f"p{j}": min(int(work.caps[j]), room[team_of[j]]) for j in projects},
                {t: min(room[t], sum(int(work.caps[j]) for j in projects if team_of[j] == t)) for t in teams},
            )
            return game.solve(optimal="student")

    match = np.full(work.pairs.n_students, -1, np.int64)
    for project, matched in deep(solve).items():
        for student in matched:
            match[int(student.name[1:])] = int(project.name[1:])
    return match


def _preferences(work: Work) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    pairs = work.pairs
    lists = {i: pairs.vacancy[pairs.row(i)].tolist() for i in range(pairs.n_students)}
    order = np.lexsort((work.keys, pairs.vacancy))
    students, vacancy = pairs.student()[order], pairs.vacancy[order]
    at = np.searchsorted(vacancy, np.arange(len(work.caps) + 1))
    return lists, {j: students[at[j] : at[j + 1]].tolist() for j in range(len(work.caps))}


def _network(work: Work) -> tuple[I64, I64, I64, int, int]:
    """Tails, heads and room of every arc, with source and sink: student, vacancy, pool."""
    n, m, pools = work.pairs.n_students, len(work.caps), len(work.pool_caps)
    source, sink = n + m + pools, n + m + pools + 1
    after = np.where(work.pool_of >= 0, n + m + work.pool_of, sink)
    tail = np.concatenate((np.full(n, source), work.pairs.student(), n + np.arange(m), n + m + np.arange(pools)))
    head = np.concatenate((np.arange(n), n + work.pairs.vacancy.astype(np.int64), after, np.full(pools, sink)))
    room = np.concatenate((np.ones(n + len(work.pairs), np.int64), work.caps, work.pool_caps))
    return tail, head, room, source, sink


def ortools_max_flow(work: Work) -> int:
    """OR-tools: the most that can be placed."""
    flow: Any = import_module("ortools.graph.python.max_flow").SimpleMaxFlow()
    tail, head, room, source, sink = _network(work)
    flow.add_arcs_with_capacity(tail.astype(np.int32), head.astype(np.int32), room)
    if flow.solve(source, sink) != flow.OPTIMAL:
        raise RuntimeError("no maximum flow found")
    return int(flow.optimal_flow())


def ortools_min_cost_flow(work: Work) -> int:
    """OR-tools: the most that can be placed, and of those divisions the one with the most points; placed."""
    return int((min_cost_flow(work) >= 0).sum())


def min_cost_flow(work: Work) -> I64:
    """The pair per student (or -1) of the fullest division with the most points in all, by OR-tools."""
    flow: Any = import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    tail, head, room, _, sink = _network(work)
    n, pairs = work.pairs.n_students, len(work.pairs)
    cost = np.zeros(len(tail), np.int64)
    cost[n : n + pairs] = 1000 - work.pairs.score.astype(np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)
    # An arc past everything, dearer than any chain of better fits, for who gets nothing.
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(n, dtype=np.int32), np.full(n, sink, np.int32), np.ones(n, np.int64), np.full(n, 1_000_000)
    )
    source = sink - 1
    supply = np.zeros(sink + 1, np.int64)
    supply[source], supply[sink] = n, -n
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("no cheapest flow found")
    used = np.flatnonzero(flow.flows(arcs[n : n + pairs]) > 0)
    match = np.full(n, -1, np.int64)
    match[work.pairs.student()[used]] = used
    return match


def scipy_max_flow(work: Work) -> int:
    """scipy: the most that can be placed."""
    sparse: Any = import_module("scipy.sparse")
    graph: Any = import_module("scipy.sparse.csgraph")
    tail, head, room, source, sink = _network(work)
    network = sparse.csr_matrix((room.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    return int(graph.maximum_flow(network, source, sink, method="dinic").flow_value)


def _places(work: Work) -> tuple[I64, I64, int]:
    """Students and single places as a bipartite graph (no teams)."""
    copies = np.minimum(work.caps, np.bincount(work.pairs.vacancy, minlength=len(work.caps)))
    first = np.concatenate(([0], np.cumsum(copies)))
    each = copies[work.pairs.vacancy]
    student = np.repeat(work.pairs.student(), each)
    start = np.repeat(first[work.pairs.vacancy], each)
    nth = np.arange(len(student)) - np.repeat(np.cumsum(each) - each, each)
    return student, start + nth, int(first[-1])


def scipy_bipartite(work: Work) -> int:
    """scipy `maximum_bipartite_matching` over single places."""
    sparse: Any = import_module("scipy.sparse")
    graph: Any = import_module("scipy.sparse.csgraph")
    student, place, places = _places(work)
    matrix = sparse.csr_matrix(
        (np.ones(len(student), np.int8), (student, place)), shape=(work.pairs.n_students, places)
    )
    return int((graph.maximum_bipartite_matching(matrix, perm_type="column") >= 0).sum())


def networkx_hopcroft_karp(work: Work) -> int:
    """networkx Hopcroft-Karp over single places."""
    networkx: Any = import_module("networkx")
    student, place, _ = _places(work)
    n = work.pairs.n_students
    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(student.tolist(), (n + place).tolist(), strict=True))
    return len(networkx.bipartite.hopcroft_karp_matching(graph, range(n))) // 2


def igraph_matching(work: Work) -> int:
    """igraph `maximum_bipartite_matching` over single places."""
    igraph: Any = import_module("igraph")
    student, place, places = _places(work)
    n = work.pairs.n_students
    graph = igraph.Graph(n + places, np.column_stack((student, n + place)))
    return len(graph.maximum_bipartite_matching([False] * n + [True] * places))


def kdtree_candidates(x: Instance) -> int:
    """numpy with scipy's tree of places: every eligible pair, scored and sorted, as the compiled scan gives them."""
    tree_type: Any = import_module("scipy.spatial").cKDTree
    s, v = x.students, x.vacancies
    open_ = np.flatnonzero(v.deadline >= x.today)
    total = 0
    for crebo in np.unique(s.crebo).tolist():
        mine = np.flatnonzero(s.crebo == crebo)
        theirs = open_[(v.crebos[open_] >> np.uint64(crebo)) & np.uint64(1) == 1]
        if not len(theirs):
            continue
        tree = tree_type(v.position[theirs].astype(np.float64))
        for at in range(0, len(mine), 512):
            block = mine[at : at + 512]
            reach = np.sqrt(s.chord_limit[block].astype(np.float64))
            near = tree.query_ball_point(s.position[block].astype(np.float64), reach)
            i = np.repeat(block, [len(row) for row in near])
            j = theirs[np.concatenate([np.asarray(row, np.int64) for row in near])] if len(i) else np.zeros(0, np.int64)
            for rule in (r for r in rules.TESTS if r not in (rules.Rule.CREBO, rules.Rule.DEADLINE)):
                keep = rules.TESTS[rule](s, i, v, j, x.policy, x.today)
                i, j = i[keep], j[keep]
            keep = ~rules.refused(i, j, v.n, x.exclusions)
            i, j = i[keep], j[keep]
            points = score.parts(s, i, v, j, x.policy)
            np.lexsort((j, 1000 - points.score.astype(np.int64), i))
            total += len(i)
    return total


def record(path: str, seed: int = 4) -> list[dict[str, Any]]:
    """Solve small random instances with `matching` and write them with their answers, for the tests."""
    rng = random.Random(seed)  # noqa: S311 - examples
    found = []
    for number in range(24):
        teams = number % 2 == 1
        n, m = rng.randint(4, 14), rng.randint(2, 6)
        students = [f"s{i}" for i in range(n)]
        vacancies = [f"v{j}" for j in range(m)]
        lists = {s: rng.sample(vacancies, rng.randint(1, m)) for s in students}
        team_of = {v: f"t{rng.randint(0, 1 + m // 3)}" if teams else v for v in vacancies}
        ranked = {t: rng.sample(students, n) for t in sorted(set(team_of.values()))}
        caps = {v: rng.randint(1, 3) for v in vacancies}
        room = {t: max(1, sum(caps[v] for v in vacancies if team_of[v] == t) - rng.randint(0, 2)) for t in ranked}
        instance: dict[str, Any] = {
            "students": lists,
            "vacancies": {
                v: {"capacity": caps[v], **({"team": team_of[v]} if teams else {"preferences": ranked[v]})}
                for v in vacancies
            },
        }
        if teams:
            instance["teams"] = {t: {"capacity": room[t], "preferences": ranked[t]} for t in ranked}
        pairs = Pairs.from_lists([[vacancies.index(v) for v in lists[s]] for s in students])
        names = list(ranked)
        work = Work(
            pairs,
            np.array([ranked[team_of[v]].index(s) for s in students for v in lists[s]], np.int64),
            np.array([caps[v] for v in vacancies]),
            np.array([names.index(team_of[v]) for v in vacancies]) if teams else np.full(m, -1),
            np.array([room[t] for t in names]) if teams else np.zeros(0, np.int64),
        )
        match = student_allocation(work) if teams else hospital_resident(work)
        found.append(
            {
                "name": f"{'teams' if teams else 'plain'}-{number // 2}",
                "instance": instance,
                "matching": {
                    s: vacancies[j] if j >= 0 else None for s, j in zip(students, match.tolist(), strict=True)
                },
            }
        )
    Path(path).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found
