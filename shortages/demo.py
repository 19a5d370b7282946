"""The demo's counts: the real one of the demo's day, and invented weeks before it that lead up to it.

The weeks are worked back from the real count, so they are no measurement: every one of them is marked with
`counts['demo']`. They obey the same sums as real counts do.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.db import connection

from matchmaking.bulk import copy_columns
from matchmaking.columns import Column
from shortages.counting import UNIT
from shortages.definitions import CURRENT
from shortages.enums import SnapshotStatus
from shortages.models import DemandCell, ShortageSnapshot, SupplyCell
from shortages.services import take_count
from shortages.services.publish import publish_figures

WEEKS = 26
RECENT, EVERY = 4, 4  # published: the last weeks, and of earlier ones every fourth; it is most of the work
_DEMAND = ("school_id", "programme_id", "municipality_id", "period_id", "year", "days")
_SUPPLY = ("organisation_id", "municipality_id", "period_id")
_TABLES = ("students_student", "students_placementsearch", "placements_application", "placements_vacancy")


def fill(day: dt.date) -> str:
    """Count the demo's day and invent the weeks before it; return a line to show."""
    with connection.cursor() as cursor:
        # All of it was written in this transaction: without statistics Postgres takes the tables for empty.
        for table in _TABLES:
            cursor.execute(f"ANALYZE {table}")
    real = take_count(day=day)
    ShortageSnapshot.objects.filter(pk=real.pk).update(counts=real.counts | {"demo": True})
    weeks = invent_weeks(real)
    return f"{weeks + 1:>7} tellingen van het tekort"


def invent_weeks(real: ShortageSnapshot, weeks: int = WEEKS) -> int:
    """Write so many invented weekly counts before a real one; return how many."""
    demand, supply = read_cells(DemandCell, real), read_cells(SupplyCell, real)
    chance = np.random.default_rng(637)
    luck = {name: chance.random(len(demand["students"])) for name in ("students", "placed", "talking", "rest")}
    supply_luck = chance.random(len(supply["places"]))
    for week in range(1, weeks + 1):
        cells, places = invented_demand(demand, luck, week), _supply_of(supply, supply_luck, week)
        snapshot = ShortageSnapshot.objects.create(
            day=real.day - dt.timedelta(weeks=week),
            definition=CURRENT,
            status=SnapshotStatus.DONE,
            counts=cell_totals(cells, places) | {"demo": True},
            started_at=real.started_at - dt.timedelta(weeks=week),
            finished_at=(real.finished_at or real.started_at) - dt.timedelta(weeks=week),
        )
        copy_columns(DemandCell, writable_cells(cells) | {"snapshot_id": snapshot.pk})
        copy_columns(SupplyCell, writable_cells(places) | {"snapshot_id": snapshot.pk})
        if week <= RECENT or week % EVERY == 0:
            publish_figures(snapshot=snapshot)
    return weeks


def read_cells(model: type[DemandCell] | type[SupplyCell], real: ShortageSnapshot) -> dict[str, Column]:
    names = [f.attname for f in model._meta.local_concrete_fields if f.attname not in ("id", "snapshot_id")]
    rows = list(model._default_manager.filter(snapshot=real).order_by("pk").values_list(*names))
    table = np.array([[-1 if value is None else value for value in row] for row in rows], np.float64)
    table = table.reshape(-1, len(names))
    return {name: table[:, k] if name == "structural" else table[:, k].astype(np.int64) for k, name in enumerate(names)}


def invented_demand(real: dict[str, Column], luck: dict[str, Column], week: int) -> dict[str, Column]:
    """The cells of so many weeks ago: fewer enrolled, far fewer placed, a larger part stuck."""
    enrolled, placed_share = 1 - 0.012 * max(0, week - 8), max(0.0, 1 - week / 20) ** 1.5
    talk_share, worse = max(0.08, 1 - week / 17), 1 + 0.006 * week

    def part(name: str, share: float) -> Column:
        return np.minimum(real[name], np.floor(real[name] * share + luck[name])).astype(np.int64)

    placed, talking = part("placed", placed_share), part("talking", talk_share)
    students = np.maximum(part("students", enrolled), placed + talking)
    still_open = students - placed - talking
    before = np.maximum(real["open"], 1)
    none = np.minimum(still_open, np.floor(still_open * real["without_fit"] / before * worse + luck["rest"] * 0.5))
    competing = np.minimum(still_open - none, np.floor(still_open * real["competing"] / before + luck["rest"]))
    miss = np.where(
        real["competing"] > 0, (real["structural"] - real["without_fit"]) / np.maximum(real["competing"], 1), 0.5
    )
    units = np.floor((none + competing * np.minimum(miss * worse, 0.98)) * UNIT).astype(np.int64)
    # A shortage is a whole number of students: give what is missing to cells that have room for it.
    rest = -int(units.sum()) % UNIT
    room = np.flatnonzero((competing > 0) & (units < (none + competing) * UNIT))
    if len(room) and rest:
        more = np.minimum((none + competing)[room].astype(np.int64) * UNIT - units[room], -(-rest // len(room)) + 1)
        given = np.clip(rest - (np.cumsum(more) - more), 0, more)
        units[room] += given
    silent = np.minimum(still_open - none, np.floor(real["silent"] * still_open / before)).astype(np.int64)
    applying = np.minimum(still_open, np.floor(real["applying"] * talk_share + luck["rest"] * 0.5)).astype(np.int64)
    return {name: real[name] for name in _DEMAND} | {
        "students": students,
        "placed": placed,
        "talking": talking,
        "open": still_open,
        "applying": applying,
        "silent": silent,
        "without_fit": none.astype(np.int64),
        "competing": competing.astype(np.int64),
        "structural": units / UNIT,
    }


def _supply_of(real: dict[str, Column], luck: Column, week: int) -> dict[str, Column]:
    """The places of so many weeks ago: organisations had offered fewer, and fewer were taken."""
    offered = 1 - 0.022 * week
    places = np.floor(real["places"] * offered + luck).astype(np.int64)
    places = np.clip(places, 0, real["places"])
    taken = np.minimum(places, np.floor(real["taken"] * max(0.0, 1 - week / 20) ** 1.5 + luck)).astype(np.int64)
    taken = np.minimum(taken, real["taken"])
    held = np.minimum(places - taken, np.floor(real["held"] * max(0.08, 1 - week / 17) + luck)).astype(np.int64)
    held = np.minimum(held, real["held"])
    free = places - taken - held
    unused = np.minimum(free, np.round(free * real["unused"] / np.maximum(real["free"], 1)).astype(np.int64))
    return {name: real[name] for name in _SUPPLY} | {
        "vacancies": np.minimum(real["vacancies"], places),
        "places": places,
        "taken": taken,
        "held": held,
        "free": free,
        "vacant": free + np.minimum(held, np.maximum(real["vacant"] - real["free"], 0)),
        "unused": unused,
        "blocked": np.minimum(real["blocked"], free),
    }


def writable_cells(cells: dict[str, Column]) -> dict[str, Any]:
    """Without empty cells, and with NULL for an unknown gemeente."""
    size = cells["students"] if "students" in cells else cells["places"]
    there = size > 0
    columns: dict[str, Any] = {name: column[there] for name, column in cells.items()}
    columns["municipality_id"] = [None if pk < 0 else pk for pk in columns["municipality_id"].tolist()]
    return columns


def cell_totals(demand: dict[str, Column], supply: dict[str, Column] | None = None) -> dict[str, int]:
    """The totals of a real count that these cells add up to; without supply, of one in which no place was counted."""
    names = ("students", "placed", "talking", "open", "silent", "without_fit", "competing")
    totals = {name: int(demand[name].sum()) for name in names}
    places = ("places", "taken", "held", "free", "blocked")
    totals |= {name: int(supply[name].sum()) if supply is not None else 0 for name in places}
    shortage = round(float(demand["structural"].sum()))
    return totals | {
        "shortage": shortage,
        "max_placement": totals["open"] - shortage,
        "capacity": totals["without_fit"] + totals["competing"] - shortage,
    }
