"""More eligible places for students who were stuck: how many more can be placed then (`places.gain_of_wider`).

Plain Python that numba compiles as it stands and that also runs without. Signed whole numbers only. `v_at` and
`v_student` list the eligible students per vacancy (`loops.transpose`).

Why this finds every way to place one more. The crowded part are the stuck students and the vacancies they fit
(`inside`): full, or in a full pool, and they stay so. So every way leaves it for good somewhere, and from there passes
students and vacancies outside it only. It can leave by

- a student who was given more, or who was moved before: each of those is asked;
- an inside vacancy that came to have room because its place went to another vacancy of its full pool: entering it
  pushes out anybody of that pool. Those who are not stuck are asked from then on too.

Whoever is asked is searched forwards over what is outside ('the way out') and backwards over everything ('the way in').
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32


def wider(
    offsets: I64,
    vacancy: I32,
    v_at: I64,
    v_student: I32,
    start: I64,
    vacancy_cap: I64,
    pool_of: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
    stuck: I64,
    inside: I64,
    change_at: I64,
    extra_student: I64,
    extra_vacancy: I64,
) -> tuple[I64, I64, I64]:
    """Per change: how many more can be placed when these students are eligible for these vacancies too.

    `start` is the vacancy per student of a maximum placement (-1 for none), `stuck` marks the students that some best
    placement leaves out and `inside` their vacancies. Only stuck students may get more (`extra_student`,
    `extra_vacancy`, change c from `change_at[c]`). What a change did is undone.

    A search that leads nowhere is not repeated within a change until something made other ways: a vacancy that came to
    have room in its full pool (for the way out), a pool that came to be full (for the way in).

    The last two answers are (change, vacancy): where a way out was found and nobody without a place could come in,
    although one could who was eligible for that vacancy.
    """
    n, m, changes = len(start), len(vacancy_cap), len(change_at) - 1
    never = np.int64(1) << 62
    gained = np.zeros(changes, np.int64)
    match = start.copy()
    load = np.zeros(m, np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
    # Who is where in the beginning.
    placed_at = np.zeros(m + 1, np.int64)
    for i in range(n):
        if start[i] >= 0:
            load[start[i]] += 1
            pool_load[pool_of[start[i]]] += 1
            placed_at[start[i] + 1] += 1
    for j in range(m):
        placed_at[j + 1] += placed_at[j]
    free = placed_at[:-1].copy()
    placed = np.empty(placed_at[m], np.int64)
    for i in range(n):
        if start[i] >= 0:
            placed[free[start[i]]] = i
            free[start[i]] += 1
    entry = np.full(m, -1, np.int64)
    own_entry = np.full(n, -1, np.int64)
    next_at = np.empty(len(extra_vacancy), np.int64)
    next_of = np.empty(len(extra_vacancy), np.int64)
    work = np.empty(n, np.int64)
    in_work = np.zeros(n, np.int64)
    out_seen = np.zeros(m, np.int64)
    out_pool = np.zeros(len(pool_cap), np.int64)
    out_queue = np.empty(m, np.int64)
    out_by = np.empty(m, np.int64)
    out_from = np.empty(m, np.int64)
    in_student = np.zeros(n, np.int64)
    in_vacancy = np.zeros(m, np.int64)
    in_pool = np.zeros(len(pool_cap), np.int64)
    previous = np.empty(n, np.int64)
    takes = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    freed = np.empty(m + 1, np.int64)
    in_seen = np.empty(m, np.int64)
    wanted_by = np.empty(1024, np.int64)
    wanted = np.empty(1024, np.int64)
    told = 0
    move_who = np.empty(2 * n + m + 2, np.int64)
    move_to = np.empty(2 * n + m + 2, np.int64)
    left_at = np.empty(2 * n + m + 2, np.int64)
    before = np.empty(2 * n + m + 2, np.int64)
    mark = np.int64(0)
    for change in range(changes):
        size = 0
        for e in range(change_at[change], change_at[change + 1]):
            j, i = extra_vacancy[e], extra_student[e]
            next_at[e], entry[j] = entry[j], e
            next_of[e], own_entry[i] = own_entry[i], e
            if in_work[i] == 0:
                in_work[i] = 1
                work[size] = i
                size += 1
        out_seen[:] = 0
        in_student[:] = 0
        in_vacancy[:] = 0
        progress = size > 0
        out_is_stale, in_is_stale, nobody_came = False, False, False
        while progress:
            progress = False
            at = 0
            while at < size:
                x = work[at]
                at += 1
                if in_student[x] == never:
                    continue
                # The way out: from x to a place with room.
                mark += 1
                first, last = 0, 0
                goal = -1
                for e in range(offsets[x], offsets[x + 1]):
                    j = int(vacancy[e])
                    if inside[j] == 0 and out_seen[j] < mark and j != match[x]:
                        out_seen[j] = mark
                        out_by[j], out_from[j] = x, -1
                        out_queue[last] = j
                        last += 1
                e = own_entry[x]
                while e >= 0:
                    j = extra_vacancy[e]
                    if inside[j] == 0 and out_seen[j] < mark and j != match[x]:
                        out_seen[j] = mark
                        out_by[j], out_from[j] = x, -1
                        out_queue[last] = j
                        last += 1
                    e = next_of[e]
                while first < last:
                    j = out_queue[first]
                    first += 1
                    pool = pool_of[j]
                    low, high = j, j + 1
                    whole_pool = False
                    if load[j] < vacancy_cap[j]:
                        if pool_load[pool] < pool_cap[pool]:
                            goal = j
                            break
                        if out_pool[pool] == mark:
                            continue
                        out_pool[pool] = mark
                        whole_pool = True
                        low, high = pool_at[pool], pool_at[pool + 1]
                    for k in range(low, high):
                        own = pool_members[k] if whole_pool else k
                        for p in range(placed_at[own], placed_at[own + 1]):
                            t = placed[p]
                            # Who was moved is asked for himself.
                            if stuck[t] == 1 or in_work[t] == 1:
                                continue
                            for e in range(offsets[t], offsets[t + 1]):
                                other = int(vacancy[e])
                                if inside[other] == 0 and out_seen[other] < mark:
                                    out_seen[other] = mark
                                    out_by[other], out_from[other] = t, j
                                    out_queue[last] = other
                                    last += 1
                if goal < 0:
                    for k in range(last):
                        out_seen[out_queue[k]] = never
                    continue
                # The way in: from a student without a place to where x is.
                found = -1
                if match[x] < 0:
                    found = x
                else:
                    head, tail, seen = 0, 0, 0
                    leaver = x
                    in_student[x] = mark
                    while True:
                        own = match[leaver]
                        pool = pool_of[own]
                        count = 0
                        if in_vacancy[own] < mark:
                            in_vacancy[own] = mark
                            freed[0] = own
                            count = 1
                        if pool_load[pool] >= pool_cap[pool] and in_pool[pool] != mark:
                            in_pool[pool] = mark
                            for k in range(pool_at[pool], pool_at[pool + 1]):
                                other = pool_members[k]
                                if load[other] < vacancy_cap[other] and in_vacancy[other] < mark:
                                    in_vacancy[other] = mark
                                    freed[count] = other
                                    count += 1
                        for k in range(count):
                            j = freed[k]
                            in_seen[seen] = j
                            seen += 1
                            e, b = entry[j], v_at[j]
                            while found < 0 and (e >= 0 or b < v_at[j + 1]):
                                if e >= 0:
                                    i = extra_student[e]
                                    e = next_at[e]
                                else:
                                    i = int(v_student[b])
                                    b += 1
                                if in_student[i] >= mark:
                                    continue
                                in_student[i] = mark
                                previous[i] = leaver
                                takes[i] = j
                                if match[i] < 0:
                                    found = i
                                    break
                                queue[tail] = i
                                tail += 1
                            if found >= 0:
                                break
                        if found >= 0 or head == tail:
                            break
                        leaver = queue[head]
                        head += 1
                    if found < 0:
                        nobody_came = True
                        in_student[x] = never
                        for k in range(tail):
                            in_student[queue[k]] = never
                        while told + seen > len(wanted):
                            longer = np.empty(2 * len(wanted), np.int64)
                            longer[:told] = wanted_by[:told]
                            wanted_by = longer
                            longer = np.empty(2 * len(wanted), np.int64)
                            longer[:told] = wanted[:told]
                            wanted = longer
                        for k in range(seen):
                            in_vacancy[in_seen[k]] = never
                            wanted_by[told], wanted[told] = change, in_seen[k]
                            told += 1
                        continue
                # All moves of the way, from the student without a place to the place with room.
                moves = 0
                i = found
                while i != x:
                    move_who[moves], move_to[moves] = i, takes[i]
                    moves += 1
                    i = previous[i]
                outward = 0
                j = goal
                while j >= 0:
                    outward += 1
                    j = out_from[j]
                j = goal
                k = moves + outward
                moves = k
                while j >= 0:
                    k -= 1
                    move_who[k], move_to[k] = out_by[j], j
                    j = out_from[j]
                # The same student or vacancy twice: what lies between is a detour.
                q = 0
                while q < moves:
                    r = moves - 1
                    while r > q and move_who[r] != move_who[q] and move_to[r] != move_to[q]:
                        r -= 1
                    if r > q:
                        to_keep = q if move_who[r] == move_who[q] else q + 1
                        skip_to = r if move_who[r] == move_who[q] else r + 1
                        for k in range(skip_to, moves):
                            move_who[to_keep + k - skip_to] = move_who[k]
                            move_to[to_keep + k - skip_to] = move_to[k]
                        moves -= skip_to - to_keep
                    else:
                        q += 1
                for k in range(moves):
                    i = move_who[k]
                    left_at[k] = match[i]
                    if match[i] >= 0:
                        before[k] = load[match[i]]
                for k in range(moves):
                    i = move_who[k]
                    if match[i] >= 0:
                        load[match[i]] -= 1
                        pool_load[pool_of[match[i]]] -= 1
                    match[i] = move_to[k]
                    load[match[i]] += 1
                    pool_load[pool_of[match[i]]] += 1
                    if in_work[i] == 0:
                        in_work[i] = 1
                        work[size] = i
                        size += 1
                for k in range(moves):
                    j = left_at[k]
                    if j >= 0 and load[j] < before[k]:
                        # Its place went to another vacancy of its full pool.
                        out_is_stale = True
                        if inside[j] == 1:
                            for p in range(pool_at[pool_of[j]], pool_at[pool_of[j] + 1]):
                                own = pool_members[p]
                                for b in range(placed_at[own], placed_at[own + 1]):
                                    t = placed[b]
                                    if stuck[t] == 0 and in_work[t] == 0:
                                        in_work[t] = 1
                                        work[size] = t
                                        size += 1
                pool = pool_of[goal]
                if nobody_came and pool_load[pool] >= pool_cap[pool]:
                    in_is_stale = True
                gained[change] += 1
                progress = True
            if not progress and (out_is_stale or in_is_stale):
                if in_is_stale:
                    in_student[:] = 0
                    in_vacancy[:] = 0
                out_seen[:] = 0
                out_is_stale, in_is_stale, progress = False, False, True
        for k in range(size):
            i = work[k]
            in_work[i] = 0
            if match[i] != start[i]:
                load[match[i]] -= 1
                pool_load[pool_of[match[i]]] -= 1
                if start[i] >= 0:
                    load[start[i]] += 1
                    pool_load[pool_of[start[i]]] += 1
                match[i] = start[i]
        for e in range(change_at[change], change_at[change + 1]):
            entry[extra_vacancy[e]] = -1
            own_entry[extra_student[e]] = -1
    return gained, wanted_by[:told].copy(), wanted[:told].copy()
