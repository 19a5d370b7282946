"""What is expected of an area at the start of a period, in words; from what was published (`shortages.ahead.published`)."""

import datetime as dt

from django.db.models import QuerySet
from django.template.defaultfilters import date as date_words
from django.utils.translation import gettext as _

from organisations.models import StagePeriod
from shortages.models import PublishedForecast
from stagematch.ui.numbers import grouped

OLD_DAYS = 4  # an older expectation is not shown beside a newer count

Expected = dict[tuple[str, str], PublishedForecast]  # by level and code


def expected_at(day: dt.date, period: StagePeriod) -> Expected:
    """Return the newest expectation of every area for a period, as known on `day`. One query; none once it began."""
    if period.starts_on <= day:
        return {}
    rows: QuerySet[PublishedForecast] = PublishedForecast.objects.filter(
        period=period, day__lte=day, day__gte=day - dt.timedelta(days=OLD_DAYS)
    )
    return {(row.level, row.code): row for row in rows.order_by("day")}


def span(row: PublishedForecast) -> str:
    """'230–290', or 'hooguit 35' when the low end is about too few to show."""
    if row.low is None:
        return _("hooguit %(high)s") % {"high": grouped(row.high)}
    return f"{grouped(row.low)}–{grouped(row.high)}"


def sentence(row: PublishedForecast, period: StagePeriod) -> str:
    """The one thing to know."""
    words = {"day": date_words(period.starts_on, "j F"), "high": grouped(row.high)}
    if row.low is None:
        return _("Als het zo doorgaat, missen hooguit %(high)s studenten op %(day)s een plek.") % words
    words["low"] = grouped(row.low)
    return _("Als het zo doorgaat, missen %(low)s tot %(high)s studenten op %(day)s een plek.") % words
