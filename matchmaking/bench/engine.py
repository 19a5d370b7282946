"""The engine against published solvers on the same instances in one run: CPU time, memory, equal answers, and the goals."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from matchmaking.bench import peers
from matchmaking.bench.peers import Work
from matchmaking.engine import (
    allocate,
    candidates,
    chance,
    explain,
    instances,
    night,
    order,
    places,
    shards,
    structural,
    whatif,
)
from matchmaking.engine.instances import Instance
from matchmaking.engine.types import Pairs, Vacancies

SIZES: dict[str, tuple[int, int, int | None]] = {
    "p500": (500, 350, 1),
    "p1k": (1_000, 700, 1),
    "p2k": (2_000, 1_400, 1),
    "p5k": (5_000, 3_000, 2),
    "10k": (10_000, 4_000, None),
    "100k": (100_000, 60_000, None),
    "500k": (500_000, 250_000, None),
}
"""Students, vacancies and opleidingen (None: as the generator thinks right)."""
USUAL = ("p500", "p1k", "p2k", "p5k", "10k", "100k")
SLOW = 3.0
"""Seconds from which something is measured once instead of five times."""
MISSING = float("nan")


@dataclass(frozen=True)
class Took:
    """CPU seconds (least of the repeats), MiB above what was in use before, and the answer."""

    cpu: float
    mib: float
    answer: Any
    once: bool = False


@dataclass
class Sheet:
    """All that was measured: row -> size -> what it took."""

    rows: dict[str, dict[str, Took]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def put(self, row: str, size: str, took: Took) -> Took:
        """Keep a measurement."""
        self.rows.setdefault(row, {})[size] = took
        return took

    def ratio(self, slow: str, fast: str, size: str) -> float:
        """How many times as long `slow` took."""
        one, two = (self.rows.get(row, {}).get(size) for row in (slow, fast))
        return MISSING if one is None or two is None else one.cpu / two.cpu


def measure(work: Callable[[], Any], repeats: int = 5) -> Took:
    """Least CPU time of `repeats` (something very short is done many times in each), after one to warm up."""
    _reset_peak()
    before = _status("VmRSS")
    began = process_time()
    answer = work()
    first = process_time() - began
    extra = max(0.0, _status("VmHWM") - before)
    if first > SLOW:
        return Took(first, extra, answer, once=True)
    times = max(1, int(0.02 / max(first, 1e-6)))
    least = first
    for _ in range(repeats):
        began = process_time()
        for _ in range(times):
            answer = work()
        least = min(least, (process_time() - began) / times)
    return Took(least, extra, answer)


def _warm() -> None:
    """Ask every question once of something small, so that no figure holds the time it takes to compile or load."""
    small, aside = instances.generate(60, 30), Sheet()
    made = whole(small)
    _shortage(aside, "small", small, made, 1)
    _questions(aside, "small", small, made, 1)


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def _status(name: str) -> float:
    """A figure of this process in MiB; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def work_of(x: Instance, pairs: Pairs) -> Work:
    """One division of an instance, with one order for all (as every night)."""
    rank = order.rank(x.students, x.policy, "bench")
    keys = allocate.pair_keys(pairs, rank, order.hard_cases(x.students, x.policy))
    return Work(
        pairs, keys, x.vacancies.cap.astype(np.int64), x.vacancies.pool.astype(np.int64), x.pools.cap.astype(np.int64)
    )


def run(sizes: tuple[str, ...] = USUAL, say: Callable[[str], None] = lambda _: None, repeats: int = 5) -> Sheet:
    """Measure these sizes. Raises `RuntimeError` when a peer gives another answer to the same question."""
    sheet = Sheet()
    _warm()
    for size in sizes:
        students, vacancies, crebos = SIZES[size]
        x = instances.generate(students, vacancies, 1, crebos=crebos)
        say(f"{size}: {students} students, {vacancies} vacancies …")
        _scan(sheet, size, x, repeats)
        made = whole(x)
        sheet.facts[size] = f"{students:,} / {vacancies:,} / {len(made.pairs):,}"
        work = work_of(x, made.pairs)
        _divide(sheet, size, x, work, made, say, repeats)
        _shortage(sheet, size, x, made, repeats)
        if size in ("10k", "100k"):
            _questions(sheet, size, x, made, repeats)
            _apart(sheet, size, x, made)
        del made, work, x
    return sheet


def whole(x: Instance) -> night.NightResult:
    """A night."""
    return night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "bench")


def _scan(sheet: Sheet, size: str, x: Instance, repeats: int) -> None:
    ours = sheet.put(
        "candidates: **ours**",
        size,
        measure(lambda: len(candidates.find(x.students, x.vacancies, x.exclusions, x.policy, x.today)), repeats),
    )
    if peers.installed("scipy") and size != "500k":
        theirs = sheet.put("candidates: numpy + cKDTree", size, measure(lambda: peers.kdtree_candidates(x), 1))
        _same(size, "candidates", ours.answer, theirs.answer)


def _divide(
    sheet: Sheet, size: str, x: Instance, work: Work, made: night.NightResult, say: Callable[[str], None], repeats: int
) -> None:
    rank, hard = made.rank, made.band_override
    pairs, alone = work.pairs, work.without_pools()

    def own(w: Work) -> Callable[[], Any]:
        pools = (w.pool_of, w.pool_caps) if len(w.pool_caps) else (None, None)
        return lambda: allocate.deferred_acceptance(pairs, rank, hard, w.caps, *pools).match

    plain = sheet.put("division, vacancies: **ours**", size, measure(own(alone), repeats))
    teams = sheet.put("division, vacancies + teams: **ours**", size, measure(own(work), repeats))
    if size in ("p500", "p1k", "p2k") and peers.installed("matching"):
        say(f"{size}: matching …")
        # Its teams have one order, so the fit bands, which differ within a team, are left out for that comparison.
        flat = Pairs(pairs.offsets, pairs.vacancy, np.zeros(len(pairs), np.uint8), pairs.score)
        single = Work(flat, allocate.pair_keys(flat, rank), work.caps, work.pool_of, work.pool_caps)
        room = (work.caps, work.pool_of, work.pool_caps)
        ordered = sheet.put(
            "division, vacancies + teams, one order: **ours**",
            size,
            measure(lambda: allocate.deferred_acceptance(flat, rank, None, *room).match, repeats),
        )
        for row, job, mine in (
            ("division, vacancies: `matching` HospitalResident", lambda: peers.hospital_resident(alone), plain),
            (
                "division, vacancies + teams, one order: `matching` StudentAllocation",
                lambda: peers.student_allocation(single),
                ordered,
            ),
        ):
            theirs = sheet.put(row, size, measure(job, 1))
            _same(size, row, mine.answer.tolist(), theirs.answer.tolist())
    if size not in ("100k", "500k"):
        numpy = measure(
            lambda: (
                allocate.deferred_acceptance(
                    pairs, rank, hard, work.caps, work.pool_of, work.pool_caps, engine="numpy"
                ).match
            ),
            1,
        )
        sheet.put("division, vacancies + teams: numpy rounds (ours)", size, numpy)
        _same(size, "numpy rounds", teams.answer.tolist(), numpy.answer.tolist())
    if peers.installed("ortools") and size != "500k":
        say(f"{size}: OR-tools …")
        flow = sheet.put(
            "most, then points: OR-tools min-cost flow", size, measure(lambda: peers.ortools_min_cost_flow(work), 1)
        )
        best = structural.analyse(pairs, work.caps, work.pool_of, work.pool_caps).max_placement
        _same(size, "min-cost flow", best, flow.answer)


def _shortage(sheet: Sheet, size: str, x: Instance, made: night.NightResult, repeats: int) -> None:
    work = work_of(x, made.pairs)
    room = (work.caps, work.pool_of, work.pool_caps)
    ours = sheet.put(
        "most that can be placed, with proof: **ours**",
        size,
        measure(lambda: structural.analyse(made.pairs, *room, start=made.outcome.pair).max_placement, repeats),
    )
    sheet.put(
        "most that can be placed, from nothing: **ours**",
        size,
        measure(lambda: structural.analyse(made.pairs, *room).max_placement, repeats),
    )
    if size == "500k":
        return
    for row, package, job in (
        ("most that can be placed: OR-tools max flow", "ortools", peers.ortools_max_flow),
        ("most that can be placed: scipy maximum_flow", "scipy", peers.scipy_max_flow),
    ):
        if peers.installed(package):
            theirs = sheet.put(row, size, measure(lambda job=job: job(work), 1))  # type: ignore[misc]
            _same(size, row, ours.answer, theirs.answer)
    if size == "100k":
        return
    alone = work.without_pools()
    most = sheet.put(
        "most, no teams: **ours**", size, measure(lambda: structural.analyse(made.pairs, alone.caps).max_placement)
    )
    for row, package, job in (
        ("most, no teams: scipy maximum_bipartite_matching", "scipy", peers.scipy_bipartite),
        ("most, no teams: igraph", "igraph", peers.igraph_matching),
        ("most, no teams: networkx Hopcroft-Karp", "networkx", peers.networkx_hopcroft_karp),
    ):
        if peers.installed(package):
            theirs = sheet.put(row, size, measure(lambda job=job: job(alone), 1))  # type: ignore[misc]
            _same(size, row, most.answer, theirs.answer)


def _questions(sheet: Sheet, size: str, x: Instance, made: night.NightResult, repeats: int) -> None:
    room = (x.vacancies.cap, x.vacancies.pool, x.pools.cap)
    sheet.put("night: **ours**", size, measure(lambda: whole(x).outcome.placed, repeats))
    best = structural.analyse(made.pairs, *room, start=made.outcome.pair)
    found = sheet.put(
        "fair chance, 20 rounds: **ours**", size, measure(lambda: chance.fair_chance(made.pairs, *room).places, repeats)
    )
    sheet.notes.append(f"{size}: fair chances add up to {found.answer:,.0f} of at most {best.max_placement:,}")
    towns = np.array([town[1:3] for town in instances.TOWNS])
    region = np.concatenate(
        [
            ((np.stack((x.students.lat[at : at + 10_000], x.students.lon[at : at + 10_000]), 1)[:, None] - towns) ** 2)
            .sum(axis=2)
            .argmin(axis=1)
            for at in range(0, x.students.n, 10_000)
        ]
    )
    sheet.put(
        "what each region lacks at least: **ours**",
        size,
        measure(lambda: structural.floor(made.pairs, region, *room), 2),
    )
    kinds = places.kinds(x.students, region, towns[:, 0], towns[:, 1], x.today)

    def worth() -> places.ExtraPlaces:
        return places.value_of_kinds(x.students, kinds, x.policy, x.today, made.pairs, *room, best)

    value = sheet.put("value of every kind of place: **ours**", size, measure(worth, 2)).answer
    sheet.notes.append(
        f"{size}: {kinds.n:,} kinds of place; one more helps for {100 * value.value.mean():.1f} %, median k* "
        f"{np.median(value.upto):.0f} (at most {value.limit}), of which {np.median(value.direct):.0f} fit it themselves"
    )
    options: dict[str, Any] = {"policy": x.policy, "today": x.today, "exclusions": x.exclusions}
    explain.own_list(x.students, 0, x.vacancies, **options)
    took = []
    for i in range(0, x.students.n, max(1, x.students.n // 200)):
        began = process_time()
        explain.own_list(x.students, i, x.vacancies, **options)
        took.append(process_time() - began)
    sheet.put("one student's own list, median: **ours**", size, Took(float(np.median(took)), 0, None))
    sheet.put("one student's own list, slowest of 200: **ours**", size, Took(max(took), 0, None))
    if size == "10k":
        case = whatif.Case(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "bench")

        def asked() -> whatif.Difference:
            return whatif.difference(
                whatif.solve(case), whatif.solve(whatif.further(case, np.arange(x.students.n), 5_000))
            )

        sheet.put("what if everybody travelled 5 km further: **ours**", size, measure(asked, repeats))


def _apart(sheet: Sheet, size: str, x: Instance, made: night.NightResult) -> None:
    """What dividing in parts gains: the heaviest part against the whole, one worker per part."""
    lowest = x.vacancies.crebos & (~x.vacancies.crebos + np.uint64(1))
    number = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64)
    kinds = int(number.max()) + 1
    own_teams = number * (x.pools.n // kinds) + x.vacancies.pool % max(1, x.pools.n // kinds)
    one_each = Vacancies.of(**(dict(x.vacancies.columns()) | {"crebos": lowest, "pool": own_teams}))
    for what, vacancies in (("as it is", x.vacancies), ("each team for one opleiding", one_each)):
        case = whatif.Case(x.students, vacancies, x.pools, x.exclusions, x.policy, x.today, "bench")
        began = process_time()
        plan = shards.plan(shards.reachable(case.students, case.vacancies, case.pools.n, case.today), 4)
        planned = process_time() - began
        parts, answers = [], []
        for shard in plan:
            began = process_time()
            answers.append(shards.solve(shards.take(case, shard)))
            parts.append(process_time() - began)
        began = process_time()
        merged = shards.merge(case.students, case.vacancies, case.policy, case.season_seed, plan, answers)
        planned += process_time() - began
        began = process_time()
        full = night.run(
            case.students, case.vacancies, case.pools, case.exclusions, case.policy, case.today, case.season_seed
        )
        together = process_time() - began
        _same(size, "parts apart", full.outcome_hash, merged.outcome_hash)
        sheet.notes.append(
            f"{size} in parts, {what}: {len(plan)} parts over 4 workers; CPU {together:.2f} s in one, "
            f"{max(parts) + planned:.2f} s for the slowest worker with planning and merging "
            f"({together / (max(parts) + planned):.1f} times as fast); identical outcome hash"
        )


def _same(size: str, what: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise RuntimeError(f"{size}: {what}: another answer to the same question ({ours!r:.60} against {theirs!r:.60})")


def peak_of_a_night(size: str) -> float:
    """MiB that a fresh worker has at most in a night of this size with its shortage figures."""
    students, vacancies, _ = SIZES[size]
    code = (
        "from pathlib import Path\n"
        "from matchmaking.engine import chance, instances, night, structural\n"
        f"x = instances.generate({students}, {vacancies}, 1)\n"
        "m = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, 'bench')\n"
        "r = (x.vacancies.cap, x.vacancies.pool, x.pools.cap)\n"
        "structural.analyse(m.pairs, *r, start=m.outcome.pair); chance.fair_chance(m.pairs, *r)\n"
        # Not getrusage: that counts what the parent held before the new program began.
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    return float(done.stdout.split()[-1])


@dataclass(frozen=True)
class Goal:
    """A goal: what was measured, what must hold and what would be bold. `least` says that more is better."""

    name: str
    measured: float
    must: float
    bold: float
    unit: str
    least: bool = True

    @property
    def verdict(self) -> str:
        """One word."""
        if np.isnan(self.measured):
            return "not measured"
        better = self.measured >= self.bold if self.least else self.measured <= self.bold
        holds = self.measured >= self.must if self.least else self.measured <= self.must
        return "bold" if better else "holds" if holds else "**missed**"


def goals(sheet: Sheet, *, memory: bool = True) -> list[Goal]:
    """Every goal that these measurements can judge."""
    ours_v, ours_t = "division, vacancies: **ours**", "division, vacancies + teams: **ours**"
    most = "most that can be placed, with proof: **ours**"
    found = [
        Goal("division against `matching` HospitalResident, p2k, same result",
             sheet.ratio("division, vacancies: `matching` HospitalResident", ours_v, "p2k"), 2_000, 20_000, "x"),
        Goal("division with teams against `matching` StudentAllocation, p2k, same result",
             sheet.ratio("division, vacancies + teams, one order: `matching` StudentAllocation",
                         "division, vacancies + teams, one order: **ours**", "p2k"), 3_000, 30_000, "x"),
    ]  # fmt: skip
    for size in ("10k", "100k"):
        found += [
            Goal(f"division with teams against OR-tools min-cost flow, {size}",
                 sheet.ratio("most, then points: OR-tools min-cost flow", ours_t, size), 100, 250, "x"),
            Goal(f"most that can be placed against OR-tools max flow, {size}",
                 sheet.ratio("most that can be placed: OR-tools max flow", most, size), 1.5, 4, "x"),
        ]  # fmt: skip
    found += [
        Goal("most that can be placed against scipy maximum_flow, 100k",
             sheet.ratio("most that can be placed: scipy maximum_flow", most, "100k"), 2.5, 8, "x"),
        Goal("candidates against numpy + cKDTree, 100k",
             sheet.ratio("candidates: numpy + cKDTree", "candidates: **ours**", "100k"), 5, 15, "x"),
    ]  # fmt: skip

    def seconds(row: str, size: str) -> float:
        took = sheet.rows.get(row, {}).get(size)
        return MISSING if took is None else took.cpu

    shortage = (
        most, "fair chance, 20 rounds: **ours**", "value of every kind of place: **ours**",
        "what each region lacks at least: **ours**",
    )  # fmt: skip
    found += [
        Goal("night at 10k, engine without database", seconds("night: **ours**", "10k"), 0.5, 0.2, "s", least=False),
        Goal("night at 100k, engine without database", seconds("night: **ours**", "100k"), 4, 1.5, "s", least=False),
        Goal("night at 100k with all shortage figures",
             seconds("night: **ours**", "100k") + sum(seconds(row, "100k") for row in shortage), 20, 8, "s", least=False),
        Goal("one student's own list at 100k, slowest of 200",
             1000 * seconds("one student's own list, slowest of 200: **ours**", "100k"), 20, 5, "ms", least=False),
        Goal("what-if at 10k, both divisions and their shortage",
             seconds("what if everybody travelled 5 km further: **ours**", "10k"), 1, 0.3, "s", least=False),
        Goal("bytes per eligible pair", float(sum(np.dtype(t).itemsize for t in (np.int32, np.uint8, np.uint16))), 8, 6,
             "bytes", least=False),
    ]  # fmt: skip
    if memory and "100k" in sheet.facts:
        peak = peak_of_a_night("100k")
        found.append(Goal("peak of a fresh worker at 100k", peak / 1024, 0.8, 0.45, "GiB", least=False))
    return found


def table(sheet: Sheet, reached: list[Goal]) -> str:
    """Markdown: CPU seconds and extra MiB per row and size, the goals, and the notes."""
    sizes = [size for size in SIZES if size in sheet.facts]
    lines = [
        "CPU seconds, least of five (\\*: measured once, because it takes more than 3 s), and between brackets the MiB it",
        "needed on top of the instance. Every peer answered the same question with the same answer, or nothing is written.",
        "",
        "| | " + " | ".join(sizes) + " |",
        "| --- |" + " ---: |" * len(sizes),
        "| students / vacancies / eligible pairs | " + " | ".join(sheet.facts[size] for size in sizes) + " |",
    ]
    for row, found in sheet.rows.items():
        lines.append(f"| {row} | " + " | ".join(_cell(found.get(size)) for size in sizes) + " |")
    lines += ["", "### Goals", "", "| goal | measured | must hold | bold | |", "| --- | ---: | ---: | ---: | --- |"]
    for goal in reached:
        sign = "≥" if goal.least else "≤"
        shown = (
            ""
            if np.isnan(goal.measured)
            else f"{goal.measured:,.3g} {goal.unit}"
            if goal.measured < 100
            else f"{goal.measured:,.0f} {goal.unit}"
        )
        lines.append(f"| {goal.name} | {shown} | {sign} {goal.must:,} | {sign} {goal.bold:,} | {goal.verdict} |")
    return "\n".join([*lines, "", *[f"- {note}" for note in sheet.notes]]) + "\n"


def _cell(took: Took | None) -> str:
    if took is None:
        return ""
    digits = 5 if took.cpu < 0.01 else 3 if took.cpu < 1 else 1
    return f"{took.cpu:.{digits}f}{'*' if took.once else ''}" + (f" ({took.mib:.0f})" if took.mib >= 1 else "")
