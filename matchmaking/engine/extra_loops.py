"""Trying one more place, and the next: how many of a kind each place one student more (`places`).

Plain Python that numba compiles as it stands and that also runs without. Signed whole numbers only. `v_at` and
`v_student` list the eligible students per vacancy (`loops.transpose`).
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32

IN_NEW_PLACE = -2
"""Instead of a vacancy: who got the new place that is being tried."""


NEVER = 1 << 40
"""Longer than any chain."""


def chain_levels(
    offsets: I64,
    vacancy: I32,
    start: I64,
    vacancy_cap: I64,
    pool_of: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
) -> tuple[I64, I64]:
    """How many students more a chain takes that reaches each student: 0 for who has no place, -1 for no such chain.

    And per vacancy the least of the students who are eligible for it, -1 for none. `start` is the vacancy per student of a maximum placement (-1 for none). One search from all students without a
    place together.
    """
    n, m = len(start), len(vacancy_cap)
    load = np.zeros(m, np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
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
    level = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    first, last = 0, 0
    for i in range(n):
        if start[i] >= 0:
            placed[free[start[i]]] = i
            free[start[i]] += 1
        else:
            level[i] = 0
            queue[last] = i
            last += 1
    least = np.full(m, -1, np.int64)
    seen_pool = np.zeros(len(pool_cap), np.int64)
    while first < last:
        t = queue[first]
        first += 1
        for e in range(offsets[t], offsets[t + 1]):
            j = int(vacancy[e])
            if least[j] >= 0:
                continue
            least[j] = level[t]
            pool = pool_of[j]
            low, high = j, j + 1
            whole_pool = False
            if load[j] < vacancy_cap[j] and pool_load[pool] >= pool_cap[pool]:
                if seen_pool[pool] == 1:
                    continue
                seen_pool[pool] = 1
                whole_pool = True
                low, high = pool_at[pool], pool_at[pool + 1]
            for k in range(low, high):
                own = pool_members[k] if whole_pool else k
                for p in range(placed_at[own], placed_at[own + 1]):
                    i = placed[p]
                    if level[i] < 0:
                        level[i] = level[t] + 1
                        queue[last] = i
                        last += 1
    return level, least


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
    level: I64,
    least: I64,
    limit: int,
    told: I64,
) -> I64:
    """Per kind of place: how many of them, up to `limit`, each place one more student.

    A kind is a place of its own for the students listed for it, or (`kind_vacancy` not -1) one more place with its
    supervision at that vacancy, or (`kind_pool` not -1) supervision for one more student in that pool, for the places
    it has. `start` is the vacancy per student of a maximum placement (-1 for none). Searched
    backwards from the new place: who would move in frees his place (and, when his pool was full, any vacancy of it with
    room), until somebody without a place is found, by a shortest chain. What a kind changed is undone.

    `level` and `least` (`chain_levels`) say how many students more a chain from each takes. As places are filled by shortest
    chains those can only become more (Edmonds and Karp), so it stays a lower bound: whoever cannot be part of a chain of the
    length that is tried is passed by, and only when there is none, chains of one more are tried. That finds the very
    chains of a search without bounds, at a fraction of the work.

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
    hops = np.empty(n, np.int64)
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
        bound = 0
        for _ in range(limit):
            found = -1
            while True:
                mark += 1
                first, last = 0, 0
                further = NEVER
                leaver, length = -1, 0
                own = at_vacancy
                begins = at_pool >= 0
                if at_vacancy < 0 and at_pool < 0:
                    for e in range(kind_at[kind], kind_at[kind + 1]):
                        i = kind_student[e]
                        if level[i] < 0 or match[i] == IN_NEW_PLACE:
                            continue
                        if level[i] > bound:
                            further = min(further, level[i])
                            continue
                        seen_student[i] = mark
                        previous[i], hops[i] = -1, 0
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
                        own, length = match[leaver], hops[leaver] + 1
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
                        if least[j] < 0:
                            continue
                        if length + least[j] > bound:
                            further = min(further, length + least[j])
                            continue
                        for e in range(v_at[j], v_at[j + 1]):
                            i = v_student[e]
                            if seen_student[i] == mark or level[i] < 0 or match[i] == IN_NEW_PLACE:
                                continue
                            if length + level[i] > bound:
                                further = min(further, length + level[i])
                                continue
                            seen_student[i] = mark
                            previous[i], hops[i] = leaver, length
                            takes[i] = j
                            if match[i] == -1:
                                found = i
                                break
                            queue[last] = i
                            last += 1
                        if found >= 0:
                            break
                    own = -1
                if found >= 0 or further == NEVER:
                    break
                bound = further
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
