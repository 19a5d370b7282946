"""The figures of one night, from the market that was read: numpy around the engine, no database.

Method (docs/shortage.md): the most students that any division could place, with a certificate; for everybody whether a
place exists, whether there are too few, or whether every best division has one; and the proven shortage dealt over the
groups by the fair chance, so that all groups together are exactly the shortage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from matchmaking.columns import Column
from matchmaking.engine import backend, candidates, chance, rules, structural
from matchmaking.engine.geo import F64, I64
from matchmaking.engine.rules import Rule
from matchmaking.engine.structural import Structure
from matchmaking.engine.types import Bools, Exclusions, Pairs, Policy, Pools, Students, Vacancies
from shortages.market import OPEN, PLACED, TALKING, Night

UNIT = 1024
"""`structural` of a cell is a whole number of 1/1024 students: sums of such numbers are exact, in any order."""


class Place(IntEnum):
    """What the best division could do for a student; `shortages.enums.Situation` as a small number."""

    NONE = 0
    COMPETING = 1
    FITS = 2


@dataclass(frozen=True, eq=False)
class Structural:
    """The structure of one market. Rows are those of the students who can be divided.

    Always `shortage == without_fit + competing - capacity`: the proof, in the terms of the definitions. `units` is
    each student's part of the shortage in units of 1/1024; they add up to `shortage * 1024` exactly.
    """

    pairs: Pairs
    best: Structure
    place: npt.NDArray[np.int8]
    chance: F64
    fitting: I64
    units: I64
    rounds: int

    @property
    def shortage(self) -> int:
        """Students that no division can place."""
        return self.best.shortage

    def certificate(self) -> dict[str, int]:
        """The numbers of the proof."""
        return {
            "max_placement": self.best.max_placement,
            "shortage": self.best.shortage,
            "without_fit": int((self.place == Place.NONE).sum()),
            "competing": int((self.place == Place.COMPETING).sum()),
            "capacity": self.best.capacity,
        }


def count_structure(
    students: Students,
    vacancies: Vacancies,
    pools: Pools,
    exclusions: Exclusions | None,
    policy: Policy,
    day: int,
    *,
    rounds: int = chance.ROUNDS,
    engine: backend.Engine | None = None,
) -> Structural:
    """Count one market. Raises `CertificateError` when the proof does not add up: publish nothing then."""
    pairs = candidates.find(students, vacancies, exclusions, policy, day, engine=engine).bare()
    return structure_of(
        pairs, vacancies.cap, vacancies.pool, pools.cap, lot=np.argsort(np.argsort(students.uid, kind="stable")),
        vacancy_order=vacancies.by_uid, rounds=rounds, engine=engine,
    )  # fmt: skip


def structure_of(
    pairs: Pairs,
    vacancy_cap: npt.ArrayLike,
    pool_of: npt.ArrayLike,
    pool_cap: npt.ArrayLike,
    *,
    lot: npt.ArrayLike | None = None,
    vacancy_order: npt.ArrayLike | None = None,
    rounds: int = chance.ROUNDS,
    engine: backend.Engine | None = None,
) -> Structural:
    """As `count_structure`, from pairs and capacities. A full vacancy or pool may be in it; it fits nobody."""
    best = structural.analyse(pairs, vacancy_cap, pool_of, pool_cap, engine=engine)
    fair = chance.fair_chance(
        pairs, vacancy_cap, pool_of, pool_cap, rounds=rounds, lot=lot, vacancy_order=vacancy_order, engine=engine
    )
    free = room_of(vacancy_cap, pool_of, pool_cap)
    fitting = _sums(free, pairs)
    none = fitting == 0
    # Who is eligible for full places only is in the engine's set of competing students, with a capacity of nothing.
    competing = best.competing & ~none
    place = np.full(pairs.n_students, Place.FITS, np.int8)
    place[competing] = Place.COMPETING
    place[none] = Place.NONE
    if int(none.sum()) + int(competing.sum()) - best.capacity != best.shortage:
        raise structural.CertificateError(
            f"{int(none.sum())} + {int(competing.sum())} - {best.capacity} is not {best.shortage}"
        )
    units = _deal(none, competing, fair.share, best.shortage)
    return Structural(pairs, best, place, fair.share, fitting, units, fair.rounds)


def room_of(vacancy_cap: npt.ArrayLike, pool_of: npt.ArrayLike, pool_cap: npt.ArrayLike) -> I64:
    """Free places of each vacancy that its pool has supervision for, were it alone."""
    caps, pools = np.asarray(vacancy_cap, np.int64), np.asarray(pool_of, np.int64)
    room = np.append(np.asarray(pool_cap, np.int64), np.iinfo(np.int64).max)
    least: I64 = np.minimum(caps, room[pools])
    return least


def _sums(free: I64, pairs: Pairs) -> I64:
    """The free places of all vacancies of each student together."""
    sums = np.zeros(pairs.n_students, np.int64)
    for first, last in pairs.blocks():
        at = pairs.offsets[first : last + 1]
        total = np.append(0, np.cumsum(free[pairs.vacancy[at[0] : at[-1]]])).astype(np.int64)
        sums[first:last] = total[at[1:] - at[0]] - total[at[:-1] - at[0]]
    return sums


def _deal(none: Bools, competing: Bools, share: F64, shortage: int) -> I64:
    """Deal the shortage over students: one for who has no place, and over the competing by what they miss of a place.

    The fair chances of a finite number of rounds add up to a little less than the capacity, so what the competing miss
    is scaled down to what is proven, and rounded by largest remainder.
    """
    units = np.where(none, UNIT, 0).astype(np.int64)
    left = shortage - int(none.sum())
    who = np.flatnonzero(competing)
    if left <= 0 or not len(who):
        return units
    missing = 1 - share[who]
    exact = missing * (left / missing.sum()) * UNIT
    whole = np.floor(exact).astype(np.int64)
    rest = left * UNIT - int(whole.sum())
    by = np.argsort(whole - exact, kind="stable")[:rest]
    whole[by] += 1
    units[who] = whole
    return units


def reasons(night: Night, found: Structural) -> tuple[list[str], I64]:
    """What stands in the way of each student who has no fitting place, and the places if only that were different.

    The rule that alone keeps the student from most free places; where several always fail together, the one that
    fails most often at places for the own opleiding; `crebo` when there is none for it at all. Empty for all others.
    """
    told = [""] * night.students.n
    gain = np.zeros(night.students.n, np.int64)
    free = room_of(night.vacancies.cap, night.vacancies.pool, night.pools.cap)
    open_at = np.flatnonzero(free > 0)
    who = np.flatnonzero(found.place == Place.NONE)
    today = night.day.toordinal()
    for crebo in np.unique(night.students.crebo[who]).tolist():
        mine = who[night.students.crebo[who] == crebo]
        # Which places are for an opleiding is the same for all its students.
        own = rules.crebo(night.students, np.full(len(open_at), mine[0]), night.vacancies, open_at, night.policy, today)
        places = open_at[own]
        if not len(places):
            for i in mine.tolist():
                told[i] = Rule.CREBO.value
            continue
        at_once = max(1, PAIRS_AT_ONCE // len(places))
        for first in range(0, len(mine), at_once):
            some = mine[first : first + at_once]
            for i, rule, eased in zip(some.tolist(), *_in_the_way(night, some, places, free[places]), strict=True):
                told[i], gain[i] = _RULES[rule].value, eased
    return told, gain


PAIRS_AT_ONCE = 1 << 17
"""Students times places that `reasons` looks at in one go."""
_OWN_TESTS = {rule: test for rule, test in rules.TESTS.items() if rule is not Rule.CREBO}
_RULES = [*_OWN_TESTS, Rule.REFUSED]


def _in_the_way(night: Night, students: I64, places: I64, free: I64) -> tuple[list[int], list[int]]:
    """For each of these students the number of the rule that is in the way of most of these places, and of how many alone."""
    rows, at = np.repeat(students, len(places)), np.tile(places, len(students))
    fails = np.empty((len(_RULES), len(rows)), np.bool_)
    for number, test in enumerate(_OWN_TESTS.values()):
        fails[number] = ~test(night.students, rows, night.vacancies, at, night.policy, night.day.toordinal())
    fails[-1] = False
    for k, i in enumerate(students.tolist()):
        if len(refused := night.exclusions.row(i)):
            fails[-1, k * len(places) : (k + 1) * len(places)] = np.isin(places, refused)
    single = np.flatnonzero(fails.sum(axis=0, dtype=np.uint8) == 1)
    rule, student = fails[:, single].argmax(axis=0), single // len(places)
    eased = np.zeros((len(students), len(_RULES)), np.int64)
    np.add.at(eased, (student, rule), free[single % len(places)])
    best, most = eased.argmax(axis=1), eased.max(axis=1)
    for k in np.flatnonzero(most == 0).tolist():
        # Several rules always fail together: the one that fails most often.
        best[k] = (fails[:, k * len(places) : (k + 1) * len(places)] @ free).argmax()
    return best.tolist(), most.tolist()


_DEMAND_KEYS = ("school", "programme", "municipality", "period", "year", "days")
_SUPPLY_KEYS = ("organisation", "municipality", "period")


def _grouped(rows: dict[str, Column], keys: tuple[str, ...]) -> tuple[dict[str, Column], Column]:
    """The different combinations of the keys, and the number of the combination of every row."""
    # One number per row instead of a row of numbers: sorting those is many times as fast.
    code = np.zeros(len(rows[keys[0]]), np.int64)
    for key in keys:
        values, place = np.unique(rows[key], return_inverse=True)
        code = np.unique(code, return_inverse=True)[1] * max(len(values), 1) + place
    _, first, at = np.unique(code, return_index=True, return_inverse=True)
    return {key: rows[key][first].astype(np.int64) for key in keys}, at


def silent(night: Night, found: Structural) -> Bools:
    """Per row of `demand`: open, with a fitting place, and nothing heard."""
    has_place = np.zeros(len(night.demand["search_pk"]), np.bool_)
    has_place[night.student_row] = found.place != Place.NONE
    result: Bools = has_place & (night.demand["group"] == OPEN) & (night.demand["quiet"] == 1)
    return result


def demand_cells(night: Night, found: Structural) -> dict[str, Column]:
    """Columns of `DemandCell`, a row per combination of its keys; `structural` as a multiple of 1/1024."""
    cells, at = _grouped(night.demand, _DEMAND_KEYS)
    size = len(cells["school"])
    group = night.demand["group"]

    def count(mask: Column) -> I64:
        return np.bincount(at[mask], minlength=size).astype(np.int64)

    def of_students(values: Column) -> Column:
        return np.bincount(at[night.student_row], weights=values, minlength=size)

    return cells | {
        "students": np.bincount(at, minlength=size),
        "placed": count(group == PLACED),
        "talking": count(group == TALKING),
        "open": count(group == OPEN),
        "applying": count((group == OPEN) & (night.demand["applying"] == 1)),
        "silent": count(silent(night, found)),
        "without_fit": of_students(found.place == Place.NONE).astype(np.int64),
        "competing": of_students(found.place == Place.COMPETING).astype(np.int64),
        "structural": of_students(found.units) / UNIT,
    }


def supply_cells(night: Night) -> dict[str, Column]:
    """Columns of `SupplyCell`, a row per combination of its keys with any place."""
    rows = {name: column[night.supply["places"] > 0] for name, column in night.supply.items()}
    cells, at = _grouped(rows, _SUPPLY_KEYS)
    size = len(cells["organisation"])
    unused = np.maximum(rows["free"] - rows["reactions"], 0)
    names = ("places", "taken", "held", "free", "blocked", "vacant")
    sums = {name: rows[name] for name in names} | {"unused": unused}
    return cells | {
        "vacancies": np.bincount(at, minlength=size),
        **{name: np.bincount(at, weights=column, minlength=size).astype(np.int64) for name, column in sums.items()},
    }


def totals(night: Night, found: Structural) -> dict[str, int]:
    """The country's totals and the certificate, as they are kept with the count."""
    group = night.demand["group"]
    return {
        "students": len(group),
        "placed": int((group == PLACED).sum()),
        "talking": int((group == TALKING).sum()),
        "open": int((group == OPEN).sum()),
        "silent": int(silent(night, found).sum()),
        "without_home": int((group == OPEN).sum()) - night.students.n,
        **{name: int(night.supply[name].sum()) for name in ("places", "taken", "held", "free", "blocked")},
        "pairs": len(found.pairs),
        "rounds": found.rounds,
        **found.certificate(),
    }
