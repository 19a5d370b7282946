"""The engine with compiled loops: packs the tables for `kernels` and unpacks what comes back."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from matchmaking.engine import kernels, order
from matchmaking.engine.geo import I64
from matchmaking.engine.types import (
    I32,
    U64,
    Bools,
    Exclusions,
    Favourites,
    Pairs,
    Policy,
    Students,
    Vacancies,
)

_CELL = 40_000
"""Least side of a cell in decimetres: 4 km."""
_CELLS = 128
"""Most cells along one side."""
_CHUNK = 1024
"""Students per piece of work; the result does not depend on it."""
_BLOCK = 1 << 22
"""Keys that are kept together: 32 MiB, from where on an array is memory of its own."""


def default_threads() -> int:
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def find(
    students: Students,
    vacancies: Vacancies,
    exclusions: Exclusions | None,
    policy: Policy,
    today: int,
    favourites: Favourites | None = None,
    threads: int = 0,
    chunk: int = _CHUNK,
) -> Pairs:
    """Every eligible pair, each student's best first. See `candidates.find`."""
    entry, crebo = _entries(vacancies, today)
    if not students.n or not len(entry):
        return Pairs.from_lists([[]] * students.n)
    position = vacancies.position[entry]
    low, high = position[:, 1:].min(axis=0), position[:, 1:].max(axis=0)
    size = max(_CELL, int((high - low).max()) // _CELLS + 1)
    columns, rows = ((high - low) // size + 1).tolist()
    grid = np.array([low[0], low[1], size, columns, rows], np.int64)
    cell = (position[:, 1:] - low) // size
    slot = (crebo * rows + cell[:, 1]) * columns + cell[:, 0]
    by_slot = np.argsort(slot, kind="stable")
    entry, slot = entry[by_slot], slot[by_slot]
    cells = np.searchsorted(slot, np.arange(64 * rows * columns + 1)).astype(np.int64)
    v_arrays = _pack_vacancies(vacancies, entry)
    # Neighbours after each other: they look at the same cells, which are then in the processor's cache.
    own_cell = (students.position[:, 1:] - low) // size
    sequence = np.lexsort((own_cell[:, 0], own_cell[:, 1], students.crebo)).astype(np.int64)
    s_int, s_mask = _pack_students(students, sequence)
    lists = [x or Exclusions.none(students.n) for x in (exclusions, favourites)]
    out, top = ((x.offsets.copy(), x.vacancy.copy()) for x in lists)
    numbers = _pack_policy(policy)

    def work(first: int) -> tuple[I64, U64]:
        last = min(first + chunk, students.n)
        found: tuple[I64, U64] = kernels.scan(
            first, last, s_int, s_mask, cells, grid, *v_arrays, *out, *top, numbers, vacancies.n
        )
        return found

    starts_at = range(0, students.n, chunk)
    number: list[I64] = []
    keys = _Keys(one=len(starts_at) == 1)
    with ThreadPoolExecutor(threads or default_threads()) as pool:
        for of_chunk, found in pool.map(work, starts_at):
            number.append(of_chunk)
            keys.add(found)
    counts = np.empty(students.n, np.int64)
    counts[sequence] = np.concatenate(number)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    total = int(offsets[-1])
    pairs = Pairs(offsets, np.empty(total, np.int32), np.empty(total, np.uint8), np.empty(total, np.uint16))
    by_uid = vacancies.by_uid.copy()
    for k, first in enumerate(starts_at):
        starts = offsets[sequence[first : first + chunk]]
        kernels.unpack(keys.next(), starts, number[k], by_uid, pairs.vacancy, pairs.band, pairs.score)
    return pairs


class _Keys:
    """What the chunks found, first in first out, in few large arrays: those go back to the system when they are empty.

    A thousand small ones would keep the memory of the whole market for the rest of the process' life.
    """

    def __init__(self, *, one: bool) -> None:
        """`one`: there is one chunk only, which is kept as it is."""
        self._one = one
        self._blocks: list[U64] = []
        self._chunks: list[tuple[int, int, int]] = []
        self._used = 0
        self._told = 0

    def add(self, found: U64) -> None:
        """Keep the keys of the next chunk."""
        if not self._blocks or self._used + len(found) > len(self._blocks[-1]):
            self._blocks.append(found if self._one else np.empty(max(_BLOCK, len(found)), np.uint64))
            self._used = 0
        low, self._used = self._used, self._used + len(found)
        if not self._one:
            self._blocks[-1][low : self._used] = found
        self._chunks.append((len(self._blocks) - 1, low, self._used))

    def next(self) -> U64:
        """The keys of the first chunk that was not told yet; a block is given back when its last chunk was told."""
        block, low, high = self._chunks[self._told]
        if self._told and block > self._chunks[self._told - 1][0]:
            self._blocks[block - 1] = np.zeros(0, np.uint64)
        self._told += 1
        return self._blocks[block][low:high]


def _entries(vacancies: Vacancies, today: int) -> tuple[I64, I64]:
    """A row per vacancy and accepted crebo, for vacancies one can still apply to."""
    open_ = np.flatnonzero(vacancies.deadline >= today)
    accepts = (vacancies.crebos[open_][:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    row, crebo = np.nonzero(accepts)
    return open_[row].astype(np.int64), crebo.astype(np.int64)


def _gate(leerjaren: U64, routes: U64, has: U64) -> U64:
    gate: U64 = leerjaren | (routes << np.uint64(8)) | (has << np.uint64(16))
    return gate


def _pack_vacancies(vacancies: Vacancies, entry: I64) -> tuple[I32, U64, I64, U64]:
    v = vacancies.take(entry)
    wide = {name: column.astype(np.uint64) for name, column in v.columns() if column.dtype.kind == "u"}
    gate = np.stack((_gate(wide["leerjaren"], wide["routes"], wide["has"]), wide["needs"] << np.uint64(16)), axis=1)
    numbers = (
        entry, vacancies.uid_rank[entry], v.min_days, v.hours_min, v.hours_max, v.start, v.end,
    )  # fmt: skip
    masks = (wide["days"], wide["groups"], wide["fields"], wide["wps"], wide["uid"])
    return (
        vacancies.position[entry].astype(np.int32),
        np.ascontiguousarray(gate),
        np.stack([np.asarray(c).astype(np.int64) for c in numbers], axis=1),
        np.stack(masks, axis=1),
    )


def _pack_students(students: Students, sequence: I64) -> tuple[I64, U64]:
    s = students
    reach = np.sqrt(s.chord_limit.astype(np.float64)).astype(np.int64) + 1
    numbers = (
        np.arange(s.n), s.position[:, 0], s.position[:, 1], s.position[:, 2], s.chord_limit, reach, s.min_days,
        s.hours_min, s.hours_max, s.start, s.end, s.crebo,
    )  # fmt: skip
    one = np.uint64(1)
    ask = _gate(
        one << (s.leerjaar.astype(np.uint64) - one), one << s.route.astype(np.uint64), s.needs.astype(np.uint64)
    )
    offer = s.has.astype(np.uint64) << np.uint64(16)
    masks = (offer, ask, s.days.astype(np.uint64), s.groups, s.fields, s.wps, order.mix(s.uid))
    return (
        np.stack([np.asarray(c).astype(np.int64)[sequence] for c in numbers], axis=1),
        np.stack([c[sequence] for c in masks], axis=1),
    )


def _pack_policy(policy: Policy) -> I64:
    return np.array(
        [
            policy.distance, policy.doelgroep - policy.werkveld, policy.werkveld, policy.werkprocessen, policy.days,
            policy.near_metres, policy.far_metres, policy.band_good, policy.band_fair, policy.werkprocessen_percent,
            policy.period_percent,
        ],
        np.int64,
    )  # fmt: skip


def divide(
    pairs: Pairs,
    rank: I64,
    override: Bools,
    holder: I64,
    locked: Bools,
    keys: I64 | None,
    vacancy_cap: I64,
    pool_of: I64,
    pool_cap: I64,
) -> I64:
    """The pair that every student ends with, or -1. Every vacancy has a pool here."""
    most = np.minimum(vacancy_cap, pairs.n_students)
    if int(most.sum()) > len(pairs) // 8:
        # Far more places than anybody asks for: so much room is not needed.
        most = np.minimum(most, np.bincount(pairs.vacancy, minlength=len(vacancy_cap)))
    heap_at = np.concatenate(([0], np.cumsum(most))).astype(np.int64)
    members = np.argsort(pool_of, kind="stable").astype(np.int64)
    pool_at = np.searchsorted(pool_of[members], np.arange(len(pool_cap) + 1)).astype(np.int64)
    place = np.empty(len(pool_of), np.int64)
    place[members] = np.arange(len(members)) - pool_at[pool_of[members]]
    match: I64 = kernels.divide(
        np.argsort(rank, kind="stable").astype(np.int64),
        pairs.offsets.copy(),
        pairs.vacancy,
        pairs.band,
        rank.copy(),
        override.copy(),
        holder.copy(),
        locked.copy(),
        np.zeros(0, np.int64) if keys is None else keys.copy(),
        vacancy_cap.copy(),
        heap_at,
        pool_of.copy(),
        pool_cap.copy(),
        pool_at,
        members,
        place,
    )
    return match
