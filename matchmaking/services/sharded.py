"""A night over more than one worker: parts of the country that share nothing are divided apart (features M6).

The parts lie as rows in Postgres. Every worker that has time takes one, and the process that began the run takes parts
too, so that the night is done even when no other worker is there. Put together it is the identical division: the same
input gives the same fingerprint, which a test holds against the run in one piece.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import zlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import structlog
from django.db import transaction
from django.db.models import Q

from matchmaking.columns import Column
from matchmaking.engine import night as engine
from matchmaking.engine import shards
from matchmaking.engine.extra import Suggestions
from matchmaking.engine.types import Outcome, Policy, Pools, StudentLists, Students, Vacancies
from matchmaking.engine.whatif import Case
from matchmaking.models import MatchingRun, MatchingShard
from matchmaking.snapshot import Snapshot
from stagematch.clock import now

log = structlog.get_logger(__name__)

PATIENCE = dt.timedelta(minutes=10)
"""A part that a worker took and did not give back in this time is taken by another."""
_TABLES: dict[str, Any] = {"students": Students, "vacancies": Vacancies, "pools": Pools}


@dataclass(frozen=True, eq=False)
class Divided:
    """A division as publishing needs it, put together from its parts."""

    outcome: Outcome
    suggestions: Suggestions
    counts: dict[str, int]
    timings: dict[str, float]
    input_hash: str
    outcome_hash: str
    places: Column

    def choice(self) -> Column:
        """Place of the match on the student's own list, 1 for his first choice, 0 for no match."""
        return self.places


def run(*, run: MatchingRun, snapshot: Snapshot, parts: int, own: bool = True) -> Divided:
    """Divide a snapshot in at most `parts` parts over the workers and put the answers together.

    With `own` this process takes parts too; without, it only waits for the workers.

    Raises `VerificationError` when the check of any part finds something; then nothing may be published.
    """
    began = time.perf_counter()
    case = Case(
        snapshot.students,
        snapshot.vacancies,
        snapshot.pools,
        snapshot.exclusions,
        snapshot.policy,
        snapshot.day,
        snapshot.seed,
    )
    labels = shards.reachable(case.students, case.vacancies, case.pools.n, case.today)
    plan = shards.plan(labels, parts)
    rows = [
        MatchingShard.objects.create(run=run, number=number, input=_pack(case, shard, snapshot))
        for number, shard in enumerate(plan)
    ]
    planned = time.perf_counter()
    try:
        _hand_out(run, len(rows) - 1 if own else len(rows))
        answers = _gather(run, own=own)
    finally:  # facts about students: not kept longer than needed, also when a check stops the night
        MatchingShard.objects.filter(run=run).delete()
    merged = shards.merge(case.students, case.vacancies, case.policy, case.season_seed, plan, answers)
    fingerprint = engine.input_hash(
        case.students,
        case.vacancies,
        case.pools,
        case.exclusions,
        case.policy,
        case.today,
        case.season_seed,
        favourites=snapshot.favourites,
        holder=snapshot.holder,
    )
    done = time.perf_counter()
    return Divided(
        merged.outcome,
        merged.suggestions,
        merged.counts | {"shards": len(plan)},
        {"plan": planned - began, "divide": done - planned, "total": done - began},
        fingerprint,
        merged.outcome_hash,
        np.where(merged.outcome.match >= 0, merged.outcome.pair + 1, 0),
    )


def solve_next(run_pk: int) -> bool:
    """Take one part of a run that nobody has, divide it and keep the answer; tell whether there was one."""
    with transaction.atomic():
        row = (
            MatchingShard.objects.select_for_update(skip_locked=True)
            .filter(run=run_pk, answer__isnull=True, error="")
            .filter(Q(taken_at__isnull=True) | Q(taken_at__lt=now() - PATIENCE))
            .order_by("number")
            .first()
        )
        if row is None:
            return False
        row.taken_at = now()
        row.save(update_fields=["taken_at"])
    case, favourites, holder = _unpack(row.input)
    try:
        answer = shards.solve(case, favourites=favourites, holder=holder)
    except engine.VerificationError as error:
        MatchingShard.objects.filter(pk=row.pk).update(error=str(error)[:4000])
        return True
    MatchingShard.objects.filter(pk=row.pk).update(answer=_pack_answer(answer))
    return True


def _hand_out(run: MatchingRun, parts: int) -> None:
    """Tell the workers that there are parts to take; without a queue this process does all of them."""
    from matchmaking import tasks

    for _ in range(parts):
        try:
            tasks.solve_shard.apply_async((run.pk,), retry=False)
        except Exception as error:  # noqa: BLE001 -- kombu, redis and socket errors alike
            log.warning("matching.queue_unavailable", error=type(error).__name__)
            return


def _gather(run: MatchingRun, *, own: bool) -> list[shards.Answer]:
    while True:
        while own and solve_next(run.pk):
            pass
        rows = list(MatchingShard.objects.filter(run=run).order_by("number").values_list("answer", "error"))
        wrong = [error for _answer, error in rows if error]
        if wrong:
            raise engine.VerificationError(wrong)
        if all(answer is not None for answer, _error in rows):
            return [_unpack_answer(answer) for answer, _error in rows if answer is not None]
        time.sleep(0.05)


def _pack(case: Case, shard: shards.Shard, snapshot: Snapshot) -> bytes:
    part = shards.take(case, shard)
    row = np.full(case.vacancies.n + 1, -1, np.int64)
    row[shard.vacancies] = np.arange(len(shard.vacancies))
    favourites = shards.take_lists(snapshot.favourites, shard, case.vacancies.n)
    arrays: dict[str, Column] = {"holder": row[snapshot.holder[shard.students]]}
    for name in _TABLES:
        for column, values in getattr(part, name).columns():
            arrays[f"{name}.{column}"] = values
    for name, lists in (("exclusions", part.exclusions), ("favourites", favourites)):
        if lists is not None:
            arrays[f"{name}.offsets"], arrays[f"{name}.vacancy"] = lists.offsets, lists.vacancy
    meta = {"policy": part.policy.as_dict(), "today": part.today, "seed": part.season_seed}
    return _write(arrays, meta)


def _unpack(data: bytes | memoryview) -> tuple[Case, StudentLists | None, Column]:
    arrays, meta = _read(data)
    tables = {
        name: kind(**{c.partition(".")[2]: v for c, v in arrays.items() if c.startswith(f"{name}.")})
        for name, kind in _TABLES.items()
    }
    lists = {
        name: StudentLists(arrays[f"{name}.offsets"], arrays[f"{name}.vacancy"])
        if f"{name}.offsets" in arrays
        else None
        for name in ("exclusions", "favourites")
    }
    case = Case(
        tables["students"],
        tables["vacancies"],
        tables["pools"],
        lists["exclusions"],
        Policy.from_dict(meta["policy"]),
        meta["today"],
        meta["seed"],
    )
    return case, lists["favourites"], arrays["holder"]


def _pack_answer(answer: shards.Answer) -> bytes:
    arrays = {f.name: getattr(answer, f.name) for f in fields(answer) if f.name != "counts"}
    return _write(arrays, {"counts": answer.counts})


def _unpack_answer(data: bytes | memoryview) -> shards.Answer:
    arrays, meta = _read(data)
    return shards.Answer(**arrays, counts=meta["counts"])


def _write(arrays: dict[str, Column], meta: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez(buffer, allow_pickle=False, meta=text, **arrays)
    return zlib.compress(buffer.getvalue(), level=1)


def _read(data: bytes | memoryview) -> tuple[dict[str, Column], dict[str, Any]]:
    with np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return arrays, json.loads(arrays.pop("meta").tobytes())
