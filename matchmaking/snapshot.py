"""Everything one matching night depends on, read in one transaction; and its packed form, to repeat the night (M1).

Who takes part and what room there is:

- A student takes part with an open search, an own place for one more application (R3), and nothing out that may
  still become a placement: an open proposal from the division, an accepted one that waits for an answer, an offer.
- A vacancy takes part when it accepts applications. Its room is its free places less what is out already, and never
  more than its room for open applications (R3). A team's room is its free supervision less what is out.
- A pair is left out when the student ever applied there, said no to a proposal for it, or has one open.
"""

# ruff: noqa: S608 -- the SQL is put together from this module's own text; values are parameters

from __future__ import annotations

import datetime as dt
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from matchmaking import facts
from matchmaking.columns import Column, Kind, SnapshotError, read, rows_of
from matchmaking.engine.types import Exclusions, Favourites, Policy, Pools, StudentLists, Students, Vacancies
from matchmaking.enums import PairDecisionKind, ProposalKind, ProposalStatus
from placements.enums import ApplicationStatus
from placements.models import Vacancy
from students.enums import SearchStatus

FORMAT = 2


@dataclass(frozen=True)
class Snapshot:
    """The input of one night; every column has one row per student or vacancy of the tables."""

    night: dt.date
    seed: int
    policy: Policy
    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions
    favourites: Favourites
    search_pk: Column
    student_pk: Column
    vacancy_pk: Column
    slots: Column  # bit n: slot n holds an open proposal
    room: Column  # how many new proposals the student can have at most
    holder: Column  # row of the vacancy of last night's proposal that the school still looks at, or -1

    @property
    def day(self) -> int:
        """The night as the engine counts days."""
        return self.night.toordinal()


def _list(values: Sequence[str] | frozenset[Any]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_OPEN_APPLICATION = _list(ApplicationStatus.open_statuses())
_OPEN_PROPOSAL = _list(ProposalStatus.open_statuses())
# What holds a place: a proposal from the division until it is answered, and after a yes until the organisation has
# answered; and every offer. UNION, so that an offer that came from a proposal counts once.
_PINNED = f"""(
    SELECT pr.search_id, pr.vacancy_id
    FROM matchmaking_proposal pr LEFT JOIN placements_application a ON a.id = pr.application_id
    WHERE pr.kind IN ({_list(ProposalKind.pinned())}) AND (pr.status IN ({_OPEN_PROPOSAL})
        OR (pr.status = '{ProposalStatus.ACCEPTED}' AND a.status IN ({_OPEN_APPLICATION})))
    UNION
    SELECT a.search_id, a.vacancy_id FROM placements_application a WHERE a.status = '{ApplicationStatus.OFFERED}'
)"""
_MARKET_SEARCH = f"""
    JOIN accounts_user u ON u.id = st.user_id
    LEFT JOIN (SELECT student_id, count(*) AS n FROM placements_application
               WHERE status IN ({_OPEN_APPLICATION}) GROUP BY student_id) apps ON apps.student_id = st.id
    LEFT JOIN (SELECT search_id, bit_or(1 << slot) AS slots, count(*) AS n FROM matchmaking_proposal
               WHERE status IN ({_OPEN_PROPOSAL}) GROUP BY search_id) props ON props.search_id = s.id
    WHERE s.status IN ({_list(SearchStatus.matchable())}) AND st.is_active AND u.is_active AND s.ends_on > %s
        AND least(%s, %s - coalesce(apps.n, 0)) > coalesce(props.n, 0)
        AND NOT EXISTS (SELECT FROM {_PINNED} pinned WHERE pinned.search_id = s.id)
"""
_MARKET_VACANCY = f"""
    LEFT JOIN (SELECT vacancy_id, count(*) AS n FROM placements_application
               WHERE status IN ({_OPEN_APPLICATION}) GROUP BY vacancy_id) apps ON apps.vacancy_id = v.id
    LEFT JOIN (SELECT vacancy_id, count(*) AS n FROM matchmaking_proposal
               WHERE status IN ({_OPEN_PROPOSAL}) GROUP BY vacancy_id) props ON props.vacancy_id = v.id
    LEFT JOIN (SELECT vacancy_id, count(*) AS n FROM {_PINNED} p GROUP BY vacancy_id) pinned ON pinned.vacancy_id = v.id
"""
_VACANCY_CAP = """greatest(0, least(
    v.places - v.places_taken - coalesce(pinned.n, 0),
    greatest(1, v.places - v.places_taken) * v.applications_per_place - coalesce(apps.n, 0) - coalesce(props.n, 0)))"""
_POOL_COLUMNS: dict[str, tuple[Kind, str]] = {
    "pool_pk": ("i8", "c.id"),
    "cap": ("i4", "greatest(0, c.places - c.taken - coalesce(pinned.n, 0))"),
}
_POOLS = f"""
    FROM organisations_teamcapacity c
    LEFT JOIN (SELECT v.pool_id, count(*) AS n FROM {_PINNED} p JOIN placements_vacancy v ON v.id = p.vacancy_id
               GROUP BY v.pool_id) pinned ON pinned.pool_id = c.id
"""
_PAIR_COLUMNS: dict[str, tuple[Kind, str]] = {"search": ("i8", "search_id"), "vacancy": ("i8", "vacancy_id")}
_EXCLUDED = f"""FROM (
    SELECT s.id AS search_id, a.vacancy_id FROM placements_application a
    JOIN students_placementsearch s ON s.student_id = a.student_id
    WHERE s.status IN ({_list(SearchStatus.matchable())})
    UNION
    SELECT search_id, vacancy_id FROM matchmaking_proposal
    WHERE status IN ('{ProposalStatus.DECLINED}', {_OPEN_PROPOSAL})
    UNION
    SELECT search_id, vacancy_id FROM matchmaking_pairdecision
    WHERE kind = '{PairDecisionKind.EXCLUDE}' AND ended_at IS NULL
) pairs"""
_CONCEPTS = f"""FROM (
    SELECT search_id, vacancy_id FROM matchmaking_proposal
    WHERE status = '{ProposalStatus.CONCEPT}' AND kind = '{ProposalKind.DIVISION}'
) pairs"""
_FAVOURITES = f"""FROM (
    SELECT s.id AS search_id, f.vacancy_id FROM placements_favourite f
    JOIN students_placementsearch s ON s.student_id = f.student_id
    WHERE s.status IN ({_list(SearchStatus.matchable())})
) pairs"""


def take(*, night: dt.date, seed: int, policy: Policy) -> Snapshot:
    """Read the market of `night` in one REPEATABLE READ transaction, so that all figures are of one moment.

    Called inside a transaction it joins that one. The caller sets the clock to `night` when that is not today.
    Raises `SnapshotError` for data the engine cannot take, with the reason in Dutch.
    """
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _read(night, seed, policy)


def _read(night: dt.date, seed: int, policy: Policy) -> Snapshot:
    search = facts.sort_rows(
        read(
            facts.SEARCH_COLUMNS
            | {
                "slots": ("i4", "coalesce(props.slots, 0)"),
                "room": ("i4", "least(%s, %s - coalesce(apps.n, 0)) - coalesce(props.n, 0)"),
            },
            facts.SEARCH_SOURCE + _MARKET_SEARCH,
            [*_limits(), night, *_limits()],
        ),
        "search_pk",
    )
    accepting, params = Vacancy.objects.accepting().order_by().values("pk").query.sql_with_params()
    vacancy = facts.sort_rows(
        read(
            facts.VACANCY_COLUMNS | {"cap": ("i4", _VACANCY_CAP)},
            facts.VACANCY_SOURCE + _MARKET_VACANCY + f"WHERE v.id IN ({accepting})",
            params,
        ),
        "vacancy_pk",
    )
    pool = facts.sort_rows(read(_POOL_COLUMNS, _POOLS), "pool_pk")
    used = np.unique(vacancy["pool_pk"][vacancy["pool_pk"] >= 0])
    row, known = rows_of(pool["pool_pk"], used)
    if not known.all():
        msg = "Een vacature wijst naar teamruimte die niet bestaat."
        raise SnapshotError(msg)
    pools = Pools(uid=pool["pool_pk"][row], cap=pool["cap"][row])
    pool_row = np.where(vacancy["pool_pk"] >= 0, rows_of(used, vacancy["pool_pk"])[0], -1)
    search_links = facts.read_all_links(facts.SEARCH_LINKS, search["search_pk"])
    vacancy_links = facts.read_all_links(facts.VACANCY_LINKS, vacancy["vacancy_pk"])
    market = facts.build(
        search,
        search_links,
        vacancy,
        vacancy_links,
        night.toordinal(),
        cap=vacancy["cap"],
        pool_row=pool_row,
    )
    return Snapshot(
        night=night,
        seed=seed,
        policy=policy,
        students=market.students,
        vacancies=market.vacancies,
        pools=pools,
        exclusions=pair_lists(search["search_pk"], vacancy["vacancy_pk"], read(_PAIR_COLUMNS, _EXCLUDED)),
        favourites=pair_lists(search["search_pk"], vacancy["vacancy_pk"], read(_PAIR_COLUMNS, _FAVOURITES)),
        search_pk=search["search_pk"],
        student_pk=search["student_pk"],
        vacancy_pk=vacancy["vacancy_pk"],
        slots=search["slots"].astype(np.int64),
        room=search["room"].astype(np.int64),
        holder=_holders(search["search_pk"], vacancy["vacancy_pk"], read(_PAIR_COLUMNS, _CONCEPTS)),
    )


def _limits() -> list[int]:
    return [settings.MAX_OPEN_PROPOSALS, settings.MAX_OPEN_APPLICATIONS]


def _holders(searches: Column, vacancies: Column, pairs: dict[str, Column]) -> Column:
    """Per student the row of the place that is held for him while his school looks, or -1."""
    student, is_student = rows_of(searches, pairs["search"])
    vacancy, is_vacancy = rows_of(vacancies, pairs["vacancy"])
    use = is_student & is_vacancy
    holder = np.full(len(searches), -1, np.int64)
    holder[student[use]] = vacancy[use]
    return holder


def pair_lists(searches: Column, vacancies: Column, pairs: dict[str, Column]) -> StudentLists:
    """The pairs of which both sides take part, as lists per student."""
    student, is_student = rows_of(searches, pairs["search"])
    vacancy, is_vacancy = rows_of(vacancies, pairs["vacancy"])
    use = is_student & is_vacancy
    keys = np.unique(student[use] * np.int64(max(len(vacancies), 1)) + vacancy[use])
    owner, chosen = np.divmod(keys, max(len(vacancies), 1))
    offsets = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(searches)))))
    return StudentLists(offsets.astype(np.int64), chosen.astype(np.int32))


_TABLES: tuple[tuple[str, type[Students] | type[Vacancies] | type[Pools]], ...] = (
    ("students", Students),
    ("vacancies", Vacancies),
    ("pools", Pools),
)
_PLAIN = ("search_pk", "student_pk", "vacancy_pk", "slots", "room", "holder")


def pack(snapshot: Snapshot) -> bytes:
    """The snapshot as one compressed string; `unpack` gives back the same arrays."""
    meta = {
        "format": FORMAT,
        "night": snapshot.night.isoformat(),
        "seed": snapshot.seed,
        "policy": snapshot.policy.as_dict(),
    }
    arrays: dict[str, Column] = {"meta": np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8)}
    for prefix, _ in _TABLES:
        for name, column in getattr(snapshot, prefix).columns():
            arrays[f"{prefix}.{name}"] = column
    for prefix in ("exclusions", "favourites"):
        lists: StudentLists = getattr(snapshot, prefix)
        arrays[f"{prefix}.offsets"], arrays[f"{prefix}.vacancy"] = lists.offsets, lists.vacancy
    for name in _PLAIN:
        arrays[name] = getattr(snapshot, name)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return zlib.compress(buffer.getvalue(), level=1)


def unpack(data: bytes | memoryview) -> Snapshot:
    """The snapshot that `pack` made. Raises `SnapshotError` for a format this version does not know."""
    try:
        with np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False) as stored:
            arrays: dict[str, Column] = {name: stored[name] for name in stored.files}
        meta = json.loads(arrays["meta"].tobytes())
    except (zlib.error, ValueError, KeyError) as error:
        msg = "De bewaarde invoer is niet te lezen."
        raise SnapshotError(msg) from error
    if meta["format"] == 1:  # from before a school could look first
        arrays["holder"] = np.full(len(arrays["search_pk"]), -1, np.int64)
    elif meta["format"] != FORMAT:
        msg = f"De bewaarde invoer heeft vorm {meta['format']}; deze versie kent {FORMAT}."
        raise SnapshotError(msg)
    parts: dict[str, Any] = {
        prefix: kind(
            **{name.partition(".")[2]: column for name, column in arrays.items() if name.startswith(f"{prefix}.")}
        )
        for prefix, kind in _TABLES
    }
    parts |= {
        prefix: StudentLists(arrays[f"{prefix}.offsets"], arrays[f"{prefix}.vacancy"])
        for prefix in ("exclusions", "favourites")
    }
    parts |= {name: arrays[name] for name in _PLAIN}
    return Snapshot(
        night=dt.date.fromisoformat(meta["night"]),
        seed=meta["seed"],
        policy=Policy.from_dict(meta["policy"]),
        **parts,
    )
