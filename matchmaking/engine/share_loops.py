"""Dealing places in equal shares: the chance of a place everybody could have (`chance`).

Plain Python that numba compiles as it stands and that also runs without. Signed whole numbers only. `v_at` and
`v_student` list the eligible students per vacancy (`loops.transpose`).
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32

EXCHANGE = 64
"""Vacancies of a pool up to which `hand_out` looks for exchanges within it."""


def hand_out(
    v_at: I64,
    v_student: I32,
    cap: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
    lot: I64,
    rounds: int,
) -> I64:
    """Units per student after `rounds` rounds in which every pool deals its places to who has the fewest so far.

    In a round a student gets at most one unit of a pool, and never more than `rounds` in all. `lot` (a permutation)
    decides between students with as many units. Pools and their members are gone through in the order given. In a pool
    of up to `EXCHANGE` vacancies who was dealt in moves to another vacancy when that lets one more student in.
    """
    n = len(lot)
    total = np.zeros(n, np.int64)
    pools = len(pool_cap)
    longest, widest = 1, 1
    limit = np.zeros(pools, np.int64)
    for p in range(pools):
        offered = 0
        for k in range(pool_at[p], pool_at[p + 1]):
            offered += cap[pool_members[k]]
        limit[p] = min(offered, pool_cap[p])
        wide = 0
        for k in range(pool_at[p], pool_at[p + 1]):
            j = pool_members[k]
            wide += min(limit[p], v_at[j + 1] - v_at[j])
        longest = max(longest, wide)
        widest = max(widest, pool_at[p + 1] - pool_at[p])
    keys = np.empty(longest + 1, np.int64)
    who = np.empty(longest + 1, np.int64)
    slot = np.empty(longest + 1, np.int64)
    turn = np.empty(longest + 1, np.int64)
    first_of = np.empty(longest + 1, np.int64)
    last_of = np.empty(longest + 1, np.int64)
    placed_in = np.empty(longest + 1, np.int64)
    load = np.zeros(widest, np.int64)
    dead = np.zeros(widest, np.int64)
    seen = np.zeros(widest, np.int64)
    mover = np.empty(widest, np.int64)
    queue = np.empty(widest, np.int64)
    shift = np.int64(1)
    while shift < longest + 1:
        shift *= 2
    mark = 0
    for _ in range(rounds):
        for p in range(pools):
            if limit[p] == 0:
                continue
            members = pool_at[p + 1] - pool_at[p]
            filled = 0
            for k in range(members):
                j = pool_members[pool_at[p] + k]
                load[k] = 0
                dead[k] = 0
                most = min(limit[p], v_at[j + 1] - v_at[j])
                if most <= 0 or cap[j] == 0:
                    continue
                # The `most` students with the fewest units, sorted, in keys[filled : filled + count].
                count = 0
                for e in range(v_at[j], v_at[j + 1]):
                    i = v_student[e]
                    if total[i] >= rounds:
                        continue
                    key = total[i] * n + lot[i]
                    if count == most:
                        if keys[filled + count - 1] <= key:
                            continue
                        count -= 1
                    at = filled + count
                    while at > filled and keys[at - 1] > key:
                        keys[at], who[at] = keys[at - 1], who[at - 1]
                        at -= 1
                    keys[at], who[at] = key, i
                    count += 1
                for x in range(filled, filled + count):
                    slot[x] = k
                filled += count
            if members == 1:
                for x in range(filled):
                    total[who[x]] += 1
                continue
            # Best first over all vacancies of the pool; the entries of one student stand together.
            for x in range(filled):
                turn[x] = keys[x] * shift + x
            turn[:filled].sort()
            taken, y = 0, 0
            while y < filled and taken < limit[p]:
                head = turn[y] % shift
                z = y + 1
                while z < filled and who[turn[z] % shift] == who[head]:
                    z += 1
                first_of[taken], last_of[taken] = y, z
                into = -1
                alive = 0
                for w in range(y, z):
                    k = slot[turn[w] % shift]
                    if load[k] < cap[pool_members[pool_at[p] + k]]:
                        into = k
                        break
                    alive += 1 - dead[k]
                if into < 0 and alive > 0 and members <= EXCHANGE:
                    # All full: can somebody in one of them move on to another vacancy of the pool?
                    mark += 1
                    first, last, found = 0, 0, -1
                    for w in range(y, z):
                        k = slot[turn[w] % shift]
                        seen[k] = mark
                        mover[k] = taken
                        queue[last] = k
                        last += 1
                    while first < last and found < 0:
                        k = queue[first]
                        first += 1
                        for g in range(taken):
                            if placed_in[g] != k:
                                continue
                            for w in range(first_of[g], last_of[g]):
                                other = slot[turn[w] % shift]
                                if seen[other] == mark:
                                    continue
                                seen[other] = mark
                                mover[other] = g
                                if load[other] < cap[pool_members[pool_at[p] + other]]:
                                    found = other
                                    break
                                queue[last] = other
                                last += 1
                            if found >= 0:
                                break
                    if found >= 0:
                        load[found] += 1
                        k = found
                        while mover[k] != taken:
                            g = mover[k]
                            back = placed_in[g]
                            placed_in[g] = k
                            k = back
                        placed_in[taken] = k
                        total[who[head]] += 1
                        taken += 1
                    else:
                        for w in range(last):
                            dead[queue[w]] = 1
                elif into >= 0:
                    load[into] += 1
                    placed_in[taken] = into
                    total[who[head]] += 1
                    taken += 1
                y = z
    return total
