"""Named, validated, read-only arrays: the only thing the engine takes and gives.

Every table is a frozen dataclass of columns. A column may be given as any integer (or, for coordinates, float)
array or sequence; it is converted to the stated dtype without loss, or `EngineInputError` says which column is
wrong and why. Masks are bit sets: bit 0 is the first of the caller's own list (Monday for days, leerjaar 1, …).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from matchmaking.engine import geo
from matchmaking.engine.geo import F64, I64
from matchmaking.engine.table import I16 as I16
from matchmaking.engine.table import I32 as I32
from matchmaking.engine.table import U8 as U8
from matchmaking.engine.table import U16 as U16
from matchmaking.engine.table import U32 as U32
from matchmaking.engine.table import U64 as U64
from matchmaking.engine.table import Bools as Bools
from matchmaking.engine.table import Column as Column
from matchmaking.engine.table import EngineInputError as EngineInputError
from matchmaking.engine.table import Table as Table
from matchmaking.engine.table import col, convert

DAY_MIN, DAY_MAX = 0, 4_000_000
"""Day ordinals as `date.toordinal()` gives them; `DAY_MAX` stands for 'no end'."""
DISTANCE_MAX = 25_000_000
"""Metres; longer than any way on earth, so it stands for 'no limit'."""
VACANCIES_MAX = 1 << 26
MAX_SCORE = 1000
PAIRS_AT_ONCE = 1 << 18


@dataclass(frozen=True, eq=False)
class Students(Table):
    """One row per student who takes part tonight.

    `needs` is what the place must offer (compared with `Vacancies.has`), `has` is what the student brings
    (compared with `Vacancies.needs`). `rejections` counts refusals by organisations only, `turns` the proposals
    ever received, `weeks` the whole weeks of searching.
    """

    uid: U64 = field(metadata=col(np.uint64))
    crebo: I32 = field(metadata=col(np.int32, 0, 63))
    leerjaar: U8 = field(metadata=col(np.uint8, 1, 8))
    route: U8 = field(metadata=col(np.uint8, 0, 7))
    lat: F64 = field(metadata=col(np.float64, -90, 90))
    lon: F64 = field(metadata=col(np.float64, -180, 180))
    max_metres: I32 = field(metadata=col(np.int32, 0, DISTANCE_MAX))
    days: U8 = field(metadata=col(np.uint8, 0, 127))
    min_days: U8 = field(metadata=col(np.uint8, 0, 7))
    hours_min: I16 = field(metadata=col(np.int16, 0, 168))
    hours_max: I16 = field(metadata=col(np.int16, 0, 168))
    start: I32 = field(metadata=col(np.int32, DAY_MIN, DAY_MAX))
    end: I32 = field(metadata=col(np.int32, DAY_MIN, DAY_MAX))
    groups: U64 = field(metadata=col(np.uint64))
    fields: U64 = field(metadata=col(np.uint64))
    wps: U64 = field(metadata=col(np.uint64))
    needs: U32 = field(metadata=col(np.uint32))
    has: U32 = field(metadata=col(np.uint32))
    rejections: I32 = field(metadata=col(np.int32, 0))
    turns: I32 = field(metadata=col(np.int32, 0))
    weeks: I32 = field(metadata=col(np.int32, 0))

    def check(self) -> None:
        self._unique_uid()
        self._ordered("hours_min", "hours_max")
        self._ordered("start", "end")

    @cached_property
    def position(self) -> I64:
        """Place on the globe, (n, 3) whole decimetres from the centre of the earth."""
        return geo.position(self.lat, self.lon)

    @cached_property
    def chord_limit(self) -> I64:
        """Squared chord (decimetres) under which a place is within `max_metres`."""
        return geo.chord_limit(self.max_metres)


@dataclass(frozen=True, eq=False)
class Vacancies(Table):
    """One row per vacancy that can be proposed tonight.

    `crebos`, `leerjaren` (bit leerjaar - 1) and `routes` say who is accepted; `cap` is the number of free places
    after pinned proposals were subtracted; `pool` is the row in `Pools` or -1 for none; `deadline` is the last day
    on which one can still apply.
    """

    uid: U64 = field(metadata=col(np.uint64))
    crebos: U64 = field(metadata=col(np.uint64))
    leerjaren: U8 = field(metadata=col(np.uint8))
    routes: U8 = field(metadata=col(np.uint8))
    lat: F64 = field(metadata=col(np.float64, -90, 90))
    lon: F64 = field(metadata=col(np.float64, -180, 180))
    days: U8 = field(metadata=col(np.uint8, 0, 127))
    min_days: U8 = field(metadata=col(np.uint8, 0, 7))
    hours_min: I16 = field(metadata=col(np.int16, 0, 168))
    hours_max: I16 = field(metadata=col(np.int16, 0, 168))
    start: I32 = field(metadata=col(np.int32, DAY_MIN, DAY_MAX))
    end: I32 = field(metadata=col(np.int32, DAY_MIN, DAY_MAX))
    groups: U64 = field(metadata=col(np.uint64))
    fields: U64 = field(metadata=col(np.uint64))
    wps: U64 = field(metadata=col(np.uint64))
    has: U32 = field(metadata=col(np.uint32))
    needs: U32 = field(metadata=col(np.uint32))
    cap: I32 = field(metadata=col(np.int32, 0))
    pool: I32 = field(metadata=col(np.int32, -1))
    deadline: I32 = field(metadata=col(np.int32, DAY_MIN, DAY_MAX))

    def check(self) -> None:
        self._unique_uid()
        self._ordered("hours_min", "hours_max")
        self._ordered("start", "end")
        if self.n >= VACANCIES_MAX:
            raise EngineInputError(f"Vacancies: at most {VACANCIES_MAX - 1} rows")

    @cached_property
    def position(self) -> I64:
        """Place on the globe, (n, 3) whole decimetres from the centre of the earth."""
        return geo.position(self.lat, self.lon)

    @cached_property
    def by_uid(self) -> I64:
        """Rows in the order of their uid: the last tie-break, so that row order never matters."""
        return np.argsort(self.uid, kind="stable").astype(np.int64)

    @cached_property
    def uid_rank(self) -> I64:
        """Position of every row in `by_uid`."""
        rank = np.empty(self.n, np.int64)
        rank[self.by_uid] = np.arange(self.n)
        return rank


@dataclass(frozen=True, eq=False)
class Pools(Table):
    """Supervision room of one team in one stageperiode, shared by its vacancies; `cap` after pinned proposals."""

    uid: U64 = field(metadata=col(np.uint64))
    cap: I32 = field(metadata=col(np.int32, 0))

    def check(self) -> None:
        self._unique_uid()


class StudentLists:
    """For every student a set of vacancy rows (CSR): pairs refused or excluded before, or favourites."""

    __slots__ = ("offsets", "vacancy")

    def __init__(self, offsets: npt.ArrayLike, vacancy: npt.ArrayLike) -> None:
        self.offsets: I64 = convert("StudentLists.offsets", offsets, np.int64, 0, None)
        self.vacancy: I32 = convert("StudentLists.vacancy", vacancy, np.int32, 0, None)
        if len(self.offsets) == 0 or self.offsets[0] != 0 or self.offsets[-1] != len(self.vacancy):
            raise EngineInputError("StudentLists.offsets: must run from 0 to the number of entries")
        if (np.diff(self.offsets) < 0).any():
            raise EngineInputError("StudentLists.offsets: must not decrease")

    @property
    def n(self) -> int:
        """Number of students."""
        return len(self.offsets) - 1

    @classmethod
    def none(cls, students: int) -> StudentLists:
        """No entry for any of so many students."""
        return cls(np.zeros(students + 1, np.int64), np.zeros(0, np.int32))

    @classmethod
    def from_pairs(cls, students: int, pairs: Iterable[tuple[int, int]]) -> StudentLists:
        """From (student row, vacancy row) in any order; the same pair twice counts once."""
        unique = sorted(set(pairs))
        rows = np.array([s for s, _ in unique], np.int64)
        if len(rows) and (rows[0] < 0 or rows[-1] >= students):
            raise EngineInputError("StudentLists: a student row is out of range")
        counts = np.bincount(rows, minlength=students)
        offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return cls(offsets, np.array([v for _, v in unique], np.int32))

    def student(self) -> I64:
        """The student row of every entry."""
        return np.repeat(np.arange(self.n, dtype=np.int64), np.diff(self.offsets))

    def row(self, student: int) -> I32:
        """The vacancy rows of one student."""
        return self.vacancy[self.offsets[student] : self.offsets[student + 1]]


Exclusions = StudentLists
Favourites = StudentLists

PriorityOrder = Literal["turn", "equity"]


@dataclass(frozen=True)
class Policy:
    """The published rules of one policy version. Weights add up to at most 1000; distances are metres.

    `doelgroep` is the weight of both wishes together, `werkveld` the part of it for the field of work.
    `band_good` and `band_fair` are the least points from facts (distance, werkprocessen, days) for fit band 0 and 1.
    `order` 'turn': who never had a proposal goes first; 'equity': who was refused most goes first.
    `hand_over`: from so many refusals a student gets no more proposals by computer: a person looks for a place with him
    (0: never).
    """

    version: str = "1"
    distance: int = 300
    doelgroep: int = 250
    werkveld: int = 100
    werkprocessen: int = 350
    days: int = 100
    near_metres: int = 2_000
    far_metres: int = 50_000
    band_good: int = 560
    band_fair: int = 400
    werkprocessen_percent: int = 50
    period_percent: int = 80
    hard_case: int = 10
    max_turns: int = 5
    tier_size: int = 2
    max_tiers: int = 5
    order: PriorityOrder = "turn"
    hand_over: int = 0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name in ("version", "order"):
                continue
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= DISTANCE_MAX:
                raise EngineInputError(f"Policy.{name}: expected a whole number of 0 or more, got {value!r}")
        if self.order not in get_args(PriorityOrder):
            raise EngineInputError(f"Policy.order: {self.order!r} is not one of {get_args(PriorityOrder)}")
        if self.distance + self.doelgroep + self.werkprocessen + self.days > MAX_SCORE:
            raise EngineInputError(f"Policy: the weights add up to more than {MAX_SCORE}")
        if self.werkveld > self.doelgroep:
            raise EngineInputError("Policy.werkveld: is a part of doelgroep and cannot be more")
        if self.near_metres >= self.far_metres:
            raise EngineInputError("Policy.near_metres: must be less than far_metres")
        if self.band_fair > self.band_good:
            raise EngineInputError("Policy.band_fair: cannot be more than band_good")
        if self.tier_size < 1:
            raise EngineInputError("Policy.tier_size: must be at least 1")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Policy:
        """From a stored policy row; an unknown name raises `EngineInputError`, a missing one takes the default."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise EngineInputError(f"Policy: unknown {', '.join(sorted(unknown))}")
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """All values by name, for storing and hashing."""
        return asdict(self)


POLICY_V2 = Policy(version="2", band_good=600, band_fair=450, hand_over=4)
"""The next policy that was measured best of those that need nothing but the order (docs/seasons.md); not in force by
itself: whoever runs the platform makes it a version and switches it on."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every eligible pair, per student from best to worst: row i is `offsets[i]` up to `offsets[i + 1]`."""

    offsets: I64
    vacancy: I32
    band: U8
    score: U16

    @property
    def n_students(self) -> int:
        return len(self.offsets) - 1

    @property
    def lo(self) -> I64:
        """First pair of every student."""
        return self.offsets[:-1]

    @property
    def hi(self) -> I64:
        """One past the last pair of every student."""
        return self.offsets[1:]

    def __len__(self) -> int:
        return len(self.vacancy)

    def student(self) -> I64:
        """The student row of every pair."""
        return np.repeat(np.arange(self.n_students, dtype=np.int64), np.diff(self.offsets))

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Students from .. to .. of about `PAIRS_AT_ONCE` pairs: numpy by the block needs no memory of all pairs."""
        first = 0
        while first < self.n_students:
            last = int(np.searchsorted(self.offsets, self.offsets[first] + PAIRS_AT_ONCE, "right")) - 1
            last = min(max(last, first + 1), self.n_students)
            yield first, last
            first = last

    def bare(self) -> Pairs:
        """The same pairs with band and score 0, which take no memory: for questions about who fits where only."""
        size = len(self)
        return Pairs(
            self.offsets, self.vacancy, np.broadcast_to(np.uint8(0), size), np.broadcast_to(np.uint16(0), size)
        )

    def row(self, student: int) -> slice:
        """The slice of one student's pairs."""
        return slice(int(self.offsets[student]), int(self.offsets[student + 1]))

    def take(self, rows: npt.ArrayLike) -> Pairs:
        """The pairs of only these students, in this order."""
        index = np.asarray(rows, np.int64)
        length = self.offsets[index + 1] - self.offsets[index]
        offsets = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
        e = np.repeat(self.offsets[index] - offsets[:-1], length) + np.arange(offsets[-1])
        return Pairs(offsets, self.vacancy[e], self.band[e], self.score[e])

    def without(self, students: Bools) -> Pairs:
        """The same with nothing on the lists of these students (a mask)."""
        if not students.any():
            return self
        length = np.where(students, 0, np.diff(self.offsets))
        keep = ~np.repeat(students, np.diff(self.offsets))
        offsets = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
        return Pairs(offsets, self.vacancy[keep], self.band[keep], self.score[keep])

    @classmethod
    def from_lists(cls, lists: Iterable[Iterable[int]], bands: Iterable[Iterable[int]] | None = None) -> Pairs:
        """From one preference list of vacancy rows per student (score 0; band 0 unless given)."""
        rows = [list(row) for row in lists]
        flat = np.array([v for row in rows for v in row], np.int32)
        band = np.zeros(len(flat), np.uint8) if bands is None else np.array([b for r in bands for b in r], np.uint8)
        offsets = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
        return cls(offsets, flat, band, np.zeros(len(flat), np.uint16))


CUTOFF_OPEN = int(np.iinfo(np.int64).max)
"""Cut-off of a vacancy with room: nobody is refused."""
CUTOFF_CLOSED = int(np.iinfo(np.int64).min)
"""Cut-off of a vacancy that had no place to begin with: everybody is refused."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """`match`: vacancy row per student or -1; `pair`: its index in `Pairs` or -1.

    `cutoff` per vacancy: a student whose key there is higher was refused, nobody else was.
    """

    match: I32
    pair: I64
    cutoff: I64

    @property
    def placed(self) -> int:
        """Number of students with a place."""
        return int((self.match >= 0).sum())
