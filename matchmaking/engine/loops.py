"""Loops over augmenting paths, in plain Python that numba compiles as it stands (`kernels`) and that also runs without.

Signed whole numbers only. `placed_at` keeps, per vacancy, a doubly linked list of the students placed there.
"""

from __future__ import annotations

import numpy as np

from matchmaking.engine.geo import I64
from matchmaking.engine.types import I32


def augment(
    offsets: I64,
    vacancy: I32,
    match: I64,
    cap: I64,
    pool_of: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
) -> tuple[I64, I64, I64, int]:
    """Place as many students as possible, starting from the pairs in `match` (changed in place).

    In rounds: a search from every student without a place over places that somebody else could give up, each
    student, vacancy and pool once per round. A round without success proves that no more can be placed. Gives what
    that round reached: students, vacancies, pools (1 or 0), and the number of rounds.
    """
    n, m = len(match), len(cap)
    load = np.zeros(m, np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
    head = np.full(m, -1, np.int64)
    after = np.full(n, -1, np.int64)
    before = np.full(n, -1, np.int64)
    for i in range(n):
        if match[i] >= 0:
            j = vacancy[match[i]]
            load[j] += 1
            pool_load[pool_of[j]] += 1
            after[i] = head[j]
            if head[j] >= 0:
                before[head[j]] = i
            head[j] = i
    seen_student = np.zeros(n, np.int64)
    seen_vacancy = np.zeros(m, np.int64)
    seen_pool = np.zeros(len(pool_cap), np.int64)
    parent = np.full(n, -1, np.int64)
    via = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    spread = np.empty(m, np.int64)
    mark = 0
    while True:
        mark += 1
        gained = 0
        for root in range(n):
            if match[root] >= 0 or offsets[root] == offsets[root + 1]:
                continue
            first, last = 0, 1
            queue[0] = root
            seen_student[root] = mark
            parent[root] = -1
            found = -1
            end_pair = -1
            while first < last and found < 0:
                i = queue[first]
                first += 1
                for e in range(offsets[i], offsets[i + 1]):
                    j = vacancy[e]
                    pool = pool_of[j]
                    room = load[j] < cap[j]
                    if room and pool_load[pool] < pool_cap[pool]:
                        found = i
                        end_pair = e
                        break
                    if seen_vacancy[j] == mark and not (room and seen_pool[pool] != mark):
                        continue
                    seen_vacancy[j] = mark
                    # Whose place could he take: of somebody here, or of anybody in the team when only that is full.
                    count = 0
                    if not room:
                        spread[0] = j
                        count = 1
                    elif seen_pool[pool] != mark:
                        seen_pool[pool] = mark
                        for k in range(pool_at[pool], pool_at[pool + 1]):
                            if load[pool_members[k]] > 0:
                                spread[count] = pool_members[k]
                                count += 1
                    for k in range(count):
                        other = spread[k]
                        seen_vacancy[other] = mark
                        who = head[other]
                        while who >= 0:
                            if seen_student[who] != mark:
                                seen_student[who] = mark
                                parent[who] = i
                                via[who] = e
                                queue[last] = who
                                last += 1
                            who = after[who]
            if found < 0:
                continue
            gained += 1
            pool_load[pool_of[vacancy[end_pair]]] += 1
            who = found
            pair = end_pair
            while who >= 0:
                old = match[who]
                if old >= 0:
                    j = vacancy[old]
                    load[j] -= 1
                    if before[who] >= 0:
                        after[before[who]] = after[who]
                    else:
                        head[j] = after[who]
                    if after[who] >= 0:
                        before[after[who]] = before[who]
                j = vacancy[pair]
                load[j] += 1
                before[who] = -1
                after[who] = head[j]
                if head[j] >= 0:
                    before[head[j]] = who
                head[j] = who
                match[who] = pair
                pair = via[who]
                who = parent[who]
        if gained == 0:
            break
    reached_student = (seen_student == mark).astype(np.int64)
    reached_vacancy = (seen_vacancy == mark).astype(np.int64)
    reached_pool = (seen_pool == mark).astype(np.int64)
    return reached_student, reached_vacancy, reached_pool, mark


def fill(
    offsets: I64,
    vacancy: I32,
    v_at: I64,
    v_student: I32,
    match: I64,
    cap: I64,
    pool_of: I64,
    pool_cap: I64,
    pool_at: I64,
    pool_members: I64,
) -> int:
    """Place as many students as possible, searching backwards from the places that are free (`match` changes in place).

    From a free place: who would rather be here frees his own place, and so on, until a student without a place is
    found. What a search without success has seen can never be part of a later chain, so it is looked at once. Gives
    the number of students placed. `v_at` and `v_student` list the students per vacancy.
    """
    n, m = len(match), len(cap)
    load = np.zeros(m, np.int64)
    pool_load = np.zeros(len(pool_cap), np.int64)
    at = np.full(n, -1, np.int64)
    for i in range(n):
        if match[i] >= 0:
            at[i] = vacancy[match[i]]
            load[at[i]] += 1
            pool_load[pool_of[at[i]]] += 1
    never = np.int64(1) << 62
    seen_student = np.zeros(n, np.int64)
    seen_vacancy = np.zeros(m, np.int64)
    seen_pool = np.zeros(len(pool_cap), np.int64)
    previous = np.empty(n, np.int64)
    takes = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    freed = np.empty(m + 1, np.int64)
    seen_at = np.empty(m, np.int64)
    mark, gained = 0, 0
    for source in range(m):
        pool_of_source = pool_of[source]
        while (
            seen_vacancy[source] < never
            and load[source] < cap[source]
            and pool_load[pool_of_source] < pool_cap[pool_of_source]
        ):
            mark += 1
            first, last, seen = 0, 0, 0
            found, leaver = -1, -1
            own = source
            while True:
                pool = pool_of[own]
                count = 0
                if seen_vacancy[own] < mark:
                    seen_vacancy[own] = mark
                    freed[0] = own
                    count = 1
                if leaver >= 0 and pool_load[pool] == pool_cap[pool] and seen_pool[pool] < mark:
                    seen_pool[pool] = mark
                    for k in range(pool_at[pool], pool_at[pool + 1]):
                        other = pool_members[k]
                        if load[other] < cap[other] and seen_vacancy[other] < mark:
                            seen_vacancy[other] = mark
                            freed[count] = other
                            count += 1
                for k in range(count):
                    j = freed[k]
                    seen_at[seen] = j
                    seen += 1
                    for e in range(v_at[j], v_at[j + 1]):
                        i = v_student[e]
                        if seen_student[i] >= mark:
                            continue
                        seen_student[i] = mark
                        previous[i] = leaver
                        takes[i] = j
                        if at[i] < 0:
                            found = i
                            break
                        queue[last] = i
                        last += 1
                    if found >= 0:
                        break
                if found >= 0 or first == last:
                    break
                leaver = queue[first]
                first += 1
                own = at[leaver]
            if found < 0:
                for k in range(last):
                    seen_student[queue[k]] = never
                for k in range(seen):
                    seen_vacancy[seen_at[k]] = never
                break
            gained += 1
            i = found
            while i >= 0:
                if at[i] >= 0:
                    load[at[i]] -= 1
                    pool_load[pool_of[at[i]]] -= 1
                at[i] = takes[i]
                load[at[i]] += 1
                pool_load[pool_of[at[i]]] += 1
                i = previous[i]
    for i in range(n):
        if at[i] >= 0 and (match[i] < 0 or vacancy[match[i]] != at[i]):
            for e in range(offsets[i], offsets[i + 1]):
                if vacancy[e] == at[i]:
                    match[i] = e
                    break
    return gained


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
