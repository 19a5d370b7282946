"""Compiled inner loops. Private: `candidates` and `allocate` prepare the arrays and call them.

numba widens uint32 arithmetic and mixes int64 with uint64 into floats, so masks are uint64 throughout, everything
else int64, and no expression has both.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from matchmaking.engine import formula, loops, shortage_loops
from matchmaking.engine.cache import drop_stale, kernel, use_shipped_cache
from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32, U8, U16, U64

_M1 = np.uint64(0x5555555555555555)
_M2 = np.uint64(0x3333333333333333)
_M4 = np.uint64(0x0F0F0F0F0F0F0F0F)
_H01 = np.uint64(0x0101010101010101)
_ONE, _TWO, _FOUR = np.uint64(1), np.uint64(2), np.uint64(4)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_U27, _U28, _U30, _U31 = np.uint64(27), np.uint64(28), np.uint64(30), np.uint64(31)
_U39, _U53, _U56, _U63 = np.uint64(39), np.uint64(53), np.uint64(56), np.uint64(63)
_COLUMN = np.uint64((1 << 26) - 1)
_BAND = np.uint64(3)
_POINTS = np.uint64(1023)
_LOWEST = np.iinfo(np.int64).min
_HIGHEST = np.iinfo(np.int64).max

# Columns of the packed arrays; `candidates` fills them in this order.
S_ROW, S_X, S_Y, S_Z, S_LIMIT, S_REACH, S_DAYS_MIN, S_HOURS_MIN, S_HOURS_MAX, S_START, S_END, S_CREBO = range(12)
S_OFFER, S_ASK, S_DAYS, S_GROUPS, S_FIELDS, S_WPS, S_LOT = range(7)
V_ROW, V_RANK, V_DAYS_MIN, V_HOURS_MIN, V_HOURS_MAX, V_START, V_END = range(7)
V_DAYS, V_GROUPS, V_FIELDS, V_WPS, V_UID = range(5)
P_DISTANCE, P_GROUPS, P_FIELDS, P_WPS, P_DAYS, P_NEAR, P_FAR, P_GOOD, P_FAIR, P_WPS_PERCENT, P_PERIOD_PERCENT = range(
    11
)
G_Y, G_Z, G_SIZE, G_COLUMNS, G_ROWS = range(5)


use_shipped_cache()

_arc_metres = njit(inline="always")(formula.arc_metres)
_distance_points = njit(inline="always")(formula.distance_points)
_share_points = njit(inline="always")(formula.share_points)
_wish_points = njit(inline="always")(formula.wish_points)
_fit_band = njit(inline="always")(formula.fit_band)
_shared_days = njit(inline="always")(formula.shared_days)
_covers = njit(inline="always")(formula.covers)


@njit(inline="always")
def popcount(x: np.uint64) -> np.int64:
    """Number of bits of a uint64."""
    x = x - ((x >> _ONE) & _M1)
    x = (x & _M2) + ((x >> _TWO) & _M2)
    x = (x + (x >> _FOUR)) & _M4
    return np.int64((x * _H01) >> _U56)


@njit(inline="always")
def mix(x: np.uint64) -> np.uint64:
    """`order.mix` on one number."""
    x = x + _GOLDEN
    x = (x ^ (x >> _U30)) * _MIX_A
    x = (x ^ (x >> _U27)) * _MIX_B
    return x ^ (x >> _U31)


@kernel
def popcounts(values: U64) -> I64:
    """`popcount` of every value; for the test against Python's own."""
    counts = np.empty(len(values), np.int64)
    for k in range(len(values)):
        counts[k] = popcount(values[k])
    return counts


@kernel
def scan(
    first: int,
    last: int,
    s_int: I64,
    s_mask: U64,
    cells: I64,
    grid: I64,
    v_pos: I32,
    v_gate: U64,
    v_int: I64,
    v_mask: U64,
    excluded_at: I64,
    excluded: I32,
    favourite_at: I64,
    favourite: I32,
    policy: I64,
    vacancies: int,
) -> tuple[I64, U64]:
    """Eligible pairs of packed students first..last: how many per student, and their sorted keys."""
    counts = np.zeros(last - first, np.int64)
    keys = np.empty(max(1024, (last - first) * 64), np.uint64)
    marked_out = np.full(vacancies, -1, np.int64)
    marked_top = np.full(vacancies, -1, np.int64)
    size, columns, rows = grid[G_SIZE], grid[G_COLUMNS], grid[G_ROWS]
    end = 0
    for s in range(first, last):
        begin = end
        row = s_int[s, S_ROW]
        for k in range(excluded_at[row], excluded_at[row + 1]):
            marked_out[excluded[k]] = s
        for k in range(favourite_at[row], favourite_at[row + 1]):
            marked_top[favourite[k]] = s
        x, y, z, limit = s_int[s, S_X], s_int[s, S_Y], s_int[s, S_Z], s_int[s, S_LIMIT]
        reach = s_int[s, S_REACH]
        offer, ask, own_days = s_mask[s, S_OFFER], s_mask[s, S_ASK], s_mask[s, S_DAYS]
        groups, fields, wps = s_mask[s, S_GROUPS], s_mask[s, S_FIELDS], s_mask[s, S_WPS]
        n_groups, n_fields, n_wps = popcount(groups), popcount(fields), popcount(wps)
        length = s_int[s, S_END] - s_int[s, S_START] + 1
        row_low = max(0, (z - reach - grid[G_Z]) // size)
        row_high = min(rows - 1, (z + reach - grid[G_Z]) // size)
        base = s_int[s, S_CREBO] * rows * columns
        for r in range(row_low, row_high + 1):
            # The nearest edge of this row of cells leaves a shorter reach sideways.
            edge = grid[G_Z] + r * size
            away = max(0, max(edge - z, z - (edge + size)))
            side = np.int64(np.sqrt(max(0.0, float(reach) * float(reach) - float(away) * float(away)))) + 1
            column_low = max(0, (y - side - grid[G_Y]) // size)
            column_high = min(columns - 1, (y + side - grid[G_Y]) // size)
            if column_low > column_high:
                continue
            for e in range(cells[base + r * columns + column_low], cells[base + r * columns + column_high + 1]):
                if ((ask & ~v_gate[e, 0]) | (v_gate[e, 1] & ~offer)) != np.uint64(0):
                    continue
                dx, dy, dz = x - v_pos[e, 0], y - v_pos[e, 1], z - v_pos[e, 2]
                squared = dx * dx + dy * dy + dz * dz
                if squared >= limit:
                    continue
                if s_int[s, S_HOURS_MIN] > v_int[e, V_HOURS_MAX] or v_int[e, V_HOURS_MIN] > s_int[s, S_HOURS_MAX]:
                    continue
                shared = _shared_days(s_int[s, S_START], s_int[s, S_END], v_int[e, V_START], v_int[e, V_END])
                if shared <= 0 or not _covers(shared, length, policy[P_PERIOD_PERCENT]):
                    continue
                common_days = popcount(own_days & v_mask[e, V_DAYS])
                if common_days < s_int[s, S_DAYS_MIN] or common_days < v_int[e, V_DAYS_MIN]:
                    continue
                common_wps = popcount(wps & v_mask[e, V_WPS])
                if not _covers(common_wps, n_wps, policy[P_WPS_PERCENT]):
                    continue
                vacancy = v_int[e, V_ROW]
                if marked_out[vacancy] == s:
                    continue
                metres = _arc_metres(np.int64(np.sqrt(float(squared))))
                facts = (
                    _distance_points(metres, policy[P_DISTANCE], policy[P_NEAR], policy[P_FAR])
                    + _share_points(common_wps, n_wps, policy[P_WPS])
                    + _share_points(common_days, popcount(v_mask[e, V_DAYS]), policy[P_DAYS])
                )
                points = (
                    facts
                    + _wish_points(popcount(groups & v_mask[e, V_GROUPS]), n_groups, policy[P_GROUPS])
                    + _wish_points(popcount(fields & v_mask[e, V_FIELDS]), n_fields, policy[P_FIELDS])
                )
                band = _fit_band(facts, policy[P_GOOD], policy[P_FAIR])
                key = (
                    (np.uint64(1000 - points) << _U53)
                    | ((mix(s_mask[s, S_LOT] ^ v_mask[e, V_UID]) >> _U39) << _U28)
                    | (np.uint64(v_int[e, V_RANK]) << _TWO)
                    | np.uint64(band)
                )
                if marked_top[vacancy] != s:
                    key |= _ONE << _U63
                if end == len(keys):
                    longer = np.empty(2 * len(keys), np.uint64)
                    longer[:end] = keys
                    keys = longer
                keys[end] = key
                end += 1
        keys[begin:end].sort()
        counts[s - first] = end - begin
    return counts, keys[:end].copy()


@kernel
def unpack(keys: U64, starts: I64, counts: I64, by_uid: I64, vacancy: I32, band: U8, score: U16) -> None:
    """Write the keys of one chunk to their students' places (`starts`) in the columns of `Pairs`."""
    at = 0
    for s in range(len(counts)):
        to = starts[s]
        for k in range(counts[s]):
            key = keys[at + k]
            vacancy[to + k] = by_uid[np.int64((key >> _TWO) & _COLUMN)]
            band[to + k] = key & _BAND
            score[to + k] = 1000 - np.int64((key >> _U53) & _POINTS)
        at += counts[s]


@njit(inline="always")
def _sift_down(key: I64, who: I32, low: int, size: int) -> None:
    """Restore the heap low..low+size (highest key on top) after its top was replaced."""
    k, value, owner = 0, key[low], who[low]
    while True:
        child = 2 * k + 1
        if child >= size:
            break
        if child + 1 < size and key[low + child + 1] > key[low + child]:
            child += 1
        if key[low + child] <= value:
            break
        key[low + k], who[low + k] = key[low + child], who[low + child]
        k = child
    key[low + k], who[low + k] = value, owner


@njit(inline="always")
def _push(key: I64, who: I32, low: int, size: int, value: int, owner: int) -> None:
    """Add one to the heap low..low+size."""
    k = size
    while k > 0:
        parent = (k - 1) // 2
        if key[low + parent] >= value:
            break
        key[low + k], who[low + k] = key[low + parent], who[low + parent]
        k = parent
    key[low + k], who[low + k] = value, owner


@njit(inline="always")
def _tell_pool(tree: I64, base: int, members: int, place: int, worst: int) -> None:
    """Set the worst key of one vacancy in its pool's tree of worst keys."""
    k = members + place
    tree[base + k] = worst
    while k > 1:
        k >>= 1
        worst = max(tree[base + 2 * k], tree[base + 2 * k + 1])
        if tree[base + k] == worst:
            break
        tree[base + k] = worst


@kernel
def divide(
    turn_order: I64,
    offsets: I64,
    vacancy: I32,
    band: U8,
    rank: I64,
    override: np.ndarray,
    holder: I64,
    locked: np.ndarray,
    explicit: I64,
    cap: I64,
    heap_at: I64,
    pool_of: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
    place_in_pool: I64,
) -> I64:
    """Deferred acceptance; the pair that each student ends with, or -1. See `allocate.deferred_acceptance`.

    `pool_members` lists the vacancies of pool p from `pool_at[p]`; `place_in_pool` is the place in that list.
    """
    n = len(rank)
    next_pair = offsets[:-1].copy()
    match = np.full(n, -1, np.int64)
    heap_key = np.empty(heap_at[-1], np.int64)
    heap_who = np.empty(heap_at[-1], np.int32)
    load = np.zeros(len(cap), np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
    tree = np.full(2 * len(pool_members), _LOWEST, np.int64)
    # The key to beat at a full vacancy: one look that settles most questions, where the heaps would take four.
    gate = np.where(cap > 0, _HIGHEST, _LOWEST)
    given = len(explicit) > 0
    for first in turn_order:
        i = first
        while i >= 0:
            held, own_rank, any_band = holder[i], rank[i], override[i]
            e, end = next_pair[i], offsets[i + 1]
            key = 0
            while e < end:
                j = int(vacancy[e])
                if given:
                    key = explicit[e]
                else:
                    group = 0 if any_band else int(band[e])
                    if held == j:
                        group = -2 if locked[i] else -1
                    key = group * n + own_rank
                if key <= gate[j]:
                    break
                e += 1
            if e == end:
                next_pair[i] = e
                break
            next_pair[i] = e + 1
            j = int(vacancy[e])
            t = pool_of[j]
            low = heap_at[j]
            out = -1
            if load[j] == cap[j]:
                out = int(heap_who[low])
                heap_key[low], heap_who[low] = key, i
                _sift_down(heap_key, heap_who, low, load[j])
            elif pool_load[t] == pool_cap[t]:
                base, members = 2 * pool_at[t], pool_at[t + 1] - pool_at[t]
                worst = tree[base + 1]
                if pool_cap[t] == 0 or worst < key:
                    continue
                k = 1
                while k < members:
                    k = 2 * k if tree[base + 2 * k] == worst else 2 * k + 1
                other = pool_members[pool_at[t] + k - members]
                other_low = heap_at[other]
                gate[other] = _HIGHEST
                out = int(heap_who[other_low])
                load[other] -= 1
                if load[other] > 0:
                    heap_key[other_low] = heap_key[other_low + load[other]]
                    heap_who[other_low] = heap_who[other_low + load[other]]
                    _sift_down(heap_key, heap_who, other_low, load[other])
                    _tell_pool(tree, base, members, place_in_pool[other], heap_key[other_low])
                else:
                    _tell_pool(tree, base, members, place_in_pool[other], _LOWEST)
                _push(heap_key, heap_who, low, load[j], key, i)
                load[j] += 1
            else:
                _push(heap_key, heap_who, low, load[j], key, i)
                load[j] += 1
                pool_load[t] += 1
            if load[j] == cap[j]:
                gate[j] = heap_key[low]
            _tell_pool(tree, 2 * pool_at[t], pool_at[t + 1] - pool_at[t], place_in_pool[j], heap_key[low])
            match[i] = e
            if out >= 0:
                match[out] = -1
            i = out
    return match


augment = kernel(loops.augment)
fill = kernel(loops.fill)
transpose = kernel(loops.transpose)
hand_out = kernel(shortage_loops.hand_out)
chain_levels = kernel(shortage_loops.chain_levels)
extra_places = kernel(shortage_loops.extra_places)
wider = kernel(shortage_loops.wider)
connect = kernel(shortage_loops.connect)
connect_squares = kernel(shortage_loops.connect_squares)

KERNELS = (
    popcounts,
    scan,
    unpack,
    divide,
    augment,
    fill,
    transpose,
    hand_out,
    chain_levels,
    extra_places,
    wider,
    connect,
    connect_squares,
)
drop_stale(KERNELS, formula.__file__)
