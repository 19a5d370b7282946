"""The answer clock counts working days, Dutch holidays and the days an organisation is closed (R1)."""

import datetime as dt

import pytest

from organisations import weekdays
from organisations.enums import Need, Weekday
from organisations.models import ClosingDay
from organisations.workdays import add_working_days, is_working_day, working_days_between

D = dt.date


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (D(2026, 9, 7), 10, D(2026, 9, 21)),  # a Monday: two whole weeks
        (D(2026, 9, 4), 1, D(2026, 9, 7)),  # Friday, so Monday
        (D(2026, 9, 5), 1, D(2026, 9, 7)),  # Saturday
        (D(2026, 9, 5), 0, D(2026, 9, 5)),
        (D(2026, 4, 2), 1, D(2026, 4, 7)),  # Good Friday to Easter Monday do not count
        (D(2026, 5, 4), 1, D(2026, 5, 6)),  # 5 May
        (D(2026, 12, 24), 1, D(2026, 12, 28)),
        (D(2026, 12, 31), 1, D(2027, 1, 4)),  # over the year's end
    ],
)
def test_add_working_days_skips_weekends_and_holidays(start, days, end):
    assert add_working_days(start, days) == end
    assert working_days_between(start, end) == days


def test_add_working_days_skips_closing_days_of_this_organisation_only(organisation, other_organisation):
    ClosingDay.objects.create(organisation=organisation, day=D(2026, 9, 8), reason="studiedag")
    assert add_working_days(D(2026, 9, 7), 1, organisation) == D(2026, 9, 9)
    assert add_working_days(D(2026, 9, 7), 1, other_organisation) == D(2026, 9, 8)


def test_add_working_days_always_ends(organisation):
    days = (D(2026, 1, 1) + dt.timedelta(days=n) for n in range(800))
    ClosingDay.objects.bulk_create(ClosingDay(organisation=organisation, day=day) for day in days)
    assert add_working_days(D(2026, 1, 1), 5, organisation) < D(2027, 2, 1)


def test_working_days_between_is_negative_backwards():
    assert working_days_between(D(2026, 9, 9), D(2026, 9, 7)) == -2


@pytest.mark.parametrize("day", [D(2026, 4, 27), D(2026, 5, 14), D(2026, 9, 6)])
def test_koningsdag_hemelvaart_and_sunday_are_free(day):
    assert not is_working_day(day)


@pytest.mark.parametrize(
    ("mask", "text", "short"),
    [
        (0, "", ""),
        (1, "maandag", "ma"),
        (3, "maandag en dinsdag", "ma, di"),
        (21, "maandag, woensdag en vrijdag", "ma, wo, vr"),
        (31, "maandag tot en met vrijdag", "ma, di, wo, do, vr"),
    ],
)
def test_weekdays_are_said_as_people_say_them(mask, text, short):
    assert weekdays.text(mask) == text
    assert weekdays.short(mask) == short


def test_days_of_and_mask_of_are_each_others_inverse():
    assert [weekdays.mask_of(weekdays.days_of(mask)) for mask in range(128)] == list(range(128))


def test_needs_text_lists_needs():
    assert weekdays.days_of(0) == []
    assert weekdays.mask_of([Weekday.MONDAY, Weekday.MONDAY]) == 1
    assert weekdays.needs_text(Need.NO_EVENINGS | Need.QUIET_START) == "niet in de avond en rustig inwerken"


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (D(2025, 5, 5), False),  # a lustrum
        (D(2026, 5, 5), False),  # and a year that is not: article 3 of the Algemene termijnenwet makes no difference
        (D(2027, 3, 26), False),  # Good Friday
        (D(2025, 4, 28), True),  # Koningsdag was Saturday 26 April, so the Monday after is a plain one
        (D(2026, 4, 27), False),
        (D(2026, 12, 31), True),
    ],
)
def test_the_policy_of_holidays(day, works):
    assert is_working_day(day) is works
