"""A night over several workers is the same night; and what is new by day is suggested the same day."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection

from matchmaking import services
from matchmaking.enums import ProposalKind, RunStatus, RunTrigger
from matchmaking.models import MatchingRun, MatchingShard, Proposal
from matchmaking.services import daytime, sharded
from stagematch import clock
from stagematch.celery import app
from stagematch.mail.models import OutgoingMail
from stagematch.runtime.paths import REPOSITORY
from students.models import Student
from tests import factories as f
from tests.matchmaking.conftest import make_search, make_vacancy

MONDAY = dt.date(2026, 11, 23)
TOWNS = (
    ("2312", 52.16, 4.49),
    ("9711", 53.22, 6.57),
    ("6211", 50.85, 5.69),
    ("5611", 51.44, 5.48),
)  # too far apart for anybody to travel


@pytest.fixture(autouse=True)
def sunday():
    """Make everything the day before that night, whatever day it is today: what is published later takes no part in it."""
    with clock.at(MONDAY - dt.timedelta(days=1)):
        yield


@pytest.fixture
def country(work_processes):
    """Four towns that share nothing, with fewer places than students in each."""
    searches, vacancies = [], []
    for pc4, lat, lon in TOWNS:
        area = f.PostcodeFactory(pc4=pc4, latitude=lat, longitude=lon)
        for _ in range(4):
            searches.append(make_search(work_processes=work_processes[:2], home=area))
        for places in (1, 2):
            place = f.LocationFactory(postcode=area)
            vacancies.append(make_vacancy(places=places, work_processes=work_processes, location=place))
    return {"searches": searches, "vacancies": vacancies}


def _night(trigger=RunTrigger.NIGHTLY, **kwargs):
    return services.run_matching(night=MONDAY, trigger=trigger, **kwargs)


def _got():
    return set(Proposal.objects.values_list("search_id", "vacancy_id", "kind", "slot", "score"))


@pytest.mark.django_db
@pytest.mark.parametrize("parts", [2, 3, 8])
def test_a_night_in_parts_is_the_same_night(country, settings, parts):
    whole = _night(dry_run=True)
    settings.MATCHING_SHARDS = parts
    apart = _night(dry_run=True)
    assert apart.counts["shards"] == min(parts, len(TOWNS))
    assert (apart.input_hash, apart.outcome_hash) == (whole.input_hash, whole.outcome_hash)
    assert apart.counts["placed"] == whole.counts["placed"]
    assert apart.comparison["figures"] == whole.comparison["figures"]
    published = _night()
    assert services.replay(published).equal, "a replay in one piece gives what was published in parts"
    assert not MatchingShard.objects.exists(), "the parts hold facts about students and are not kept"


@pytest.mark.django_db(transaction=True)
def test_other_workers_take_parts_and_the_result_is_identical(country, settings, tmp_path):
    """A real Celery worker on the same database and queue, beside the process that began the run."""
    whole = _night(dry_run=True)
    settings.MATCHING_SHARDS = 4
    parts = connection.settings_dict
    secret = f":{parts['PASSWORD']}" if parts["PASSWORD"] else ""
    app.control.purge()  # what tests before this one left in the queue
    log = (tmp_path / "worker.log").open("wb")
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "stagematch", "worker", "--pool", "solo", "--loglevel", "INFO"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "DATABASE_URL": f"postgres://{parts['USER']}{secret}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}",
            "REDIS_URL": django_settings.REDIS_URL,
        },
        stdout=log,
        stderr=log,
    )
    try:
        _until(lambda: b" ready." in (tmp_path / "worker.log").read_bytes())
        # The worker gets the first part while this process only waits: then it has certainly done one.
        run = MatchingRun.objects.create(
            night=MONDAY,
            trigger=RunTrigger.BY_HAND,
            policy=services.current_policy(),
            season_seed=whole.season_seed,
        )
        snapshot = sharded_snapshot(run)
        took = sharded.run(run=run, snapshot=snapshot, parts=4, own=False)
        assert took.outcome_hash == whole.outcome_hash
        assert (tmp_path / "worker.log").read_bytes().count(b"solve_shard") >= 4
        assert sharded.run(run=run, snapshot=snapshot, parts=4).outcome_hash == whole.outcome_hash
    finally:
        worker.terminate()
        worker.wait(90)
        log.close()


def sharded_snapshot(run):
    from matchmaking import snapshot as snapshots
    from matchmaking.engine.types import Policy as EnginePolicy

    with clock.at(MONDAY):
        return snapshots.take(night=MONDAY, seed=run.season_seed, policy=EnginePolicy.from_dict(run.policy.settings))


def _until(true, seconds=180):
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "the worker did not start"
        time.sleep(0.1)


@pytest.mark.django_db
def test_a_part_that_a_dead_worker_took_is_taken_again(country, settings):
    run = _night(dry_run=True)
    row = MatchingShard.objects.create(run=run, number=0, input=b"", taken_at=clock.now())
    assert not sharded.solve_next(run.pk), "somebody is busy with it"
    MatchingShard.objects.filter(pk=row.pk).update(taken_at=clock.now() - sharded.PATIENCE * 2)
    with pytest.raises(Exception, match="incomplete or truncated"):
        sharded.solve_next(run.pk)


@pytest.mark.django_db
def test_a_fault_in_one_part_publishes_nothing(country, settings, monkeypatch):
    from matchmaking.engine import verify

    settings.MATCHING_SHARDS = 4
    monkeypatch.setattr(verify, "violations", lambda *args, **kwargs: ["capaciteit: te veel"])
    assert _night().status == RunStatus.REFUSED
    assert not Proposal.objects.exists()
    assert not MatchingShard.objects.exists()


# --- by day ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_search_that_opened_today_gets_suggestions_today(town, work_processes):
    make_vacancy(places=3, work_processes=work_processes, title="Nog ruimte")
    _night()
    before = _got()
    with clock.at(MONDAY):
        assert daytime.suggest_today(MONDAY) is None, "nothing is new"
        new = make_search(work_processes=work_processes[:2])
        run = daytime.suggest_today(MONDAY)
        again = daytime.suggest_today(MONDAY)
    assert run is not None
    assert run.trigger == RunTrigger.DAYTIME
    assert again is None, "what was suggested is not suggested twice"
    mine = Proposal.objects.filter(run=run)
    assert set(mine.values_list("search", "kind")) == {(new.pk, ProposalKind.EXTRA)}
    assert _got() >= before
    assert Student.objects.get(pk=new.student_id).turns == 0, "a suggestion costs no turn"
    assert OutgoingMail.objects.filter(to_user=new.student.user, template="matchmaking/new_proposals").count() == 1


@pytest.mark.django_db
def test_a_place_that_is_new_today_is_suggested_to_who_had_nothing(town, work_processes):
    _night()
    without = Student.objects.exclude(searches__proposals__isnull=False)
    assert without.exists()
    with clock.at(MONDAY):
        new = make_vacancy(places=2, work_processes=work_processes, title="Vandaag geplaatst")
        run = daytime.suggest_today(MONDAY)
    assert run is not None
    assert set(Proposal.objects.filter(run=run).values_list("vacancy", flat=True)) == {new.pk}


@pytest.mark.django_db
def test_a_day_run_is_no_night(client, town, work_processes, admin_user):
    night = _night()
    with clock.at(MONDAY):
        make_search(work_processes=work_processes[:2])
        make_vacancy(places=2, work_processes=work_processes)
        daytime.suggest_today(MONDAY)
    from matchmaking.charts import history_of
    from matchmaking.refusal import last_run

    assert last_run() == night
    assert [shown.run for shown in history_of()] == [night]
    assert _night() == night, "the night was done already"
