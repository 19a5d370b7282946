"""What is expected of areas is worked out of published figures alone, shown where enough students are, and kept (R9, B8)."""

# mypy: disable-error-code="no-untyped-def"

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.enums import Role
from shortages import services
from shortages.ahead.published import expected_of, parts_of, rounded
from shortages.bench import published
from shortages.models import DemandCell, PublishedFigure, PublishedForecast, SupplyCell
from stagematch.clock import at
from tests import factories as f
from tests.shortages.published import DAY, world

SEEN = ("level", "code", "weeks", "low", "middle", "high", "past")


@pytest.mark.parametrize(
    ("interval", "margin", "shown"),
    [
        ((232, 260, 285), 35, (220, 260, 295)),
        ((14, 20, 25), 15, (5, 20, 35)),
        ((3, 12, 20), 10, (None, 10, 25)),
        ((0, 7, 30), 10, None),
        ((40, 40, 40), 0, (40, 40, 40)),
    ],
)
def test_an_interval_gets_the_margin_of_its_figures_and_goes_outwards_to_fives(interval, margin, shown):
    assert rounded(*interval, margin) == shown


def test_a_figure_that_is_not_shown_follows_from_the_others_or_from_the_country():
    country = PublishedFigure(students=300, placed=60, talking=40, open=200, structural=150, frictional=50)
    assert parts_of(PublishedFigure(students=50, placed=15, open=30, structural=20), country) == (50, 15, 20)
    assert parts_of(PublishedFigure(students=50, talking=10, open=30, frictional=5), country) == (50, 10, 25)
    assert parts_of(PublishedFigure(students=50, open=30), country) == (50, 12, 22.5)
    assert parts_of(PublishedFigure(open=30), None) == (30, 0, 30)
    # With few free places nobody is told who is short: at least those for whom there is no place.
    assert parts_of(PublishedFigure(students=50, placed=20, open=30, free=4), None) == (50, 20, 26)


@pytest.fixture
def place(db):
    found = world()
    for week in range(8, -1, -1):
        found.count(DAY - dt.timedelta(weeks=week), open_=60, placed=30 - 2 * week, small=3)
    return found


def seen(rows) -> list[tuple]:
    return [tuple(getattr(row, name) for name in SEEN) for row in rows]


def test_only_published_figures_are_read(place):
    with CaptureQueriesContext(connection) as asked:
        before = seen(expected_of(DAY))
    tables = " ".join(query["sql"] for query in asked)
    assert before
    assert "shortages_demandcell" not in tables
    assert "student_" not in tables
    assert len(asked) == 3
    DemandCell.objects.all().delete()
    SupplyCell.objects.all().delete()
    assert seen(expected_of(DAY)) == before


def test_the_same_figures_expect_the_same_whatever_the_exact_numbers_are(place):
    """A student more or less that no published figure shows, no expectation shows either."""
    before = seen(expected_of(DAY))
    snapshot = place.counts[-1]
    cell = DemandCell.objects.filter(snapshot=snapshot, municipality=place.leiden).first()
    figures = list(PublishedFigure.objects.filter(snapshot=snapshot).order_by("pk").values())
    cell.students, cell.open = cell.students + 1, cell.open + 1
    cell.save()
    assert list(PublishedFigure.objects.filter(snapshot=snapshot).order_by("pk").values()) == figures
    assert seen(expected_of(DAY)) == before


def test_areas_with_too_few_students_to_show_have_no_expectation(place):
    rows = expected_of(DAY)
    assert {(row.level, row.code) for row in rows} == {("land", "NL"), ("provincie", "PV28")}
    for row in rows:
        assert row.middle >= 10
        assert all(value % 5 == 0 and value >= 5 for value in (row.low, row.middle, row.high) if value is not None)
        assert (row.low or 0) <= row.middle <= row.high
        assert row.weeks == 4


def test_a_night_writes_it_once_and_never_says_it_differently(place):
    with at(DAY):
        made = services.forecast_night(day=DAY)
        before = seen(PublishedForecast.objects.order_by("pk"))
        PublishedFigure.objects.update(open=200)
        again = services.forecast_night(day=DAY)
    assert made.published == len(before) == 2
    assert again.published == 0
    assert seen(PublishedForecast.objects.order_by("pk")) == before


def test_a_dry_run_and_a_day_without_a_published_count_write_nothing(place):
    with at(DAY):
        assert services.forecast_night(day=DAY, dry_run=True).published == 2
    assert not PublishedForecast.objects.exists()
    assert expected_of(DAY + dt.timedelta(days=9)) == []


def test_everybody_reads_it_beside_the_count_and_in_the_table(client, place):
    with at(DAY):
        services.forecast_night(day=DAY)
    country = PublishedForecast.objects.get(level="land")
    found = client.get(reverse("shortage-public"), {"soort": "provincie"}).content.decode()
    assert f"Als het zo doorgaat, missen {country.low} tot {country.high} studenten op 1 februari een plek." in found
    province = PublishedForecast.objects.get(level="provincie")
    assert "Verwacht op 1 februari" in found
    assert f"{province.low}–{province.high}" in found
    text = client.get(reverse("shortage-area", args=["provincie", "PV28"])).content.decode()
    assert f"{province.low} tot {province.high} studenten" in text
    assert "Vooruitblik" not in client.get(reverse("shortage-area", args=["provincie", "PV24"])).content.decode()


def test_a_gemeente_reads_what_is_expected_of_its_region(client, place):
    with at(DAY):
        services.forecast_night(day=DAY)
    organisation = f.OrganisationFactory(kind="municipality", municipality=place.almere)
    client.force_login(f.MembershipFactory(organisation=organisation, role=Role.OBSERVER).user)
    page = client.get(reverse("own-area")).context["page"]
    assert page.outlook.area.name == "heel Nederland"
    assert [row.expected != "" for row in page.around] == [False, True]


def test_it_is_open_data_of_its_day(client, place):
    with at(DAY):
        services.forecast_night(day=DAY)
    text = client.get(reverse("open-data-table", args=["laatste", "verwacht", "csv"])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert [row["gebied_code"] for row in rows] == ["NL", "PV28"]
    country = PublishedForecast.objects.get(level="land")
    assert (rows[0]["verwacht_midden"], rows[0]["verwacht_hoog"]) == (str(country.middle), str(country.high))
    assert rows[0]["id"] == "2027-01-04/verwacht/feb-jul-2027/land/NL"
    earlier = DAY - dt.timedelta(weeks=1)
    assert len(client.get(reverse("open-data-table", args=[earlier, "verwacht", "csv"])).content.splitlines()) == 1


def test_once_the_period_began_nothing_is_expected(client, place):
    with at(DAY):
        services.forecast_night(day=DAY)
    place.period.starts_on = DAY
    place.period.save()
    assert "Vooruitblik" not in client.get(reverse("shortage-public")).content.decode()


def test_in_simulated_seasons_the_public_interval_holds_as_often_as_it_says():
    """Small on purpose; docs/benchmarks.md has the eight worlds. Areas with too few students are left out, so few remain."""
    scores = published.backtest((21,), at=(12,), number=4, schools=9, students=600, vacancies=1_200)
    country, regions = scores["land", 12], scores["arbeidsmarkt", 12]
    assert len(country.held) == 2
    assert len(regions.held) >= 4
    assert sum(regions.held) >= 0.7 * len(regions.held)
    assert sum(country.errors) / 2 < 0.35 * sum(country.outcome) / 2 + 10
