"""The night of forecasts and its page: kept as it was said, only counts of before, warned once, nobody else's."""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shortages import services
from shortages.ahead.chart import chart_of
from shortages.ahead.history import comparable, day_of, read_ahead, weeks_until
from shortages.ahead.outlook import card_of, outlook_of, sentence_of
from shortages.ahead.schools import schools_of
from shortages.enums import SnapshotStatus
from shortages.models import (
    DemandCell,
    ExpectedIntake,
    Forecast,
    ForecastWarning,
    NumerusFixus,
    ShortageSnapshot,
    WarningLevel,
)
from shortages.tasks import forecast_periods
from stagematch.clock import at
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from tests import factories as f

pytestmark = pytest.mark.django_db
START = dt.date(2027, 2, 1)
NIGHT = START - dt.timedelta(weeks=10)


@pytest.fixture
def period():
    return f.PeriodFactory(slug="feb-2027", name="februari tot juli 2027", starts_on=START, ends_on=dt.date(2027, 7, 9))


@pytest.fixture
def last_year():
    return f.PeriodFactory(
        slug="feb-2026", name="februari tot juli 2026", starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 7, 10)
    )


def _count(day: dt.date, rows) -> ShortageSnapshot:
    """One night: rows of (programme, period, students, placed, structural)."""
    snapshot = ShortageSnapshot.objects.filter(day=day).first() or ShortageSnapshot.objects.create(
        day=day, definition=1, status=SnapshotStatus.DONE
    )
    for programme, period, students, placed, structural in rows:
        still = students - placed
        DemandCell.objects.create(
            snapshot=snapshot, school=programme.school, programme=programme, period=period, year=2, days=3,
            students=students, placed=placed, talking=0, open=still, applying=0, silent=0,
            without_fit=structural, competing=0, structural=structural,
        )  # fmt: skip
    return snapshot


def _season(programme, period, *, until: int = 0, students: int = 40, end: int = 30, structural: int = 4) -> None:
    """Weekly counts from 26 weeks before until so many weeks before the start; `end` are placed then."""
    for week in range(26, until - 1, -1):
        placed = round(end * (1 - week / 26) ** 1.5)
        _count(period.starts_on - dt.timedelta(weeks=week), [(programme, period, students, placed, structural)])


@pytest.fixture
def counted(school, period, last_year):
    """Last year's season, and this year's until ten weeks before the start."""
    programme = f.ProgrammeFactory(school=school)
    _season(programme, last_year)
    _season(programme, period, until=10)
    return programme


def _night(day: dt.date = NIGHT, **options):
    with at(day):
        return services.forecast_night(day=day, **options)


def test_forecast_is_between_what_was_placed_and_everybody(counted, school, period):
    done = _night()
    assert (done.periods, done.forecasts) == (1, 2)
    row = Forecast.objects.get(school=school)
    assert (row.weeks, row.students, row.without_place, row.past, row.last_year) == (10, 40, 26, 1, 10)
    assert row.low <= row.middle <= row.high <= 40
    assert row.low >= 2
    assert row.middle < row.without_place
    assert [week for week, *_numbers in row.path] == list(range(10, -1, -1))
    assert row.path[0][1:] == [26, 26, 26]
    assert row.path[-1][1:] == [row.low, row.middle, row.high]


def test_a_night_is_said_once(counted, school, period):
    _night()
    before = Forecast.objects.values_list("pk", "low", "high").order_by("pk")
    said = list(before)
    ExpectedIntake.objects.create(programme=counted, period=period, year=2, number=90)
    assert _night().forecasts == 0
    assert list(before.all()) == said


def test_only_earlier_counts_are_used(counted, school, period):
    _count(NIGHT + dt.timedelta(days=1), [(counted, period, 40, 40, 0)])
    assert _night(dry_run=True).forecasts == 2
    assert not Forecast.objects.exists()
    _night()
    assert Forecast.objects.get(school=school).without_place == 26


def test_nothing_is_forecast_from_an_old_count(counted):
    assert _night(NIGHT + dt.timedelta(days=6)).forecasts == 0


def test_period_that_has_begun_or_is_far_away_is_left_alone(counted, school, last_year):
    assert read_ahead(last_year.starts_on) == []
    assert read_ahead(START - dt.timedelta(weeks=30)) == []


def test_what_a_school_told_counts(school, period, last_year):
    programme = f.ProgrammeFactory(school=school)
    _season(programme, period, until=20)
    ExpectedIntake.objects.create(programme=programme, period=period, year=2, number=120)
    _night(START - dt.timedelta(weeks=20))
    row = Forecast.objects.get(school=school)
    assert row.told == 120
    assert 60 < row.expected <= 130


def test_school_that_expects_students_but_has_none_is_forecast(counted, other_school, period):
    programme = f.ProgrammeFactory(school=other_school)
    ExpectedIntake.objects.create(programme=programme, period=period, year=1, number=20)
    _night()
    row = Forecast.objects.get(school=other_school)
    assert (row.students, row.without_place) == (0, 0)
    assert 10 < row.expected < 35


def test_a_count_that_is_replaced_leaves_what_was_said(counted, school):
    _night()
    ShortageSnapshot.objects.filter(day=NIGHT).delete()
    assert Forecast.objects.get(school=school).snapshot is None


def test_task_and_command_take_a_day(counted, capsys):
    assert forecast_periods(NIGHT.isoformat())["forecasts"] == 2
    call_command("forecast_night", "--date", NIGHT.isoformat())
    assert "0 vooruitblikken" in capsys.readouterr().out


def test_weeks_and_days():
    assert weeks_until(START, NIGHT) == 10
    assert weeks_until(START, NIGHT + dt.timedelta(days=1)) == 10
    assert weeks_until(START, START - dt.timedelta(days=1)) == 1
    assert day_of(START, 10, 1) == NIGHT + dt.timedelta(days=1)
    assert day_of(START, 0, 3) == START


def test_comparable_periods_are_in_the_same_part_of_the_year(period, last_year):
    autumn = f.PeriodFactory(slug="h", starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2027, 1, 29))
    year = f.PeriodFactory(slug="j", starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2027, 2, 1))
    assert comparable(period, [autumn, last_year, year, period]) == [last_year]


# --- warning ----------------------------------------------------------------------------------------------------------


def test_warns_once_per_period_and_level(counted, coordinator, school, period):
    services.set_warning_level(school=school, level=3, actor=coordinator)
    assert _night().warned == 1
    letter = OutgoingMail.objects.get(template="shortages/forecast_warning")
    assert letter.to_user_id == coordinator.pk
    assert letter.topic == "forecast"
    assert "1 februari" in letter.subject
    assert "Vorig jaar waren het er 10" in letter.body_text
    _count(NIGHT + dt.timedelta(days=1), [(counted, period, 40, 7, 4)])
    assert _night(NIGHT + dt.timedelta(days=1)).warned == 0
    services.set_warning_level(school=school, level=2, actor=coordinator)
    _count(NIGHT + dt.timedelta(days=2), [(counted, period, 40, 7, 4)])
    assert _night(NIGHT + dt.timedelta(days=2)).warned == 1
    assert ForecastWarning.objects.count() == 2
    assert mail.outbox == []


def test_no_warning_below_the_level_or_without_one(counted, coordinator, school):
    services.set_warning_level(school=school, level=39, actor=coordinator)
    assert _night().warned == 0
    services.set_warning_level(school=school, level=None, actor=coordinator)
    assert not WarningLevel.objects.exists()
    assert _night().warned == 0


def test_only_the_own_coordinator_sets_the_level(other_coordinator, coordinator, school):
    with pytest.raises(PermissionDenied):
        services.set_warning_level(school=school, level=5, actor=other_coordinator)
    with pytest.raises(RuleError):
        services.set_warning_level(school=school, level=0, actor=coordinator)


# --- page -------------------------------------------------------------------------------------------------------------


def _address(school, period, name: str = "shortage-forecast") -> str:
    return f"{reverse(name)}?school={school.slug}&periode={period.slug}"


def test_page_says_it_in_one_sentence(client, coordinator, counted, school, period):
    _night()
    NumerusFixus.objects.create(programme=counted, intake_year=2026, is_limited=True, places=24)
    client.force_login(coordinator)
    with at(NIGHT):
        html = client.get(_address(school, period)).content.decode()
    row = Forecast.objects.get(school=school)
    assert f"missen {row.low} tot {row.high} studenten op 1 februari een plek. Vorig jaar waren het er 10." in html
    assert "hoogstens 24 eerstejaars" in html
    assert "sm-band" in html
    assert "Dit rust op 1 eerdere periode" in html
    assert "style=" not in html


def test_page_without_a_forecast_says_when_it_comes(client, coordinator, school, period):
    client.force_login(coordinator)
    with at(NIGHT):
        assert "nog geen vooruitblik" in client.get(_address(school, period)).content.decode()


def test_page_sets_the_level_and_keeps_what_was_typed(client, coordinator, counted, school, period):
    _night()
    client.force_login(coordinator)
    address = _address(school, period, "shortage-forecast-warning")
    with at(NIGHT):
        wrong = client.post(address, {"level": "tien"}).content.decode()
        assert "Vul een heel getal in" in wrong
        assert 'value="tien"' in wrong
        assert "Bewaard" in client.post(address, {"level": "12"}, follow=True).content.decode()
    assert WarningLevel.objects.get(school=school).level == 12


def test_strangers_see_nothing(client, other_coordinator, broker, student, counted, school, period):
    _night()
    with at(NIGHT):
        assert client.get(_address(school, period)).status_code == 302
        for user, status in ((other_coordinator, 404), (broker, 403), (student, 403)):
            client.force_login(user)
            assert client.get(_address(school, period)).status_code == status
            assert (
                client.post(_address(school, period, "shortage-forecast-warning"), {"level": 1}).status_code == status
            )
    assert not WarningLevel.objects.exists()


def test_page_asks_the_same_number_of_questions_for_any_school(client, coordinator, counted, school, period):
    client.force_login(coordinator)
    _night()

    def asked() -> int:
        with at(NIGHT), CaptureQueriesContext(connection) as queries:
            assert client.get(_address(school, period)).status_code == 200
        return len(queries)

    asked()
    one = asked()
    for crebo in ("25488", "25489"):
        programme = f.ProgrammeFactory(school=school, qualification=f.QualificationFactory(crebo=crebo))
        NumerusFixus.objects.create(programme=programme, intake_year=2026, is_limited=True, places=2)
        _count(NIGHT, [(programme, period, 5, 1, 1)])
    assert asked() == one
    assert one <= 12


def test_reading_asks_the_same_number_of_questions_for_any_number_of_schools(counted, other_school, period, last_year):
    with CaptureQueriesContext(connection) as one:
        read_ahead(NIGHT)
    programme = f.ProgrammeFactory(school=other_school)
    _season(programme, period, until=10)
    _season(programme, last_year)
    with CaptureQueriesContext(connection) as more:
        read_ahead(NIGHT)
    assert len(more) == len(one) <= 10


def test_afterwards_the_page_shows_whether_it_held(counted, school, period, last_year):
    said = last_year.starts_on - dt.timedelta(weeks=8)
    _night(said)
    row = Forecast.objects.get(school=school, period=last_year)
    _night()
    with at(NIGHT):
        outlook = outlook_of(school, period)
    assert outlook is not None
    [proof] = outlook.proofs
    assert (proof.weeks, proof.low, proof.high, proof.outcome) == (8, row.low, row.high, 10)
    assert proof.held == (row.low <= 10 <= row.high)


def test_card_has_the_sentence(client, coordinator, counted, school, period):
    assert card_of(school) is None
    _night()
    with at(NIGHT):
        card = card_of(school)
        [carrying] = schools_of(coordinator)
        with CaptureQueriesContext(connection) as queries:
            carried = card_of(carrying, period)
        client.force_login(coordinator)
        page = client.get(reverse("shortage-dashboard")).content.decode()
    assert len(queries) == 0
    assert card is not None
    assert carried is not None
    assert str(card["sentence"]).startswith("Als het zo doorgaat")
    assert carried["sentence"] == card["sentence"]
    assert str(card["sentence"]) in page


@pytest.mark.parametrize(
    ("low", "high", "last", "says"),
    [
        (0, 0, None, "Als het zo doorgaat, heeft op 1 februari iedereen een plek."),
        (1, 1, None, "Als het zo doorgaat, mist 1 student op 1 februari een plek."),
        (3, 3, 1, "Als het zo doorgaat, missen 3 studenten op 1 februari een plek. Vorig jaar was het er 1."),
        (
            18,
            31,
            25,
            "Als het zo doorgaat, missen 18 tot 31 studenten op 1 februari een plek. Vorig jaar waren het er 25.",
        ),
    ],
)
def test_sentence(period, low, high, last, says):
    assert sentence_of(Forecast(period=period, low=low, high=high, last_year=last)) == says


def test_chart_stays_within_its_frame(counted, school, period):
    _night()
    with at(NIGHT):
        outlook = outlook_of(school, period)
    assert outlook is not None
    chart = chart_of(outlook.weeks, outlook.forecast.weeks)
    points = " ".join((chart.counted, chart.last_year, chart.band, chart.middle)).split()
    assert len(points) > 60
    for point in points:
        x, y = map(float, point.split(","))
        assert 44 <= x <= 500
        assert 18 <= y <= 236
    assert chart.counted.split()[-1] == chart.band.split()[0] == chart.middle.split()[0]


def test_chart_of_nothing_is_empty():
    chart = chart_of([], 0)
    assert (chart.counted, chart.band, chart.now) == ("", "", None)
