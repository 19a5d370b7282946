"""The market of the newest count, packed into its row, so that a 'what if' needs no other look at the database.

It holds facts about students (no names, no numbers), so only the newest count keeps it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from django.db import connection

from matchmaking.columns import Column, SnapshotError
from matchmaking.engine.structural import Structure
from matchmaking.engine.types import Bools, Exclusions, Pairs, Policy, Pools, Students, Vacancies
from shortages.counting import Place, Structural
from shortages.market import Areas, Night
from shortages.models import ShortageSnapshot
from stagematch.cursors import cursor_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FORMAT = 2
PIECE = 1 << 20
_TABLES: tuple[tuple[str, type[Students] | type[Vacancies] | type[Pools]], ...] = (
    ("students", Students),
    ("vacancies", Vacancies),
    ("pools", Pools),
)
_PLAIN = (
    "school",
    "programme",
    "municipality",
    "vacancy_municipality",
    "organisation",
    "pool_team",
    "crebos",
    "place",
    "units",
)


@dataclass(frozen=True, eq=False)
class StoredMarket:
    """What a 'what if' asks: the tables, who is eligible where, and the best division that was found.

    `school`, `programme`, `municipality`, `place` (`counting.Place`) and `units` have a row per student,
    `vacancy_municipality` and `organisation` per vacancy.
    """

    day: dt.date
    policy: Policy
    students: Students
    vacancies: Vacancies
    pools: Pools
    exclusions: Exclusions
    pairs: Pairs
    best: Structure
    areas: Areas
    school: Column
    programme: Column
    municipality: Column
    vacancy_municipality: Column
    organisation: Column
    pool_team: Column
    crebos: Column
    place: Column
    units: Column

    @property
    def stuck(self) -> Bools:
        """Students whom the best division may have to leave out: no fitting place, or too few."""
        result: Bools = self.place != Place.FITS
        return result


def keep(night: Night, found: Structural) -> StoredMarket:
    """The market of a night with what was found."""
    of_student = {name: night.demand[name][night.student_row] for name in ("school", "programme", "municipality")}
    return StoredMarket(
        day=night.day,
        policy=night.policy,
        # By number instead of by public id: what is kept of a student leads to nobody.
        students=Students.of(**(dict(night.students.columns()) | {"uid": np.arange(night.students.n)})),
        vacancies=night.vacancies,
        pools=night.pools,
        exclusions=night.exclusions,
        pairs=found.pairs,
        best=found.best,
        areas=night.areas,
        vacancy_municipality=night.supply["municipality"][night.vacancy_row],
        organisation=night.supply["organisation"][night.vacancy_row],
        pool_team=night.pool_team,
        crebos=night.crebos,
        place=found.place,
        units=found.units,
        **of_student,
    )


def pack(market: StoredMarket) -> bytes:
    """The market as one compressed string; `unpack` gives back the same arrays."""
    pieces: list[bytes] = []
    _squeeze(market, pieces.append)
    return b"".join(pieces)


def write(snapshot: ShortageSnapshot, market: StoredMarket) -> None:
    """Pack the market into the row of the count. Nowhere is it whole: for the country it is 30 MB, as text twice that."""
    with _lock:  # what this process unpacked under the same key is of before
        _cache.pop(snapshot.pk, None)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE market_piece (number serial, data bytea)")
        cursor.execute("ALTER TABLE market_piece ALTER data SET STORAGE EXTERNAL")
        with cursor.copy("COPY market_piece (data) FROM STDIN") as copy:
            _squeeze(market, lambda piece: copy.write_row([piece]))
        cursor.execute(
            "UPDATE shortages_shortagesnapshot SET market = "
            "(SELECT string_agg(data, ''::bytea ORDER BY number) FROM market_piece) WHERE id = %s",
            [snapshot.pk],
        )
        cursor.execute("DROP TABLE market_piece")
    # Whoever asks the count for it gets it from the database; saving the count leaves it alone.
    del snapshot.market


def _squeeze(market: StoredMarket, to: Callable[[bytes], object]) -> None:
    """Give the packed market on in pieces of about `PIECE` bytes."""
    best, areas = market.best, market.areas
    meta = {
        "format": FORMAT,
        "day": market.day.isoformat(),
        "policy": market.policy.as_dict(),
        "best": [best.max_placement, best.shortage, best.without_pairs, best.capacity, best.rounds],
    }
    arrays: dict[str, Column] = {"meta": np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8)}
    for prefix, _ in _TABLES:
        for name, column in getattr(market, prefix).columns():
            arrays[f"{prefix}.{name}"] = column
    arrays |= {name: getattr(market, name) for name in _PLAIN}
    arrays |= {
        "exclusions.offsets": market.exclusions.offsets,
        "exclusions.vacancy": market.exclusions.vacancy,
        "pairs.offsets": market.pairs.offsets,
        # Most of it by far: in as few bytes as its numbers ask for.
        "pairs.vacancy": market.pairs.vacancy.astype(np.min_scalar_type(max(market.vacancies.n - 1, 0))),
        "best.pair": best.pair.astype(np.int32),
        "best.competing": best.competing,
        "best.helps": best.helps,
        "areas.municipality": areas.municipality,
    }
    arrays |= {f"areas.region.{kind}": column for kind, column in areas.region.items()}
    for name, middles in (("middle", areas.middle), ("middle_of_municipality", areas.middle_of_municipality)):
        arrays[f"areas.{name}"] = np.array([[key, *at] for key, at in middles.items()], np.float64).reshape(-1, 3)
    file = _Pieces(to)
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, column in arrays.items():
            # As `numpy.savez` does, but for what cannot be made smaller: trying that takes longer than all the rest.
            member = ZipInfo(f"{name}.npy") if name == "pairs.vacancy" else f"{name}.npy"
            with archive.open(member, "w", force_zip64=True) as place:
                np.lib.format.write_array(place, column, allow_pickle=False)
    file.finish()


class _Pieces(io.RawIOBase):
    """A file that gives on what is written to it, in pieces."""

    def __init__(self, to: Callable[[bytes], object]) -> None:
        super().__init__()
        self._to, self._waiting = to, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        whole = memoryview(data).cast("B")
        for at in range(0, len(whole), PIECE):
            self._waiting += whole[at : at + PIECE]
            if len(self._waiting) >= PIECE:
                self.finish()
        return len(whole)

    def finish(self) -> None:
        """Give what is left."""
        self._to(bytes(self._waiting))
        self._waiting.clear()


def unpack(data: bytes | memoryview) -> StoredMarket:
    """The market that `pack` made. Raises `SnapshotError` for a format this version does not know."""
    try:
        # The first format was compressed as a whole.
        archive = data if bytes(data[:2]) == b"PK" else zlib.decompress(data)
        with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
            arrays: dict[str, Column] = {name: stored[name] for name in stored.files}
        meta = json.loads(arrays["meta"].tobytes())
    except (zlib.error, BadZipFile, EOFError, ValueError, KeyError) as error:
        msg = "De bewaarde telling is niet te lezen."
        raise SnapshotError(msg) from error
    if meta["format"] not in (1, FORMAT):
        msg = f"De bewaarde telling heeft vorm {meta['format']}; deze versie kent {FORMAT}."
        raise SnapshotError(msg)
    tables: dict[str, Any] = {
        prefix: kind(
            **{name.partition(".")[2]: column for name, column in arrays.items() if name.startswith(f"{prefix}.")}
        )
        for prefix, kind in _TABLES
    }
    size = len(arrays["pairs.vacancy"])
    vacancy = arrays["pairs.vacancy"].astype(np.int32)
    pairs = Pairs(arrays["pairs.offsets"], vacancy, np.zeros(size, np.uint8), np.zeros(size, np.uint16))
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    most, shortage, without, capacity, rounds = meta["best"]
    return StoredMarket(
        day=dt.date.fromisoformat(meta["day"]),
        policy=Policy.from_dict(meta["policy"]),
        exclusions=Exclusions(arrays["exclusions.offsets"], arrays["exclusions.vacancy"]),
        pairs=pairs,
        best=Structure(
            pair=arrays["best.pair"].astype(np.int64),
            max_placement=most,
            shortage=shortage,
            without_pairs=without,
            competing=arrays["best.competing"],
            capacity=capacity,
            helps=arrays["best.helps"],
            rounds=rounds,
        ),
        areas=Areas(
            arrays["areas.municipality"],
            {n.removeprefix("areas.region."): c for n, c in arrays.items() if n.startswith("areas.region.")},
            _middles(arrays["areas.middle"]),
            _middles(arrays["areas.middle_of_municipality"]),
        ),
        **tables,
        **plain,
    )


def _middles(rows: Column) -> dict[int, tuple[float, float]]:
    return {int(key): (lat, lon) for key, lat, lon in rows.tolist()}


_KEPT = 1
_cache: OrderedDict[int, StoredMarket] = OrderedDict()
_lock = Lock()


def market_of(snapshot: ShortageSnapshot) -> StoredMarket | None:
    """The market of a count, unpacked once per process; None when it is not kept (any more)."""
    with _lock:
        if snapshot.pk in _cache:
            return _cache[snapshot.pk]
        with cursor_of(binary=True) as cursor:
            # As text it would be twice as large.
            cursor.execute("SELECT market FROM shortages_shortagesnapshot WHERE id = %s", [snapshot.pk])
            found = cursor.fetchone()
        if found is None or found[0] is None:
            return None
        _cache[snapshot.pk] = unpack(found[0])
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
        return _cache[snapshot.pk]
