"""When the words get another meaning, counts of before are kept, and put beside nothing (features B5)."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt
from hashlib import sha256

import pytest
from django.urls import reverse
from django.utils import translation

from shortages import definitions
from shortages.ahead.history import counts_until
from shortages.models import DemandCell, ShortageSnapshot
from stagematch.clock import at, today
from tests.shortages import cells, published
from tests.shortages.reading import select, words
from tests.shortages.test_dashboard import main_words, page

pytestmark = pytest.mark.django_db
ANEW = dt.timedelta(days=40)


@pytest.fixture(autouse=True)
def second_version(monkeypatch):
    """A second version of the words."""
    monkeypatch.setitem(definitions._VERSIONS, 2, definitions.definitions(1))


def count(school, ago: int, number: int, **more) -> ShortageSnapshot:
    """A count of so many days ago, by version 2 when it is of less than forty days ago."""
    snapshot = cells.night(today() - dt.timedelta(days=ago), definition=2 if ago < ANEW.days else 1)
    cells.cell(snapshot, school, open=number, **more)
    return snapshot


def test_a_text_that_was_counted_by_is_never_edited():
    """Whoever changes a meaning makes a new version; only a word that is added may change this digest."""
    with translation.override("nl"):
        said = "\n".join(f"{d.key}|{d.term}|{d.sentence}|{d.exact}" for d in definitions.definitions(1))
    assert sha256(said.encode()).hexdigest()[:16] == "2b45265209739660"


def test_the_line_of_a_school_begins_where_the_words_begin(client, coordinator, school):
    for ago, number in ((0, 42), (31, 71), (62, 88)):
        count(school, ago, number)
    before = cells.period_a_year_before(DemandCell.objects.first().period)
    count(school, 364, 77, period=before)
    client.force_login(coordinator)
    found = page(client)
    rows = [[words(cell) for cell in row] for row in select(found, "figure table tr")]
    assert rows[1:] == [["Dit jaar", "71", "42"]]
    assert "Vorig jaar" not in main_words(found)
    assert "betekenen de woorden iets anders" in main_words(found)


def test_with_one_version_nothing_is_said_about_versions(client, coordinator, school):
    for ago in (41, 72):
        count(school, ago, 50)
    client.force_login(coordinator)
    assert "betekenen de woorden" not in main_words(page(client))


def test_the_published_line_begins_where_the_words_begin(client):
    place = published.world()
    for weeks in (0, 1, 2):
        place.count(published.DAY - dt.timedelta(weeks=weeks), open_=60 + 10 * weeks)
    ShortageSnapshot.objects.filter(day__gt=published.DAY - dt.timedelta(days=10)).update(definition=2)
    with at(published.DAY):
        found = client.get(reverse("shortage-public"))
    assert len(found.context["page"].trend.points) == 2
    assert "betekenen de woorden iets anders" in found.content.decode()


def test_a_forecast_learns_from_counts_of_one_meaning(school):
    kept = [count(school, ago, 50).pk for ago in (62, 31, 0)][1:]
    assert [pk for _day, pk in counts_until(today())] == kept
    assert len(counts_until(today() - ANEW)) == 1
