"""The market of one night as the count sees it, read in one transaction, and packed for a 'what if' afterwards.

What counts as what is written in `shortages.definitions` (version 1); this module is those texts in SQL. It differs
from the market that a night divides: everybody who needs a place is here, not only who can get a proposal tonight, and
a place is not made less free by open proposals or by the limit on open reactions.
"""

# ruff: noqa: S608 -- the SQL is put together from this module's own text; values are parameters

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from matchmaking import facts
from matchmaking.columns import Column, Kind, SnapshotError, read, rows_of
from matchmaking.engine.types import Exclusions, Policy, Pools, Students, Vacancies
from matchmaking.enums import PairDecisionKind, ProposalStatus
from matchmaking.services.policies import current_policy
from matchmaking.snapshot import pair_lists
from placements.enums import ApplicationStatus
from placements.models import Vacancy
from shortages.definitions import SILENT_DAYS
from stagematch.regions.models import Region
from students.enums import SearchStatus

PLACED, TALKING, OPEN = 0, 1, 2
"""The three groups of version 1; together they are all students."""
KINDS = (Region.Kind.LABOUR_MARKET, Region.Kind.COROP, Region.Kind.PROVINCE)


@dataclass(frozen=True, eq=False)
class Night:
    """What was read. `demand` and `supply` have a row per search and per vacancy; the tables hold who can be divided.

    `student_row` and `vacancy_row` say which row of `demand` and `supply` each row of the tables is.
    `demand`: search_pk, school, programme, municipality (-1: not filled in), period, year, days, group, applying, quiet.
    `supply`: vacancy_pk, organisation, municipality, period, pool_pk, places, taken, held, free, vacant, reactions, blocked.

    """

    day: dt.date
    policy: Policy
    demand: dict[str, Column]
    supply: dict[str, Column]
    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions
    student_row: Column
    vacancy_row: Column
    pool_team: Column  # the team of each row of pools
    crebos: Column  # the qualification of each bit
    areas: Areas


@dataclass(frozen=True, eq=False)
class Areas:
    """Gemeenten (sorted) with the region of each kind they lie in, and the middle of every gemeente and region."""

    municipality: Column
    region: dict[str, Column]  # kind: region per gemeente, -1 for none
    middle: dict[int, tuple[float, float]]  # of a region
    middle_of_municipality: dict[int, tuple[float, float]]

    def of(self, kind: str, municipality: Column) -> Column:
        """The region of this kind for gemeenten (-1: unknown), -1 for none."""
        row, known = rows_of(self.municipality, municipality)
        return np.where(known, self.region[kind][row] if len(self.municipality) else -1, -1).astype(np.int64)


def _list(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_FURTHEST = (
    ApplicationStatus.OFFERED,
    ApplicationStatus.SECOND_ROUND,
    ApplicationStatus.INVITED,
    ApplicationStatus.RESERVE,
)
_RANK = " ".join(f"WHEN '{status}' THEN {place}" for place, status in enumerate(_FURTHEST))
_ZONE = settings.TIME_ZONE
_DEMAND_COLUMNS: dict[str, tuple[Kind, str]] = {
    "search_pk": ("i8", "s.id"),
    "school": ("i8", "st.school_id"),
    "programme": ("i8", "st.programme_id"),
    "municipality": ("i8", "coalesce(home.municipality_id, -1)"),
    "period": ("i8", "s.period_id"),
    "year": ("i4", "st.year"),
    "days": ("i4", "s.weekdays"),
    "group": (
        "i4",
        (
            f"CASE WHEN s.status = '{SearchStatus.PLACED}' THEN {PLACED} "
            f"WHEN talk.vacancy_id IS NOT NULL THEN {TALKING} ELSE {OPEN} END"
        ),
    ),
    "talks_at": ("i8", "coalesce(talk.vacancy_id, -1)"),
    "applying": ("i4", "CASE WHEN waits.search_id IS NULL THEN 0 ELSE 1 END"),
    # NULLs are skipped by greatest(); a student was made at some moment, so there is always one.
    "heard": (
        "i4",
        (
            f"greatest((u.last_login AT TIME ZONE '{_ZONE}')::date, (last.at AT TIME ZONE '{_ZONE}')::date, "
            f"(st.invited_at AT TIME ZONE '{_ZONE}')::date, (st.created_at AT TIME ZONE '{_ZONE}')::date, s.opened_on) "
            "- date '0001-01-01' + 1"
        ),
    ),
    "has_home": ("i4", "CASE WHEN s.home_id IS NULL THEN 0 ELSE 1 END"),
}
_IS_DEMAND = f"""
    s.status IN ({_list({SearchStatus.DRAFT, SearchStatus.OPEN, SearchStatus.PLACED})}) AND st.is_active
    AND EXISTS (SELECT FROM organisations_stageperiod sp WHERE sp.id = s.period_id AND sp.ends_on >= %s)
"""
_DEMAND = f"""
    FROM students_placementsearch s
    JOIN students_student st ON st.id = s.student_id
    JOIN accounts_user u ON u.id = st.user_id
    LEFT JOIN regions_postcodearea home ON home.id = s.home_id
    LEFT JOIN (
        SELECT DISTINCT ON (a.search_id) a.search_id, a.vacancy_id FROM placements_application a
        WHERE a.status IN ({_list(_FURTHEST)})
        ORDER BY a.search_id, CASE a.status {_RANK} END, a.submitted_at DESC, a.id DESC
    ) talk ON talk.search_id = s.id
    LEFT JOIN (SELECT DISTINCT search_id FROM placements_application
               WHERE status IN ({_list(ApplicationStatus.unanswered())})) waits ON waits.search_id = s.id
    LEFT JOIN (SELECT student_id, max(submitted_at) AS at FROM placements_application
               GROUP BY student_id) last ON last.student_id = st.id
    WHERE {_IS_DEMAND}
"""
_SUPPLY_COLUMNS: dict[str, tuple[Kind, str]] = {
    "vacancy_pk": ("i8", "v.id"),
    "organisation": ("i8", "v.organisation_id"),
    "municipality": ("i8", "coalesce(pc.municipality_id, -1)"),
    "period": ("i8", "v.period_id"),
    "pool_pk": ("i8", "coalesce(v.pool_id, -1)"),
    "places": ("i4", "v.places"),
    "taken": ("i4", "v.places_taken"),
    "accepting": ("i4", "CASE WHEN acc.id IS NULL THEN 0 ELSE 1 END"),
    "reactions": ("i4", "coalesce(waits.n, 0)"),
}
_SUPPLY = f"""
    FROM placements_vacancy v
    JOIN organisations_stageperiod sp ON sp.id = v.period_id AND sp.ends_on >= %s
    JOIN organisations_location loc ON loc.id = v.location_id
    JOIN regions_postcodearea pc ON pc.id = loc.postcode_id
    LEFT JOIN ({{accepting}}) acc (id) ON acc.id = v.id
    LEFT JOIN (SELECT vacancy_id, count(*) AS n FROM placements_application
               WHERE status IN ({_list(ApplicationStatus.unanswered())}) GROUP BY vacancy_id) waits
        ON waits.vacancy_id = v.id
"""
_POOL_COLUMNS: dict[str, tuple[Kind, str]] = {
    "pool_pk": ("i8", "c.id"),
    "team": ("i8", "c.team_id"),
    "room": ("i4", "c.places - c.taken"),
}
_PAIR_COLUMNS: dict[str, tuple[Kind, str]] = {"search": ("i8", "search_id"), "vacancy": ("i8", "vacancy_id")}
# A 'no' of either side, or of somebody who looked at the pair; what still waits for an answer is not a 'no'.
_REFUSED = f"""FROM (
    SELECT s.id AS search_id, a.vacancy_id FROM placements_application a
    JOIN students_placementsearch s ON s.student_id = a.student_id
    WHERE a.status IN ({_list(ApplicationStatus.forgotten())})
    UNION
    SELECT search_id, vacancy_id FROM matchmaking_proposal WHERE status = '{ProposalStatus.DECLINED}'
    UNION
    SELECT search_id, vacancy_id FROM matchmaking_pairdecision
    WHERE kind = '{PairDecisionKind.EXCLUDE}' AND ended_at IS NULL
) pairs"""


def read_night(day: dt.date) -> Night:
    """Read the market in one REPEATABLE READ transaction, so that all figures are of one moment.

    Called inside a transaction it joins that one. The caller sets the clock to `day` when that is not today. Raises
    `SnapshotError` for data the engine cannot take, with the reason in Dutch.
    """
    is_own = not connection.in_atomic_block
    policy = Policy.from_dict(current_policy().settings)
    with transaction.atomic():
        if is_own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _read(day, policy)


def _read(day: dt.date, policy: Policy) -> Night:
    demand = facts.sort_rows(read(_DEMAND_COLUMNS, _DEMAND, [day]), "search_pk")
    accepting, params = Vacancy.objects.accepting().order_by().values("pk").query.sql_with_params()
    supply = facts.sort_rows(
        read(_SUPPLY_COLUMNS, _SUPPLY.replace("{accepting}", accepting), [day, *params]), "vacancy_pk"
    )
    pool = facts.sort_rows(read(_POOL_COLUMNS, "FROM organisations_teamcapacity c"), "pool_pk")
    demand["quiet"] = (day.toordinal() - demand["heard"] >= SILENT_DAYS).astype(np.int64)
    talking = demand["talks_at"][demand["group"] == TALKING]
    supply |= _rooms(supply, pool, talking)
    taking = np.flatnonzero(supply["free"] > 0)
    used = np.unique(supply["pool_pk"][taking][supply["pool_pk"][taking] >= 0])
    row, known = rows_of(pool["pool_pk"], used)
    if not known.all():
        msg = "Een vacature wijst naar teamruimte die niet bestaat."
        raise SnapshotError(msg)
    pools = Pools(uid=pool["pool_pk"][row], cap=pool["room"][row])
    return _with_facts(day, policy, demand, supply, pools, pool["team"][row], taking)


def _rooms(supply: dict[str, Column], pool: dict[str, Column], talking: Column) -> dict[str, Column]:
    """Held, free and blocked places per vacancy; takes what is held off the room of the pools."""
    vacancies = len(supply["vacancy_pk"])
    row, known = rows_of(supply["vacancy_pk"], talking)
    spoken = np.bincount(row[known], minlength=vacancies) if vacancies else np.zeros(0, np.int64)
    left = np.maximum(supply["places"].astype(np.int64) - supply["taken"], 0)
    held = np.minimum(spoken, left)
    vacant = np.where(supply["accepting"] == 1, left, 0)
    free = np.where(supply["accepting"] == 1, left - held, 0)
    place, has_pool = rows_of(pool["pool_pk"], supply["pool_pk"])
    room = pool["room"].astype(np.int64)
    if len(room):
        room = room - np.bincount(place[has_pool], weights=held[has_pool], minlength=len(room)).astype(np.int64)
    pool["room"] = np.maximum(room, 0)
    return {
        "held": held,
        "free": free,
        "vacant": vacant,
        "places": supply["taken"] + held + free,
        "blocked": _blocked(free, place, has_pool, pool["room"]),
    }


def _blocked(free: Column, pool_row: Column, has_pool: Column, room: Column) -> Column:
    """Per vacancy the free places that its pool has no supervision left for; the oldest vacancies get what there is."""
    blocked = np.zeros(len(free), np.int64)
    rows = np.flatnonzero(has_pool & (free > 0))
    rows = rows[np.argsort(pool_row[rows], kind="stable")]
    if not len(rows):
        return blocked
    before = np.cumsum(free[rows]) - free[rows]
    first = np.searchsorted(pool_row[rows], pool_row[rows], "left")
    before = before - before[first]
    supervised = np.clip(room[pool_row[rows]] - before, 0, free[rows])
    blocked[rows] = free[rows] - supervised
    return blocked


def _with_facts(
    day: dt.date,
    policy: Policy,
    demand: dict[str, Column],
    supply: dict[str, Column],
    pools: Pools,
    pool_team: Column,
    taking: Column,
) -> Night:
    """Add what the matching knows of the open students with a home and of the vacancies with a free place."""
    wanted = np.flatnonzero((demand["group"] == OPEN) & (demand["has_home"] == 1))
    search = facts.sort_rows(
        read(facts.SEARCH_COLUMNS, facts.SEARCH_SOURCE + f"WHERE s.home_id IS NOT NULL AND {_IS_DEMAND}", [day]),
        "search_pk",
    )
    row, known = rows_of(search["search_pk"], demand["search_pk"][wanted])
    if not known.all():
        msg = "Een zoektocht mist een opleiding of een postcode."
        raise SnapshotError(msg)
    search = {name: column[row] for name, column in search.items()}
    places = supply["vacancy_pk"][taking]
    vacancy = facts.sort_rows(
        read(facts.VACANCY_COLUMNS, facts.VACANCY_SOURCE + "WHERE v.id = ANY(%s)", [places.tolist()]), "vacancy_pk"
    )
    pool_row = np.where(supply["pool_pk"][taking] >= 0, rows_of(pools.uid, supply["pool_pk"][taking])[0], -1)
    market = facts.build(
        search,
        facts.read_all_links(facts.SEARCH_LINKS, search["search_pk"]),
        vacancy,
        facts.read_all_links(facts.VACANCY_LINKS, places),
        day.toordinal(),
        cap=supply["free"][taking],
        pool_row=pool_row,
    )
    return Night(
        day=day,
        policy=policy,
        demand=demand,
        supply=supply,
        students=market.students,
        vacancies=market.vacancies,
        pools=pools,
        exclusions=pair_lists(search["search_pk"], places, read(_PAIR_COLUMNS, _REFUSED)),
        student_row=wanted,
        vacancy_row=taking,
        pool_team=pool_team,
        crebos=market.bits["crebo"].values,
        areas=read_areas(day),
    )


def read_areas(day: dt.date) -> Areas:
    """Gemeenten, their regions on `day` and the middle of each: the mean of its postcodes."""
    rows = read(
        {
            "municipality": ("i8", "pc.municipality_id"),
            "corop": ("i8", "coalesce(pc.corop_id, -1)"),
            "province": ("i8", "coalesce(pc.province_id, -1)"),
            "lat": ("f8", "pc.latitude"),
            "lon": ("f8", "pc.longitude"),
        },
        "FROM regions_postcodearea pc WHERE pc.municipality_id IS NOT NULL",
    )
    links = read(
        {"municipality": ("i8", "l.municipality_id"), "region": ("i8", "l.region_id")},
        f"FROM regions_municipalityregion l JOIN regions_region r ON r.id = l.region_id "
        f"WHERE r.kind = '{Region.Kind.LABOUR_MARKET}' AND l.valid_from <= %s "
        f"AND (l.valid_until IS NULL OR l.valid_until > %s)",
        [day, day],
    )
    municipality, first, at = np.unique(rows["municipality"], return_index=True, return_inverse=True)
    region = {str(kind): np.full(len(municipality), -1, np.int64) for kind in KINDS}
    # A gemeente lies in one region of a kind; postcodes over a border follow the first of the gemeente.
    region[Region.Kind.COROP][:] = rows["corop"][first]
    region[Region.Kind.PROVINCE][:] = rows["province"][first]
    row, known = rows_of(municipality, links["municipality"])
    region[Region.Kind.LABOUR_MARKET][row[known]] = links["region"][known]
    middle: dict[int, tuple[float, float]] = {}
    for column in region.values():
        middle |= _middles(column[at], rows["lat"], rows["lon"])
    return Areas(municipality, region, middle, _middles(rows["municipality"], rows["lat"], rows["lon"]))


def _middles(owner: Column, lat: Column, lon: Column) -> dict[int, tuple[float, float]]:
    inside = owner >= 0
    names, at, count = np.unique(owner[inside], return_inverse=True, return_counts=True)
    middle_lat = np.bincount(at, weights=lat[inside], minlength=len(names)) / np.maximum(count, 1)
    middle_lon = np.bincount(at, weights=lon[inside], minlength=len(names)) / np.maximum(count, 1)
    return {int(n): (float(a), float(o)) for n, a, o in zip(names, middle_lat, middle_lon, strict=True)}
