"""One night's count from database to published figures, exactly once however often it is started (features B5, B6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import Any

import numpy as np
import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from matchmaking.bulk import copy_columns, copy_rows
from matchmaking.columns import Column
from matchmaking.locks import one_at_a_time
from shortages import counting, emails, levers, stored
from shortages.definitions import CURRENT
from shortages.enums import Situation, SnapshotStatus
from shortages.market import Night, read_night
from shortages.models import DemandCell, Lever, SearchSituation, ShortageSnapshot, SupplyCell
from shortages.services.fit import count_fit
from shortages.services.publish import publish_figures
from shortages.services.retention import drop_old_detail
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.regions.models import Municipality
from stagematch.ui.errors import RuleError

log = structlog.get_logger(__name__)

LOCK = 0x73686F7274  # "short", for pg_advisory_lock
MOST_AHEAD = 31
"""Days ahead that can be counted, for a trial: what comes before such a count can no more, and old detail is dropped."""
INTERRUPTED = "Afgebroken voordat de telling klaar was."
Progress = Callable[[str], None]
_SITUATION = {
    counting.Place.NONE: Situation.NONE.value,
    counting.Place.COMPETING: Situation.COMPETING.value,
    counting.Place.FITS: Situation.FITS.value,
}


def _silent(_line: str) -> None:
    return


def take_count(
    *,
    day: dt.date,
    actor: User | None = None,
    again: bool = False,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> ShortageSnapshot:
    """Count the shortage of `day` and publish it; return the count.

    A day is counted once: a second start returns the count there is, also when two start together. History is never
    counted again: with a finished count of a later day this raises `RuleError`, as for a day more than `MOST_AHEAD` ahead,
    and for one that has passed: what the market was then is not kept.
    `again` replaces the count of the day itself, and says so in its counts. A dry run writes nothing and returns a count
    that is not stored. Any fault publishes nothing, is recorded as FAILED, told to the platform admins and raised; the
    last good count stays. Of a count that was killed the next one tells it.
    """
    began, this_day = clock.now(), clock.today()
    if not dry_run and day > this_day + dt.timedelta(days=MOST_AHEAD):
        raise RuleError("count_ahead", _("Deze dag ligt te ver vooruit. Klopt het jaar?"))
    with clock.at(day) if day != this_day else nullcontext(), one_at_a_time(LOCK) as waited:
        done = ShortageSnapshot.objects.done().filter(day=day).first()
        if done is not None and not dry_run:
            just_made = waited and done.finished_at is not None and done.finished_at >= began
            if not again or just_made:
                progress(f"De telling van {day:%d-%m-%Y} was al gedaan.")
                return done
        if not dry_run and ShortageSnapshot.objects.done().filter(day__gt=day).exists():
            raise RuleError(
                "count_is_history",
                _("Er is al een telling van een latere dag. Een oude dag wordt niet opnieuw geteld."),
            )
        if not dry_run and day < this_day:
            raise RuleError(
                "count_is_past",
                _("Die dag is voorbij. Hoe het toen was, is niet bewaard: een gemiste nacht blijft leeg."),
            )
        snapshot = ShortageSnapshot(day=day, definition=CURRENT)
        if dry_run:
            return _count(snapshot, progress, publish=False)
        _close_interrupted()
        snapshot.save()
        try:
            if done is not None:
                snapshot.counts["replaces"] = {
                    "count": str(done.public_id),
                    "by": str(actor.public_id) if actor is not None else "",
                }
            return _count(snapshot, progress, publish=True)
        except Exception as error:
            log.exception("shortage.failed", count=snapshot.pk, day=str(day))
            _fail(snapshot, f"{type(error).__name__}: {error}")
            raise


def _count(snapshot: ShortageSnapshot, progress: Progress, *, publish: bool) -> ShortageSnapshot:
    watch = _Stopwatch()
    progress("Studenten en plekken lezen …")
    night = read_night(snapshot.day)
    names = dict(Municipality.objects.values_list("pk", "name"))
    watch.lap("read")
    progress(f"{night.students.n} studenten zonder plek, {int(night.vacancies.cap.sum())} vrije plekken. Tellen …")
    found = counting.count_structure(
        night.students, night.vacancies, night.pools, night.exclusions, night.policy, night.day.toordinal()
    )
    watch.lap("structure")
    told = counting.reasons(night, found)
    watch.lap("reasons")
    progress("Wat zou helpen uitrekenen …")
    advice = list(levers.ranked(levers.for_everybody(night, found, names) + levers.for_schools(night, found)))
    watch.lap("levers")
    snapshot.counts |= counting.totals(night, found) | {"levers": len(advice)}
    if publish:
        progress("Publiceren …")
        # What could still go wrong goes wrong before anything is seen: one transaction, or nothing.
        kept = dict(snapshot.counts)
        try:
            with transaction.atomic():
                _write(snapshot, night, found, told, advice)
                # What is published is made from what was written: the market need not stay in memory for it.
                del night, found, told, advice
                publish_figures(snapshot=snapshot)
                count_fit(snapshot=snapshot)
                watch.lap("publish")
                snapshot.timings = watch.laps
                snapshot.status, snapshot.finished_at = SnapshotStatus.DONE, clock.now()
                snapshot.save()
                drop_old_detail(day=snapshot.day)
        except BaseException:
            snapshot.counts, snapshot.status, snapshot.finished_at = kept, SnapshotStatus.RUNNING, None
            raise
        log.info("shortage.counted", count=snapshot.pk, day=str(snapshot.day), shortage=snapshot.counts["shortage"])
    snapshot.timings = watch.laps
    return snapshot


def _write(
    snapshot: ShortageSnapshot,
    night: Night,
    found: counting.Structural,
    told: tuple[list[str], Column],
    advice: list[levers.Advice],
) -> None:
    _forget_detail(ShortageSnapshot.objects.done().filter(day=snapshot.day).values_list("pk", flat=True))
    ShortageSnapshot.objects.done().filter(day=snapshot.day).delete()
    copy_columns(DemandCell, _with_keys(counting.demand_cells(night, found)) | {"snapshot_id": snapshot.pk})
    copy_columns(SupplyCell, _with_keys(counting.supply_cells(night)) | {"snapshot_id": snapshot.pk})
    copy_rows(Lever, (row.row(snapshot.pk) for row in advice), own_keys=False)
    _write_situations(snapshot, night, found, told)
    ShortageSnapshot.objects.exclude(pk=snapshot.pk).filter(market__isnull=False).update(market=None)
    stored.write(snapshot, stored.keep(night, found))


def _with_keys(cells: dict[str, Column]) -> dict[str, Any]:
    """Cells with the names of the columns; a gemeente that is not known is NULL."""
    keys = ("school", "programme", "municipality", "period", "organisation")
    columns: dict[str, Any] = {f"{name}_id" if name in keys else name: column for name, column in cells.items()}
    columns["municipality_id"] = [None if pk < 0 else pk for pk in cells["municipality"].tolist()]
    return columns


def _write_situations(
    snapshot: ShortageSnapshot, night: Night, found: counting.Structural, told: tuple[list[str], Column]
) -> None:
    """Replace how the count saw every open search; a search that was deleted meanwhile is left out."""
    search = night.demand["search_pk"][night.student_row]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shortages_searchsituation")
        cursor.execute(
            "SELECT id FROM students_placementsearch WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [search.tolist()]
        )
        there = np.array([pk for (pk,) in cursor.fetchall()], np.int64)
    rows = np.flatnonzero(np.isin(search, there))
    reason, gain = told
    copy_columns(
        SearchSituation,
        {
            "search_id": search[rows],
            "snapshot_id": snapshot.pk,
            "kind": [_SITUATION[counting.Place(p)] for p in found.place[rows].tolist()],
            "fitting": found.fitting[rows],
            "reason": [reason[i] for i in rows.tolist()],
            "gain": gain[rows],
        },
    )


def _forget_detail(snapshots: Any) -> None:
    """Take the rows of counts away in whole tables; a cascade would read every one of them first."""
    keys = list(snapshots)
    for model in (DemandCell, SupplyCell, Lever, SearchSituation):
        rows = model._default_manager.filter(snapshot__in=keys)
        rows._raw_delete(rows.db)


def _fail(snapshot: ShortageSnapshot, error: str) -> None:
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()  # the database went away; when it is back it can be told on a new connection
    snapshot.status, snapshot.error, snapshot.finished_at = SnapshotStatus.FAILED, error[:4000], clock.now()
    snapshot.market = None
    snapshot.save()
    for admin in User.objects.filter(is_superuser=True, is_active=True):
        emails.count_failed(to=admin, snapshot=snapshot)


def _close_interrupted() -> None:
    """A count that is still 'busy' while we hold the lock was killed, and could tell nobody."""
    for killed in ShortageSnapshot.objects.filter(status=SnapshotStatus.RUNNING):
        _fail(killed, INTERRUPTED)


class _Stopwatch:
    """Seconds per step."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._at = perf_counter()

    def lap(self, name: str) -> None:
        moment = perf_counter()
        self.laps[name], self._at = round(moment - self._at, 4), moment
