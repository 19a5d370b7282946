"""One night of matching from database to published proposals, exactly once however often it is started (M1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from matchmaking import emails, fairness
from matchmaking import snapshot as snapshots
from matchmaking.engine import night as engine
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.enums import RunStatus, RunTrigger
from matchmaking.locks import one_at_a_time
from matchmaking.models import MatchingRun, Policy
from matchmaking.services import compare, concepts, pairs, proposals, publish, sharded
from matchmaking.services.policies import current_policy, season_seed
from stagematch import clock
from stagematch.accounts.models import User

log = structlog.get_logger(__name__)

LOCK = 0x6D61746368  # "match", for pg_advisory_lock
KEEP_SNAPSHOT_DAYS = 28
Progress = Callable[[str], None]


def _silent(_: str) -> None:
    return


def run_matching(
    *,
    night: dt.date,
    trigger: RunTrigger,
    actor: User | None = None,
    dry_run: bool = False,
    policy: Policy | None = None,
    progress: Progress = _silent,
) -> MatchingRun:
    """Match all open searches with all free places and publish the proposals; return the record of the run.

    The night is done once: a nightly run of a night that was published, and any run that had to wait for another one
    of the same night, return that run. A failing check publishes nothing and returns a run with status REFUSED. Any
    other fault publishes nothing, is recorded as FAILED and raised; running again gives what the first would have
    given. A dry run changes no proposal, turn or mail and is recorded with its counts as DRY, with what differs from
    the last night. With another `policy` than the one that holds it is always dry, and says what those rules would
    change for whom on the same market.
    """
    dry_run = dry_run or policy is not None
    before = set(_published(night).values_list("pk", flat=True))
    with clock.at(night) if night != clock.today() else nullcontext(), one_at_a_time(LOCK) as waited:
        done = None if dry_run else _already_done(night, trigger, before if waited else None)
        if done is not None:
            progress(f"De matching van {night:%d-%m-%Y} was al gedaan.")
            return done
        _close_interrupted_runs()
        rules = current_policy() if policy is None else policy
        run = MatchingRun.objects.create(
            night=night, trigger=trigger, policy=rules, season_seed=season_seed(night), started_by=actor
        )
        try:
            return _do(run, EnginePolicy.from_dict(rules.settings), dry_run=dry_run, progress=progress)
        except engine.VerificationError as error:
            log.error("matching.refused", run=run.pk, night=str(night), violations=str(error)[:500])
            _finish(run, RunStatus.REFUSED, error=str(error)[:4000])
            _alarm(run)
            return run
        except Exception as error:
            log.exception("matching.failed", run=run.pk, night=str(night))
            _finish(run, RunStatus.FAILED, error=f"{type(error).__name__}: {error}"[:4000])
            raise


def _do(run: MatchingRun, policy: EnginePolicy, *, dry_run: bool, progress: Progress) -> MatchingRun:
    clock_ = _Stopwatch()
    progress("Verlopen voorstellen afsluiten en de gegevens lezen …")
    snapshot = _take(run, policy, dry_run=dry_run)
    clock_.lap("read")
    progress(
        f"{snapshot.students.n} studenten zoeken, {snapshot.vacancies.n} vacatures met "
        f"{int(snapshot.vacancies.cap.sum())} vrije plekken. Verdelen …"
    )
    result = _divide(run, snapshot)
    clock_.lap("engine")
    run.input_hash, run.outcome_hash = result.input_hash, result.outcome_hash
    run.counts = dict(result.counts)
    run.timings = {f"engine_{step}": round(seconds, 4) for step, seconds in result.timings.items() if step != "total"}
    run.snapshot = snapshots.pack(snapshot)
    clock_.lap("pack")
    if dry_run:
        run.counts["proposals"] = len(publish.proposals_of(snapshot, result))
        run.comparison = _comparison(run, snapshot, result)
        clock_.lap("compare")
        run.timings |= clock_.laps
        return _finish(run, RunStatus.DRY)
    counted = dict(run.counts)
    progress(f"{result.counts['placed']} studenten krijgen een plek voorgesteld. Publiceren …")
    try:
        with transaction.atomic():
            run.counts |= publish.write(run=run, snapshot=snapshot, result=result)
            clock_.lap("publish")
            run.counts["mails"] = emails.queue_night_mails(run)
            concepts.tell_schools(run.night)
            concepts.remind_last_day(run.night)
            run.comparison = {"figures": compare.figures(snapshot, result)}
            clock_.lap("mail")
            run.timings |= clock_.laps
            _finish(run, RunStatus.PUBLISHED)
            fairness.keep(run)
    except BaseException:
        run.counts = counted  # nothing was published, so the record must not say so
        raise
    log.info("matching.published", run=run.pk, night=str(run.night), **run.counts)
    progress(f"Klaar: {run.counts['proposals']} voorstellen, {run.counts['mails']} mails.")
    return run


def _divide(run: MatchingRun, snapshot: snapshots.Snapshot) -> engine.NightResult | sharded.Divided:
    """In one piece, or over the workers when the settings ask for more parts. Both give the identical division."""
    if settings.MATCHING_SHARDS > 1:
        return sharded.run(run=run, snapshot=snapshot, parts=settings.MATCHING_SHARDS)
    return engine.run(
        snapshot.students,
        snapshot.vacancies,
        snapshot.pools,
        snapshot.exclusions,
        snapshot.policy,
        snapshot.day,
        snapshot.seed,
        favourites=snapshot.favourites,
        holder=snapshot.holder,
    )


def _comparison(
    run: MatchingRun, snapshot: snapshots.Snapshot, result: engine.NightResult | sharded.Divided
) -> dict[str, Any]:
    """The figures of a dry run beside those of the last night, or beside the rules that hold on the same market."""
    found: dict[str, Any] = {"figures": compare.figures(snapshot, result)}
    holds = current_policy()
    if run.policy_id != holds.pk:
        now_snapshot, now_result = compare.with_policy(snapshot, EnginePolicy.from_dict(holds.settings))
        found["before"] = compare.figures(now_snapshot, now_result)
        found["before_name"] = str(holds)
        found["moves"] = compare.moves(now_result.outcome, result.outcome)
    else:
        nights = MatchingRun.objects.filter(status=RunStatus.PUBLISHED, snapshot__isnull=False)
        last = nights.defer("snapshot").order_by("-pk").first()
        if last is not None and "figures" in last.comparison:
            found["before"] = last.comparison["figures"]
            found["before_name"] = str(last)
    return found


def _alarm(run: MatchingRun) -> None:
    """Tell every platform admin that nothing was published."""
    for admin in User.objects.filter(is_superuser=True, is_active=True):
        emails.run_refused(to=admin, run=run)


def _snapshot(run: MatchingRun, policy: EnginePolicy) -> snapshots.Snapshot:
    proposals.expire_proposals(run.night)
    proposals.withdraw_stale_proposals()
    concepts.release_due(run.night)
    pairs.apply_locks(run)
    drop_old_snapshots(run.night)
    return snapshots.take(night=run.night, seed=run.season_seed, policy=policy)


def _take(run: MatchingRun, policy: EnginePolicy, *, dry_run: bool) -> snapshots.Snapshot:
    """The market to divide. Other rules are tried on what last night divided: by day most of it is out already."""
    if run.trigger == RunTrigger.SIMULATION:
        since = run.night - dt.timedelta(days=1)
        last = MatchingRun.objects.filter(status=RunStatus.PUBLISHED, snapshot__isnull=False, night__gte=since)
        stored = last.order_by("-pk").values_list("snapshot", flat=True).first()
        if stored is not None:
            return replace(snapshots.unpack(stored), policy=policy)
    return _dry_snapshot(run, policy) if dry_run else _snapshot(run, policy)


def _dry_snapshot(run: MatchingRun, policy: EnginePolicy) -> snapshots.Snapshot:
    """What the snapshot would be; the clean-up before it is undone."""
    with transaction.atomic():
        snapshot = _snapshot(run, policy)
        transaction.set_rollback(True)
    return snapshot


def _finish(run: MatchingRun, status: RunStatus, *, error: str = "") -> MatchingRun:
    run.status, run.error, run.finished_at = status, error, clock.now()
    run.save()
    return run


def drop_old_snapshots(day: dt.date) -> int:
    """Forget the stored input of old runs: it holds facts about students. Their counts and hashes stay."""
    old = MatchingRun.objects.filter(night__lt=day - dt.timedelta(days=KEEP_SNAPSHOT_DAYS), snapshot__isnull=False)
    return old.update(snapshot=None)


def _published(night: dt.date) -> QuerySet[MatchingRun]:
    nights = MatchingRun.objects.exclude(trigger=RunTrigger.DAYTIME)
    return nights.filter(night=night, status=RunStatus.PUBLISHED).order_by("-pk")


def _already_done(night: dt.date, trigger: RunTrigger, before: set[int] | None) -> MatchingRun | None:
    """The run that makes this one needless; `before` are the runs there were when this one began to wait."""
    published = _published(night)
    if trigger == RunTrigger.NIGHTLY:
        nightly = published.filter(trigger=RunTrigger.NIGHTLY).first()
        if nightly is not None:
            return nightly
    return None if before is None else published.exclude(pk__in=before).first()


def _close_interrupted_runs() -> None:
    """A run that is still 'busy' while we hold the lock was killed."""
    MatchingRun.objects.filter(status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED, error="Afgebroken voordat de run klaar was.", finished_at=clock.now()
    )


@dataclass
class _Stopwatch:
    laps: dict[str, float] = field(default_factory=dict)
    _at: float = field(default_factory=perf_counter)

    def lap(self, name: str) -> None:
        moment = perf_counter()
        self.laps[name], self._at = round(moment - self._at, 4), moment
