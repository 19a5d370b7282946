"""Working days: Monday to Friday, without Dutch holidays and without the days an organisation is closed (R1).

The holidays are those of article 3 of the Algemene termijnenwet, so 5 May is free every year and not only in a
lustrum; Good Friday, which that article puts on a par; and Koningsdag, which moves to Saturday 26 April when the 27th
is a Sunday. A date that was given to a student is stored and never counted again (`Application.answer_by`): a
closing day that is added or taken away later changes the terms of later applications only.
"""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

import holidays

from organisations.models import ClosingDay, Organisation


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[dt.date]:
    # The days of article 3 of the Algemene termijnenwet: 5 May counts every year, Good Friday is put on a par.
    return frozenset(holidays.country_holidays("NL", years=year, categories=("public", "optional")))


def is_working_day(day: dt.date, closed: Collection[dt.date] = ()) -> bool:
    """Return whether people work on `day`; `closed` are the organisation's own closing days."""
    return day.weekday() < 5 and day not in closed and day not in _holidays(day.year)


def closing_days(organisation: Organisation | None) -> frozenset[dt.date]:
    """Return the days on which `organisation` is closed; none when there is no organisation."""
    if organisation is None:
        return frozenset()
    return frozenset(ClosingDay.objects.filter(organisation=organisation).values_list("day", flat=True))


def add_working_days(
    start: dt.date, days: int, organisation: Organisation | None = None, *, closed: Collection[dt.date] | None = None
) -> dt.date:
    """Return the last day of a term of `days` working days; the day after `start` is the first that counts.

    `closed` saves reading the closing days of `organisation`, for who counts many terms.

    An organisation that would be closed for over a year gets the date a year later: a term always ends.
    """
    closed = closing_days(organisation) if closed is None else closed
    day, left = start, days
    limit = start + dt.timedelta(days=366 + 2 * days)
    while left > 0 and day < limit:
        day += dt.timedelta(days=1)
        left -= is_working_day(day, closed)
    return day


def working_days_between(
    a: dt.date, b: dt.date, organisation: Organisation | None = None, *, closed: Collection[dt.date] | None = None
) -> int:
    """Return how many working days lie after `a` up to and including `b`; negative when `b` is before `a`."""
    if b < a:
        return -working_days_between(b, a, organisation, closed=closed)
    closed = closing_days(organisation) if closed is None else closed
    days = (a + dt.timedelta(days=n) for n in range(1, (b - a).days + 1))
    return sum(is_working_day(day, closed) for day in days)
