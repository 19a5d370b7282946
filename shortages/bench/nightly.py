"""`bin/bench shortage`: the count of a night and a 'what if', against the times that were promised.

The engine's part is measured on synthetic markets of one sector (10,000 students) and of all of mbo (100,000), in CPU
seconds; the whole night with the database on the data there is; and a 'what if' in a process that did nothing before.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter, process_time
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from matchmaking.bench.nights import size_of_data
from matchmaking.engine import bench, instances
from shortages import counting, levers
from shortages.market import KINDS, OPEN, Areas, Night
from shortages.models import ShortageSnapshot
from shortages.services import take_count
from stagematch.clock import today

SIZES = {"sector (10,000)": (10_000, 4_000, 12), "all of mbo (100,000)": (100_000, 60_000, 60)}
"""Students, vacancies and schools."""
GOAL_SECTOR, GOAL_ALL, GOAL_WHAT_IF = 30.0, 20.0, 2.0
"""Seconds: the night with the database at sector size (wall), the engine for all of mbo (CPU), one answer (wall)."""
_WHAT_IF = """
import time
from shortages.models import ShortageSnapshot
from shortages.services import what_if
snapshot = ShortageSnapshot.objects.newest()
lever = snapshot.levers.filter(kind="place").order_by("position").first()
asked = dict(snapshot=snapshot, region=lever.region_id, qualification=lever.qualification_id, year=lever.year)
for _ in range(2):
    wall, cpu = time.perf_counter(), time.process_time()
    what_if(**asked, days=lever.days, places=40)
    print(time.perf_counter() - wall, time.process_time() - cpu)
"""


@dataclass(frozen=True)
class Step:
    """CPU seconds of one step, the second time: compiled code is warm then."""

    name: str
    cpu: float


def report(say: Callable[[str], None]) -> dict[str, str]:
    """Measure and tell as markdown: the engine, and the night on the data there is, if it was counted (`load_demo`)."""
    sections = {"": engine_table(say)}
    if ShortageSnapshot.objects.newest() is not None:
        say("De nacht met de database …")
        size = size_of_data()
        sections[size] = "\n".join([night_table(size), what_if_table()])
    return sections


def engine_table(say: Callable[[str], None], sizes: dict[str, tuple[int, int, int]] = SIZES) -> str:
    """CPU seconds of every step of the engine per size."""
    steps_of(synthetic(400, 200, 4))
    found: dict[str, list[Step]] = {}
    for name, (students, vacancies, schools) in sizes.items():
        say(f"{name}: {students} studenten, {vacancies} vacatures …")
        found[name] = steps_of(synthetic(students, vacancies, schools))
    names = [step.name for step in next(iter(found.values()))]
    lines = [
        "CPU seconds of the engine, without the database (synthetic markets; every open student of them is counted).",
        "",
        "| step | " + " | ".join(found) + " |",
        "| --- |" + " ---: |" * len(found),
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{steps[k].cpu:.2f}" for steps in found.values()) + " |"
        for k, name in enumerate(names)
    ]
    sums = [sum(step.cpu for step in steps) for steps in found.values()]
    lines.append("| **together** | " + " | ".join(f"**{total:.2f}**" for total in sums) + " |")
    figures = sum(step.cpu for step in list(found.values())[-1][:3])
    goal = (
        f"Goal for all of mbo: at most {GOAL_ALL:.0f} s. The shortage with what helps per region: {_verdict(figures, GOAL_ALL)} "
        f"({figures:.1f} s); with what every school can do as well: {_verdict(sums[-1], GOAL_ALL)}. "
        f"Peak {bench.peak_mib():.0f} MiB."
    )
    lines += ["", goal]
    return "\n".join(lines) + "\n"


def steps_of(night: Night) -> list[Step]:
    """Every step of a count on a market in memory."""
    marks = [("", process_time())]

    def mark(name: str) -> None:
        marks.append((name, process_time()))

    found = counting.count_structure(
        night.students, night.vacancies, night.pools, night.exclusions, night.policy, night.day.toordinal()
    )
    mark("who fits where, the most that can be placed with proof, fair chance (20 rounds)")
    counting.reasons(night, found)
    mark("what stands in the way of who has no place")
    everybody = levers.for_everybody(night, found, {})
    mark("extra places, supervision and calls per region of three kinds")
    schools = levers.for_schools(night, found)
    mark("another weekday, a longer way, another leerjaar per school")
    counting.demand_cells(night, found)
    counting.supply_cells(night)
    list(levers.ranked(everybody + schools))
    mark("adding up and ranking")
    return [Step(name, at - before) for (_, before), (name, at) in pairwise(marks)]


def synthetic(students: int, vacancies: int, schools: int, seed: int = 1) -> Night:
    """A night of a synthetic market: everybody open, in the nearest of the generator's towns, at some school."""
    x = instances.generate(students, vacancies, seed)
    chance = np.random.default_rng(seed)
    towns = np.array([town[1:3] for town in instances.TOWNS])
    town, at = _nearest(x.students.lat, x.students.lon, towns), _nearest(x.vacancies.lat, x.vacancies.lon, towns)
    everybody = np.arange(students)
    free = x.vacancies.cap.astype(np.int64)
    middle = {k: (float(lat), float(lon)) for k, (lat, lon) in enumerate(towns)}
    provinces = {1000 + k: middle[k] for k in range(12)}
    nothing = np.zeros(vacancies, np.int64)
    return Night(
        day=dt.date.fromordinal(x.today),
        policy=x.policy,
        demand={
            "search_pk": everybody,
            "school": chance.integers(0, schools, students),
            "programme": x.students.crebo.astype(np.int64),
            "municipality": town,
            "period": np.zeros(students, np.int64),
            "year": x.students.leerjaar.astype(np.int64),
            "days": x.students.days.astype(np.int64),
            "group": np.full(students, OPEN),
            "applying": np.zeros(students, np.int64),
            "quiet": (chance.random(students) < 0.05).astype(np.int64),
        },
        supply={
            "vacancy_pk": np.arange(vacancies),
            "organisation": x.vacancies.pool.astype(np.int64),
            "municipality": at,
            "period": nothing,
            "places": free,
            "taken": nothing,
            "held": nothing,
            "free": free,
            "vacant": free,
            "reactions": nothing,
            "blocked": nothing,
        },
        students=x.students,
        vacancies=x.vacancies,
        pools=x.pools,
        exclusions=x.exclusions,
        student_row=everybody,
        vacancy_row=np.arange(vacancies),
        pool_team=np.arange(x.pools.n),
        crebos=np.arange(64),
        areas=Areas(
            municipality=np.arange(len(towns)),
            region={
                str(kind): np.arange(len(towns)) if k < 2 else 1000 + np.arange(len(towns)) % 12
                for k, kind in enumerate(KINDS)
            },
            middle=middle | provinces,
            middle_of_municipality=middle,
        ),
    )


def _nearest(lat: Any, lon: Any, towns: Any) -> Any:
    points = np.stack((lat, lon), axis=1)
    parts = [
        ((points[k : k + 10_000, None] - towns) ** 2).sum(axis=2).argmin(axis=1) for k in range(0, len(points), 10_000)
    ]
    return np.concatenate(parts).astype(np.int64)


def night_table(size: str) -> str:
    """A whole count on the data there is, with all its writing, taken back; a trial before it, to warm compiled code."""
    take_count(day=today(), dry_run=True)
    with transaction.atomic():
        wall, cpu = perf_counter(), process_time()
        found = take_count(day=today(), again=True)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        transaction.set_rollback(True)
    counts = found.counts
    steps = " + ".join(f"{name} {seconds:.2f}" for name, seconds in found.timings.items())
    if size == "national":
        goal = f"Goal for all of mbo: at most {GOAL_ALL:.0f} s of CPU: {_verdict(cpu, GOAL_ALL)}."
    else:
        goal = f"Goal at sector size: at most {GOAL_SECTOR:.0f} s (wall): {_verdict(wall, GOAL_SECTOR)}."
    return (
        "The whole count with the database, from reading to what everybody may see; taken back after it.\n\n"
        "| students | open | free places | pairs | shortage | levers | s (wall) | s (CPU of the worker) | peak MiB, with the markets measured before |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        f"| {counts['students']:,} | {counts['open']:,} | {counts['free']:,} | {counts['pairs']:,} | {counts['shortage']:,} "
        f"| {counts['levers']:,} | {wall:.1f} | {cpu:.1f} | {bench.peak_mib():.0f} |\n\n"
        f"Steps (wall): {steps}. {goal}\n"
    )


def what_if_table() -> str:
    """One answer in a process of its own, and the next."""
    run = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "shell", "--no-imports", "-c", _WHAT_IF],
        capture_output=True, text=True, check=True, cwd=settings.BASE_DIR,
    )  # fmt: skip
    first, second = ([float(x) for x in line.split()] for line in run.stdout.strip().splitlines()[-2:])
    return (
        "What 40 more places of one kind do, asked in a fresh process.\n\n"
        "| | s (wall) | s (CPU) |\n| --- | ---: | ---: |\n"
        f"| first answer (unpacks the market) | {first[0]:.2f} | {first[1]:.2f} |\n"
        f"| every next answer | {second[0]:.3f} | {second[1]:.3f} |\n\n"
        f"Goal: at most {GOAL_WHAT_IF:.0f} s: {_verdict(first[0], GOAL_WHAT_IF)} (wall), {_verdict(first[1], GOAL_WHAT_IF)} "
        "(CPU: what it takes when nobody else works).\n"
    )


def _verdict(measured: float, goal: float) -> str:
    return "holds" if measured <= goal else "**missed**"
