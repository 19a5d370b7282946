"""Loops over shares and chains of places, in plain Python that numba compiles as it stands and that also runs without.

Signed whole numbers only. `v_at` and `v_student` list the eligible students per vacancy (`transpose`).
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32

IN_NEW_PLACE = -2
"""Instead of a vacancy: who got the new place that is being tried."""
EXCHANGE = 64
"""Vacancies of a pool up to which `hand_out` looks for exchanges within it."""


def transpose(offsets: I64, vacancy: I32, vacancies: int) -> tuple[I64, I32]:
    """The students per vacancy, in the order of their rows, from the vacancies per student."""
    at = np.zeros(vacancies + 1, np.int64)
    for e in range(len(vacancy)):
        at[vacancy[e] + 1] += 1
    for j in range(vacancies):
        at[j + 1] += at[j]
    free = at[:-1].copy()
    student = np.empty(len(vacancy), np.int32)
    for i in range(len(offsets) - 1):
        for e in range(offsets[i], offsets[i + 1]):
            j = vacancy[e]
            student[free[j]] = i
            free[j] += 1
    return at, student


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


def extra_places(
    v_at: I64,
    v_student: I32,
    start: I64,
    vacancy_cap: I64,
    pool_of: I64,
    pool_cap_given: I64,
    pool_at: I64,
    pool_members: I64,
    kind_at: I64,
    kind_student: I32,
    kind_vacancy: I64,
    kind_pool: I64,
    useful: I64,
    limit: int,
    told: I64,
) -> I64:
    """Per kind of place: how many of them, up to `limit`, each place one more student.

    A kind is a place of its own for the students listed for it, or (`kind_vacancy` not -1) one more place with its
    supervision at that vacancy, or (`kind_pool` not -1) supervision for one more student in that pool, for the places
    it has. `start` is the vacancy per student of a maximum placement (-1 for none). Searched
    backwards from the new place: who would move in frees his place (and, when his pool was full, any vacancy of it with
    room), until somebody without a place is found. `useful` marks the students from whom such a chain exists at all.
    What a kind changed is undone.

    `told`, when it has rows, is filled per kind: how many of its places went straight to a student without a place, the
    length of one chain, and its students from the new place on (as many as fit): the first that has more than one
    student, or else the first.
    """
    n, m = len(start), len(vacancy_cap)
    match = start.copy()
    cap, pool_cap = vacancy_cap.copy(), pool_cap_given.copy()
    load = np.zeros(m, np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
    for i in range(n):
        if match[i] >= 0:
            load[match[i]] += 1
            pool_load[pool_of[match[i]]] += 1
    seen_student = np.zeros(n, np.int64)
    seen_vacancy = np.zeros(m, np.int64)
    seen_pool = np.zeros(len(pool_cap), np.int64)
    previous = np.empty(n, np.int64)
    takes = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    freed = np.empty(m + 1, np.int64)
    journal_who = np.empty(1024, np.int64)
    journal_old = np.empty(1024, np.int64)
    kinds = max(len(kind_at) - 1, len(kind_vacancy), len(kind_pool))
    gained = np.zeros(kinds, np.int64)
    mark = 0
    for kind in range(kinds):
        written = 0
        at_vacancy = kind_vacancy[kind] if len(kind_vacancy) > 0 else -1
        at_pool = kind_pool[kind] if len(kind_pool) > 0 else -1
        for _ in range(limit):
            mark += 1
            first, last = 0, 0
            found = -1
            leaver = -1
            own = at_vacancy
            begins = at_pool >= 0
            if at_vacancy < 0 and at_pool < 0:
                for e in range(kind_at[kind], kind_at[kind + 1]):
                    i = kind_student[e]
                    if useful[i] == 0 or match[i] == IN_NEW_PLACE:
                        continue
                    seen_student[i] = mark
                    previous[i] = -1
                    takes[i] = IN_NEW_PLACE
                    if match[i] == -1:
                        found = i
                        break
                    queue[last] = i
                    last += 1
            while found < 0:
                if own < 0 and not begins:
                    if first == last:
                        break
                    leaver = queue[first]
                    first += 1
                    own = match[leaver]
                # What comes free at `own`: the place there, and its supervision.
                pool = at_pool if begins else pool_of[own]
                begins = False
                count = 0
                if own >= 0 and seen_vacancy[own] != mark:
                    seen_vacancy[own] = mark
                    freed[0] = own
                    count = 1
                if pool_load[pool] >= pool_cap[pool] and seen_pool[pool] != mark:
                    seen_pool[pool] = mark
                    for k in range(pool_at[pool], pool_at[pool + 1]):
                        other = pool_members[k]
                        if load[other] < cap[other] and seen_vacancy[other] != mark:
                            seen_vacancy[other] = mark
                            freed[count] = other
                            count += 1
                for k in range(count):
                    j = freed[k]
                    for e in range(v_at[j], v_at[j + 1]):
                        i = v_student[e]
                        if seen_student[i] == mark or useful[i] == 0 or match[i] == IN_NEW_PLACE:
                            continue
                        seen_student[i] = mark
                        previous[i] = leaver
                        takes[i] = j
                        if match[i] == -1:
                            found = i
                            break
                        queue[last] = i
                        last += 1
                    if found >= 0:
                        break
                own = -1
            if found < 0:
                break
            gained[kind] += 1
            if at_vacancy >= 0:
                cap[at_vacancy] += 1
                pool_cap[pool_of[at_vacancy]] += 1
            if at_pool >= 0:
                pool_cap[at_pool] += 1
            if len(told) > 0:
                length = 0
                i = found
                while i >= 0:
                    length += 1
                    i = previous[i]
                if length == 1:
                    told[kind, 0] += 1
                if told[kind, 1] == 0 or (told[kind, 1] == 1 and length > 1):
                    told[kind, 1] = length
                    i = found
                    place = length
                    while i >= 0:
                        place -= 1
                        if 2 + place < told.shape[1]:
                            told[kind, 2 + place] = i
                        i = previous[i]
            i = found
            while i >= 0:
                if written == len(journal_who):
                    longer = np.empty(2 * written, np.int64)
                    longer[:written] = journal_who
                    journal_who = longer
                    longer = np.empty(2 * written, np.int64)
                    longer[:written] = journal_old
                    journal_old = longer
                journal_who[written], journal_old[written] = i, match[i]
                written += 1
                if match[i] >= 0:
                    load[match[i]] -= 1
                    pool_load[pool_of[match[i]]] -= 1
                match[i] = takes[i]
                if match[i] >= 0:
                    load[match[i]] += 1
                    pool_load[pool_of[match[i]]] += 1
                i = previous[i]
        if at_vacancy >= 0:
            cap[at_vacancy] = vacancy_cap[at_vacancy]
            pool_cap[pool_of[at_vacancy]] = pool_cap_given[pool_of[at_vacancy]]
        if at_pool >= 0:
            pool_cap[at_pool] = pool_cap_given[at_pool]
        while written > 0:
            written -= 1
            i = journal_who[written]
            if match[i] >= 0:
                load[match[i]] -= 1
                pool_load[pool_of[match[i]]] -= 1
            match[i] = journal_old[written]
            if match[i] >= 0:
                load[match[i]] += 1
                pool_load[pool_of[match[i]]] += 1
    return gained


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
    no_way_in: I64,
) -> I64:
    """Per change: how many more can be placed when these students are eligible for these vacancies too.

    `start` is the vacancy per student of a maximum placement (-1 for none), `stuck` marks the students that some best
    placement leaves out and `inside` their vacancies. Only stuck students may get more (`extra_student`,
    `extra_vacancy`, change c from `change_at[c]`). Every way to place one more passes a student who was given more or
    was moved before. From each of those a way out to a place with room is looked for, outside the crowded part and
    past unmoved students only, and a way in from a student without a place. What cannot be part of a way is looked at
    once per change; only when a vacancy of the crowded part comes to have room within its full pool, which is rare, is
    the crowded part searched too. What a change did is undone. `no_way_in` is set to 1 for a change where a way out was
    found for which nobody without a place could come in.
    """
    n, m, changes = len(start), len(vacancy_cap), len(change_at) - 1
    never = np.int64(1) << 62
    gained = np.zeros(changes, np.int64)
    match = start.copy()
    first_load = np.zeros(m, np.int64)
    first_pool_load = np.zeros(len(pool_cap), np.int64)
    for i in range(n):
        if start[i] >= 0:
            first_load[start[i]] += 1
            first_pool_load[pool_of[start[i]]] += 1
    load, pool_load = first_load.copy(), first_pool_load.copy()
    # Who is where in the beginning.
    placed_at = np.zeros(m + 1, np.int64)
    for i in range(n):
        if start[i] >= 0:
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
        anywhere, opened, is_stale = False, False, False
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
                    if (inside[j] == 0 or anywhere) and out_seen[j] < mark and j != match[x]:
                        out_seen[j] = mark
                        out_by[j], out_from[j] = x, -1
                        out_queue[last] = j
                        last += 1
                e = own_entry[x]
                while e >= 0:
                    j = extra_vacancy[e]
                    if (inside[j] == 0 or anywhere) and out_seen[j] < mark and j != match[x]:
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
                            if (stuck[t] == 1 and not anywhere) or match[t] != start[t] or in_work[t] == 1:
                                continue
                            for e in range(offsets[t], offsets[t + 1]):
                                other = int(vacancy[e])
                                if (inside[other] == 0 or anywhere) and out_seen[other] < mark:
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
                        no_way_in[change] = 1
                        in_student[x] = never
                        for k in range(tail):
                            in_student[queue[k]] = never
                        for k in range(seen):
                            in_vacancy[in_seen[k]] = never
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
                # A vacancy that lost somebody to another of its pool has room where there was none: look again when
                # nothing else is found any more.
                for k in range(moves):
                    if left_at[k] >= 0 and load[left_at[k]] < before[k]:
                        is_stale = True
                        if inside[left_at[k]] == 1:
                            opened = True
                gained[change] += 1
                progress = True
            if not progress and is_stale:
                out_seen[:] = 0
                is_stale, anywhere, progress = False, opened, True
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
    return gained


def connect(offsets: I64, vacancy: I32, pool_of: I64, pools: int) -> I64:
    """A number per student, vacancy and pool (in that order): equal for those that pairs and pools connect."""
    n, m = len(offsets) - 1, len(pool_of)
    parent = np.arange(n + m + pools)
    for e_owner in range(n + m):
        low, high = (offsets[e_owner], offsets[e_owner + 1]) if e_owner < n else (0, 1)
        for e in range(low, high):
            if e_owner < n:
                other = n + np.int64(vacancy[e])
            else:
                if pool_of[e_owner - n] < 0:
                    continue
                other = n + m + pool_of[e_owner - n]
            a, b = e_owner, other
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            # The lowest number leads, so that the answer does not depend on the order of the pairs.
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for k in range(n + m + pools):
        root = k
        while parent[root] != root:
            root = parent[root]
        parent[k] = root
    return parent


def connect_squares(
    groups: I64,
    member: I64,
    reach: I64,
    squares: I64,
    first: I64,
    entry: I64,
    row: I64,
    pool_of: I64,
    pools: int,
    size: int,
) -> I64:
    """As `connect`, but by squares on the map: a student of group g might reach every square within `reach[g]`.

    `groups` and `squares` are (opleiding, column, row) of squares with students and with vacancies, sorted; `member`
    is the group per student; `first` is where the squares of each opleiding begin; `entry` is the square of each
    accepted (vacancy, opleiding), `row` its vacancy.
    """
    n, m = len(member), len(pool_of)
    low = n + m + pools
    parent = np.arange(low + len(groups) + len(squares))
    edges = np.empty((n + len(row) + m, 2), np.int64)
    for i in range(n):
        edges[i, 0], edges[i, 1] = i, low + member[i]
    for e in range(len(row)):
        edges[n + e, 0], edges[n + e, 1] = n + row[e], low + len(groups) + entry[e]
    for j in range(m):
        edges[n + len(row) + j, 0] = n + j
        edges[n + len(row) + j, 1] = n + m + pool_of[j] if pool_of[j] >= 0 else n + j
    for k in range(len(edges) + len(groups)):
        start, stop = 0, 1
        if k >= len(edges):
            g = k - len(edges)
            start, stop = first[groups[g, 0]], first[groups[g, 0] + 1]
        for q in range(start, stop):
            if k < len(edges):
                a, b = edges[k, 0], edges[k, 1]
            else:
                g = k - len(edges)
                # The least that the two squares can lie apart.
                dy = max(0, abs(groups[g, 1] - squares[q, 1]) - 1) * size
                dz = max(0, abs(groups[g, 2] - squares[q, 2]) - 1) * size
                if dy * dy + dz * dz > reach[g] * reach[g]:
                    continue
                a, b = low + g, low + len(groups) + q
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    for k in range(low):
        root = k
        while parent[root] != root:
            root = parent[root]
        parent[k] = root
    return parent[:low]
