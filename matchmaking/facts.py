"""What the matching knows of a search and of a vacancy: the one translation from rows to the engine's columns.

The nightly snapshot and the score on a page both come through here, so that they can never differ (features M3).
Personal characteristics are not read at all.
"""

# ruff: noqa: S608 -- the SQL is put together from this module's own text; values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matchmaking.columns import Bits, Column, Kind, Query, SnapshotError, read_together, rows_of
from matchmaking.engine.types import DAY_MAX, Students, Vacancies
from organisations.enums import Need, Route

_DAY = "({} - date '0001-01-01') + 1"  # as date.toordinal()
_ROUTES = " ".join(f"WHEN '{route}' THEN {route.position}" for route in Route)
# A period never shares a lot with another one of the same student; the multiplier spreads small keys over 64 bits.
_PERIOD_SPREAD = np.uint64(0x9E3779B97F4A7C15)
# A kwalificatie can have several rows, one per version of the reference data: the first one stands for its crebo.
_CREBO = "(SELECT id, min(id) OVER (PARTITION BY crebo) AS first FROM organisations_qualification)"

SEARCH_COLUMNS: dict[str, tuple[Kind, str]] = {
    "search_pk": ("i8", "s.id"),
    "student_pk": ("i8", "st.id"),
    "public_id": ("uuid", "st.public_id"),
    "period": ("i8", "s.period_id"),
    "crebo": ("i8", "crebo.first"),
    "leerjaar": ("i4", "st.year"),
    "route": ("i4", f"CASE s.route {_ROUTES} END"),
    "lat": ("f8", "home.latitude"),
    "lon": ("f8", "home.longitude"),
    "max_metres": ("i4", "s.max_distance_km * 1000"),
    "days": ("i4", "s.weekdays"),
    "min_days": ("i4", "s.days_per_week"),
    "hours": ("i4", "s.hours_per_week"),
    "start": ("i4", _DAY.format("s.starts_on")),
    "end": ("i4", _DAY.format("s.ends_on")),
    "needs": ("i4", "s.needs"),
    "rejections": ("i4", "st.rejections"),
    "turns": ("i4", "st.turns"),
    "opened": ("i4", "coalesce(" + _DAY.format("s.opened_on") + ", 0)"),
}
SEARCH_SOURCE = f"""
    FROM students_placementsearch s
    JOIN students_student st ON st.id = s.student_id
    JOIN organisations_programme p ON p.id = st.programme_id
    JOIN regions_postcodearea home ON home.id = s.home_id
    JOIN {_CREBO} crebo ON crebo.id = p.qualification_id
"""

VACANCY_COLUMNS: dict[str, tuple[Kind, str]] = {
    "vacancy_pk": ("i8", "v.id"),
    "uid": ("uuid", "v.public_id"),
    "pool_pk": ("i8", "coalesce(v.pool_id, -1)"),
    "leerjaren": ("i4", "v.years"),
    "routes": ("i4", "v.routes"),
    "lat": ("f8", "pc.latitude"),
    "lon": ("f8", "pc.longitude"),
    "days": ("i4", "v.weekdays"),
    # A place whose days are all needed asks for all of them, however many days a week it says.
    "min_days": (
        "i4",
        "greatest(v.days_per_week, CASE WHEN v.days_fixed THEN bit_count(v.weekdays::int::bit(7)) ELSE 0 END)",
    ),
    "hours_min": ("i4", "v.hours_min"),
    "hours_max": ("i4", "v.hours_max"),
    "start": ("i4", _DAY.format("v.starts_on")),
    "end": ("i4", _DAY.format("v.ends_on")),
    "has": ("i4", f"v.offers | CASE WHEN loc.step_free THEN {int(Need.STEP_FREE)} ELSE 0 END"),
    # coalesce: no last day at all; least() skips what is NULL.
    "deadline": ("i4", f"coalesce({_DAY.format('least(v.apply_until, v.publish_until)')}, {DAY_MAX})"),
}
VACANCY_SOURCE = """
    FROM placements_vacancy v
    JOIN organisations_location loc ON loc.id = v.location_id
    JOIN regions_postcodearea pc ON pc.id = loc.postcode_id
"""

# name: (table, owner column, value column)
SEARCH_LINKS = {
    "groups": ("students_placementsearch_target_groups", "placementsearch_id", "targetgroup_id"),
    "fields": ("students_placementsearch_work_fields", "placementsearch_id", "workfield_id"),
    "wps": ("students_placementsearch_work_processes", "placementsearch_id", "workprocess_id"),
    "goals": ("students_learninggoal", "search_id", "work_process_id"),
}
VACANCY_LINKS = {
    "crebos": (
        f"placements_vacancy_qualifications vq JOIN {_CREBO} crebo ON crebo.id = vq.qualification_id",
        "vq.vacancy_id",
        "crebo.first",
    ),
    "groups": ("placements_vacancy_target_groups", "vacancy_id", "targetgroup_id"),
    "fields": ("placements_vacancy_work_fields", "vacancy_id", "workfield_id"),
    "wps": ("placements_vacancy_work_processes", "vacancy_id", "workprocess_id"),
}
_WORDS = {
    "crebo": "opleidingen",
    "groups": "doelgroepen",
    "fields": "werkvelden",
    "wps": "werkprocessen",
}
Links = dict[str, tuple[Column, Column]]  # name: owner pk and value pk per link


@dataclass(frozen=True)
class Facts:
    """Students and vacancies as the engine wants them, with the rows they came from (sorted by primary key)."""

    students: Students
    vacancies: Vacancies
    search: dict[str, Column]
    vacancy: dict[str, Column]
    bits: dict[str, Bits] = field(default_factory=dict)
    search_links: Links = field(default_factory=dict)
    vacancy_links: Links = field(default_factory=dict)


Wanted = tuple[Mapping[str, tuple[str, str, str]], str, Sequence[Any]]
"""A set of link tables, the SQL condition that keeps their rows (`{owner}` is the owner's key), and its parameters."""


def read_all_links(tables: Mapping[str, tuple[str, str, str]], owners: Column) -> Links:
    """The links of very many owners (sorted keys): whole tables between the first and the last of them.

    Looking up who is an owner costs Postgres several times what reading a link does; the others are left out here.
    """
    if not len(owners):
        return {name: (np.zeros(0, np.int64), np.zeros(0, np.int64)) for name in tables}
    first, last = int(owners[0]), int(owners[-1])
    links: Links = {}
    for name, (table, owner, value) in tables.items():
        columns: dict[str, tuple[Kind, str]] = {"owner": ("i8", owner), "value": ("i8", value)}
        source = f"FROM {table} WHERE {value} IS NOT NULL AND {owner} BETWEEN %s AND %s"
        rows = read_together(Query(columns, source, [first, last]))[0]
        _, is_owner = rows_of(owners, rows["owner"])
        links[name] = (rows["owner"][is_owner], rows["value"][is_owner])
    return links


def _links_query(wanted: Sequence[Wanted]) -> Query:
    parts: list[str] = []
    params: list[Any] = []
    for tables, where, values in wanted:
        for table, owner, value in tables.values():
            condition = where.format(owner=owner)
            parts.append(
                f"SELECT {len(parts)} AS kind, {owner} AS owner, {value} AS value FROM {table} "
                f"WHERE {value} IS NOT NULL AND {condition}"
            )
            params.extend(values)
    columns: dict[str, tuple[Kind, str]] = {"kind": ("i4", "kind"), "owner": ("i8", "owner"), "value": ("i8", "value")}
    return Query(columns, "FROM (" + " UNION ALL ".join(parts) + ") links", params)


def _split_links(wanted: Sequence[Wanted], rows: dict[str, Column]) -> list[Links]:
    result: list[Links] = []
    number = 0
    for tables, _, _ in wanted:
        links: Links = {}
        for name in tables:
            mine = rows["kind"] == number
            links[name] = (rows["owner"][mine], rows["value"][mine])
            number += 1
        result.append(links)
    return result


def sort_rows(columns: dict[str, Column], key: str) -> dict[str, Column]:
    """The same rows in the order of `key`."""
    order = np.argsort(columns[key], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def build(
    search: dict[str, Column],
    search_links: Links,
    vacancy: dict[str, Column],
    vacancy_links: Links,
    night: int,
    *,
    cap: Column | None = None,
    pool_row: Column | None = None,
) -> Facts:
    """Turn rows into the engine's tables; what no student asks for gets no bit. Rows must be sorted by key."""
    wanted_wps = (
        np.concatenate((search_links["wps"][0], search_links["goals"][0])),
        np.concatenate((search_links["wps"][1], search_links["goals"][1])),
    )
    bits = {
        "crebo": Bits(search["crebo"], _WORDS["crebo"]),
        "groups": Bits(search_links["groups"][1], _WORDS["groups"]),
        "fields": Bits(search_links["fields"][1], _WORDS["fields"]),
        "wps": Bits(wanted_wps[1], _WORDS["wps"]),
    }
    searches, vacancies = search["search_pk"], vacancy["vacancy_pk"]
    if ((vacancy["routes"] > 255) | (vacancy["leerjaren"] > 255)).any():
        msg = "Een vacature heeft een leerweg of leerjaar dat niet bestaat."
        raise SnapshotError(msg)
    students = Students(
        uid=search["public_id"] ^ (search["period"].astype(np.uint64) * _PERIOD_SPREAD),
        crebo=bits["crebo"].bit(search["crebo"]),
        leerjaar=search["leerjaar"],
        route=search["route"],
        lat=search["lat"],
        lon=search["lon"],
        max_metres=search["max_metres"],
        days=search["days"],
        min_days=search["min_days"],
        hours_min=search["hours"],
        hours_max=search["hours"],
        start=search["start"],
        end=search["end"],
        groups=bits["groups"].masks(searches, *search_links["groups"]),
        fields=bits["fields"].masks(searches, *search_links["fields"]),
        wps=bits["wps"].masks(searches, *wanted_wps),
        needs=search["needs"],
        has=np.zeros(len(searches), np.uint32),
        rejections=search["rejections"],
        turns=search["turns"],
        weeks=np.where(search["opened"] > 0, np.maximum(night - search["opened"], 0) // 7, 0),
    )
    table = Vacancies(
        uid=vacancy["uid"],
        crebos=bits["crebo"].masks(vacancies, *vacancy_links["crebos"]),
        leerjaren=vacancy["leerjaren"],
        routes=vacancy["routes"],
        lat=vacancy["lat"],
        lon=vacancy["lon"],
        days=vacancy["days"],
        min_days=vacancy["min_days"],
        hours_min=vacancy["hours_min"],
        hours_max=vacancy["hours_max"],
        start=vacancy["start"],
        end=vacancy["end"],
        groups=bits["groups"].masks(vacancies, *vacancy_links["groups"]),
        fields=bits["fields"].masks(vacancies, *vacancy_links["fields"]),
        wps=bits["wps"].masks(vacancies, *vacancy_links["wps"]),
        has=vacancy["has"],
        needs=np.zeros(len(vacancies), np.uint32),
        cap=np.ones(len(vacancies), np.int32) if cap is None else cap,
        pool=np.full(len(vacancies), -1, np.int32) if pool_row is None else pool_row,
        deadline=vacancy["deadline"],
    )
    return Facts(students, table, search, vacancy, bits, search_links, vacancy_links)


def of_one(search_pk: int, vacancy_pks: Sequence[int], night: int) -> Facts:
    """One search with some vacancies, whatever their state, in one statement. Without a home there is no student row."""
    return of_many([search_pk], vacancy_pks, night).of(search_pk)


@dataclass(frozen=True)
class Many:
    """Some searches and some vacancies, read together; `of` takes one search out of it without the database."""

    search: dict[str, Column]
    search_links: Links
    vacancy: dict[str, Column]
    vacancy_links: Links
    night: int

    def of(self, search_pk: int) -> Facts:
        """The facts of one search with all the vacancies."""
        mine = self.search["search_pk"] == search_pk
        links = {
            name: (owner[owner == search_pk], value[owner == search_pk])
            for name, (owner, value) in self.search_links.items()
        }
        search = {name: column[mine] for name, column in self.search.items()}
        return build(search, links, self.vacancy, self.vacancy_links, self.night)


def of_many(search_pks: Sequence[int], vacancy_pks: Sequence[int], night: int) -> Many:
    """Some searches with some vacancies, whatever their state, in one statement."""
    searches, vacancies = sorted(set(search_pks)), sorted(set(vacancy_pks))
    wanted: list[Wanted] = [
        (SEARCH_LINKS, "{owner} = ANY(%s)", [searches]),
        (VACANCY_LINKS, "{owner} = ANY(%s)", [vacancies]),
    ]
    search, vacancy, links = read_together(
        Query(SEARCH_COLUMNS, SEARCH_SOURCE + "WHERE s.id = ANY(%s)", [searches]),
        Query(VACANCY_COLUMNS, VACANCY_SOURCE + "WHERE v.id = ANY(%s)", [vacancies]),
        _links_query(wanted),
    )
    search_links, vacancy_links = _split_links(wanted, links)
    return Many(sort_rows(search, "search_pk"), search_links, sort_rows(vacancy, "vacancy_pk"), vacancy_links, night)
