"""The market of the newest count as it is kept: in pieces on its way to the database, whole in it."""

from __future__ import annotations

import io
import json
import zlib

import numpy as np
import pytest

from matchmaking.columns import SnapshotError
from shortages import stored
from shortages.market import read_night
from shortages.models import ShortageSnapshot
from shortages.services import take_count
from stagematch.clock import today
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def snapshot(monkeypatch) -> ShortageSnapshot:
    monkeypatch.setattr(stored, "PIECE", 100)
    for _ in range(3):
        f.SearchFactory()
        f.VacancyFactory(places=1)
    return take_count(day=today())


def arrays(market: stored.StoredMarket) -> dict[str, np.ndarray]:
    found = {
        f"{name}.{c}": column for name in ("students", "vacancies") for c, column in getattr(market, name).columns()
    }
    names = ("school", "programme", "municipality", "vacancy_municipality", "organisation", "crebos", "place", "units")
    return found | {name: getattr(market, name) for name in names} | {
        "offsets": market.pairs.offsets,
        "vacancy": market.pairs.vacancy,
        "pair": market.best.pair,
        "helps": market.best.helps,
    }  # fmt: skip


def test_what_is_written_in_many_pieces_is_the_market_that_was_counted(snapshot):
    assert len(snapshot.market) > 10 * stored.PIECE
    kept = stored.unpack(snapshot.market)
    night = read_night(today())
    assert kept.students.n == night.students.n == 3
    assert np.array_equal(kept.vacancies.uid, night.vacancies.uid)
    again = stored.unpack(stored.pack(kept))
    first, second = arrays(kept), arrays(again)
    assert all(
        np.array_equal(column, second[name]) and column.dtype == second[name].dtype for name, column in first.items()
    )
    assert (again.day, again.policy, again.areas.middle) == (kept.day, kept.policy, kept.areas.middle)


def test_saving_a_count_leaves_its_market_alone(snapshot):
    snapshot.counts |= {"demo": True}
    snapshot.save()
    found = ShortageSnapshot.objects.get(pk=snapshot.pk)
    assert found.market is not None
    assert found.counts["demo"] is True


def test_two_counts_in_one_transaction_each_write_their_market(snapshot):
    before = stored.market_of(snapshot)
    again = take_count(day=today(), again=True)
    assert before is not None
    assert np.array_equal(stored.market_of(again).place, before.place)
    assert stored.unpack(again.market).students.n == 3
    assert not ShortageSnapshot.objects.exclude(pk=again.pk).filter(market__isnull=False).exists()


def test_the_market_of_a_count_by_the_version_before_can_be_asked(snapshot):
    with np.load(io.BytesIO(snapshot.market)) as archive:
        columns = {name: archive[name] for name in archive.files}
    meta = json.loads(columns["meta"].tobytes()) | {"format": 1}
    columns["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    columns["pairs.vacancy"] = columns["pairs.vacancy"].astype(np.int32)
    before = io.BytesIO()
    np.savez(before, **columns)
    old, new = arrays(stored.unpack(zlib.compress(before.getvalue()))), arrays(stored.unpack(snapshot.market))
    assert all(np.array_equal(column, new[name]) and column.dtype == new[name].dtype for name, column in old.items())


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04 and no more", b"nothing", zlib.compress(b"nothing")])
def test_what_is_no_market_is_refused_in_dutch(data):
    with pytest.raises(SnapshotError, match="niet te lezen"):
        stored.unpack(data)


def test_a_market_of_a_later_version_is_refused(snapshot, monkeypatch):
    market = stored.unpack(snapshot.market)
    monkeypatch.setattr(stored, "FORMAT", 3)
    later = stored.pack(market)
    monkeypatch.undo()
    with pytest.raises(SnapshotError, match="vorm 3"):
        stored.unpack(later)
