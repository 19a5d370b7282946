"""Suggestions by day: who opened or changed a search, and what came free, need not wait for the night (features M5).

By day nobody is divided: what is suggested comes from places that the division would leave free, keeps no place, and
costs no turn. Only students and places that are new or changed since the last night take part.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db import transaction

from matchmaking import emails
from matchmaking import snapshot as snapshots
from matchmaking.columns import Column, rows_of
from matchmaking.engine import night as engine
from matchmaking.engine.extra import Suggestions
from matchmaking.engine.types import Outcome, Students, Vacancies
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.enums import RunStatus, RunTrigger
from matchmaking.models import MatchingRun
from matchmaking.refusal import last_run, night_of
from matchmaking.services import publish
from matchmaking.services.policies import current_policy, season_seed
from stagematch.clock import now

# These change by themselves, or by what others do; they are no reason to look again.
_NO_CHANGE = frozenset({"weeks", "turns", "rejections", "cap", "pool"})


def suggest_today(day: dt.date) -> MatchingRun | None:
    """Suggest places to students, for what is new or changed since the last night; None when nothing is.

    Safe to run again: what was suggested is no longer new, because the pair is left out once it is open.
    """
    last = last_run()
    if last is None:
        return None
    rules = current_policy()
    snapshot = snapshots.take(night=day, seed=season_seed(day), policy=EnginePolicy.from_dict(rules.settings))
    before, _rank = night_of(last.pk)
    students = _changed(snapshot.students, snapshot.search_pk, before.students, before.search_pk)
    vacancies = _changed(snapshot.vacancies, snapshot.vacancy_pk, before.vacancies, before.vacancy_pk)
    if not (students.any() or vacancies.any()):
        return None
    result = engine.run(
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
    chosen = _chosen(result, students, vacancies)
    if not len(chosen):
        return None
    nobody = Outcome(
        np.full(snapshot.students.n, -1, np.int32), np.full(snapshot.students.n, -1, np.int64), result.outcome.cutoff
    )
    with transaction.atomic():
        run = MatchingRun.objects.create(
            night=day, trigger=RunTrigger.DAYTIME, policy=rules, season_seed=season_seed(day), status=RunStatus.RUNNING
        )
        counts = publish.write_suggestions(run=run, snapshot=snapshot, outcome=nobody, suggestions=chosen)
        run.counts = counts | {"mails": emails.queue_night_mails(run) if counts["proposals"] else 0}
        run.input_hash, run.status, run.finished_at = result.input_hash, RunStatus.PUBLISHED, now()
        run.save()
    return run


def _changed(table: Students | Vacancies, keys: Column, old: Students | Vacancies, old_keys: Column) -> Column:
    """Per row whether it was not there last night, or says something else now."""
    row, known = rows_of(old_keys, keys)
    changed = ~known
    other = dict(old.columns())
    for name, column in table.columns():
        if name in _NO_CHANGE:
            continue
        changed[known] |= column[known] != other[name][row[known]]
    return changed


def _chosen(result: engine.NightResult, students: Column, vacancies: Column) -> Suggestions:
    """The suggestions that something new is in, and the places that a division now would give because of what is new."""
    match = result.outcome.match  # -1 reads the last vacancy, which the first half of the test leaves out
    own = np.flatnonzero((match >= 0) & (students | vacancies[match]))
    more = result.suggestions
    keep = students[more.student] | vacancies[more.vacancy]
    return Suggestions(
        np.concatenate((own, more.student[keep])).astype(np.int64),
        np.concatenate((match[own], more.vacancy[keep])).astype(np.int64),
        np.full(len(own) + int(keep.sum()), -1, np.int64),
    )
