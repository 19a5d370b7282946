"""How long a night takes: synthetic instances, CPU seconds, peak memory. `measure` for the command, `table` to show."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter, process_time

from matchmaking.engine import allocate, backend, candidates, instances, night, structural

SIZES: dict[str, tuple[int, int]] = {
    "small": (400, 120),
    "sector": (10_000, 4_000),
    "national": (100_000, 60_000),
    "stress": (500_000, 250_000),
}
"""Students and vacancies per size."""


@dataclass(frozen=True)
class Measured:
    """One size: CPU and wall seconds per step (least of the repeats), and what came out."""

    size: str
    engine: backend.Engine
    students: int
    vacancies: int
    cpu: dict[str, float]
    wall: dict[str, float]
    counts: dict[str, int]
    peak_mib: float
    hashes: tuple[str, str]
    notes: dict[str, float] = field(default_factory=dict)


def peak_mib() -> float:
    """Highest resident memory of this process so far, in MiB (the size to read first is the largest one)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measure(
    size: str, *, seed: int = 1, repeats: int = 5, engine: backend.Engine | None = None, shortage: bool = True
) -> Measured:
    """Run one size `repeats` times after a run to warm up, and keep the least time of every step.

    The steps are those of `night.run`, with `max_placement` (from the division, with its certificate) when
    `shortage` is set. Raises `KeyError` for an unknown size and `RuntimeError` when two runs differ.
    """
    chosen = engine or backend.ENGINE
    students, vacancies = SIZES[size]
    warm_up = instances.generate(60, 30)
    x = instances.generate(students, vacancies, seed)
    cpu: dict[str, float] = {}
    wall: dict[str, float] = {}
    made: night.NightResult | None = None
    notes: dict[str, float] = {}

    def once(y: instances.Instance, timer: Callable[[], float]) -> night.NightResult:
        return night.run(
            y.students, y.vacancies, y.pools, y.exclusions, y.policy, y.today, "bench", engine=chosen, timer=timer
        )

    once(warm_up, perf_counter)
    for _ in range(repeats):
        for timer, kept in ((process_time, cpu), (perf_counter, wall)):
            before = made
            made = once(x, timer)
            if before is not None and before.outcome_hash != made.outcome_hash:
                raise RuntimeError("two runs of the same night differ")
            _keep(kept, made.timings)
            if shortage:
                began = timer()
                found = structural.analyse(
                    made.pairs, x.vacancies.cap, x.vacancies.pool, x.pools.cap, start=made.outcome.pair, engine=chosen
                )
                _keep(kept, {"max_placement": timer() - began})
                notes = {"at_most": found.max_placement, "shortage": found.shortage, "rounds": found.rounds}
    if made is None:
        raise RuntimeError("at least one repeat is needed")
    return Measured(
        size,
        chosen,
        students,
        vacancies,
        cpu,
        wall,
        made.counts,
        peak_mib(),
        (made.input_hash, made.outcome_hash),
        notes,
    )


def _keep(kept: dict[str, float], seen: dict[str, float]) -> None:
    for step, seconds in seen.items():
        kept[step] = min(seconds, kept.get(step, seconds))


@dataclass(frozen=True)
class Ratio:
    """CPU seconds of the plain numpy engine and of the compiled one on the same work."""

    step: str
    numpy: float
    numba: float

    @property
    def times(self) -> float:
        return self.numpy / self.numba


def compare(size: str = "sector", *, seed: int = 1, repeats: int = 3) -> list[Ratio]:
    """The compiled engine against plain numpy on one instance. Raises `RuntimeError` when they disagree."""
    x = instances.generate(*SIZES[size], seed)
    small = night.run(x.students, x.vacancies, x.pools, x.exclusions, x.policy, x.today, "bench", engine="numba")
    jobs: dict[str, Callable[[backend.Engine], object]] = {
        "candidates": lambda e: (
            candidates.find(x.students, x.vacancies, x.exclusions, x.policy, x.today, engine=e).vacancy
        ),
        "division": lambda e: (
            allocate.deferred_acceptance(
                small.pairs, small.rank, small.band_override, x.vacancies.cap, x.vacancies.pool, x.pools.cap, engine=e
            ).match
        ),
    }
    found = []
    for step, job in jobs.items():
        seconds: dict[backend.Engine, float] = {}
        answers = []
        engines: Sequence[backend.Engine] = ("numba", "numpy")
        for engine in engines:
            answers.append(bytes(memoryview(job(engine))))  # type: ignore[arg-type]
            for _ in range(repeats):
                began = process_time()
                job(engine)
                seconds[engine] = min(process_time() - began, seconds.get(engine, float("inf")))
        if answers[0] != answers[1]:
            raise RuntimeError(f"{step}: the engines disagree")
        found.append(Ratio(step, seconds["numpy"], seconds["numba"]))
    return found


def table(rows: Sequence[Measured]) -> str:
    """Markdown, one line per measurement; CPU seconds."""
    lines = [
        "| size | engine | students | vacancies | pairs | placed | candidates | division | verify | night | max placement | peak MiB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        steps = [
            f"{row.cpu.get(s, float('nan')):.3f}"
            for s in ("candidates", "allocate", "verify", "total", "max_placement")
        ]
        cells = [
            row.size, row.engine, f"{row.students:,}", f"{row.vacancies:,}", f"{row.counts['pairs']:,}",
            f"{row.counts['placed']:,}", *steps, f"{row.peak_mib:.0f}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """`python -m matchmaking.engine.bench [SIZE …]` prints the table; default small and sector."""
    sizes = list(arguments) or ["small", "sector"]
    unknown = [size for size in sizes if size not in SIZES]
    if unknown:
        sys.stderr.write(f"unknown size {unknown[0]}; one of {', '.join(SIZES)}\n")
        return 2
    sys.stdout.write(table([measure(size) for size in sizes]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
