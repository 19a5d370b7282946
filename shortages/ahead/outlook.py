"""What the page and the card about the time ahead show of one school and period (features B8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Sum
from django.template.defaultfilters import date as date_words
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organisations.models import Organisation, StagePeriod
from shortages.ahead.history import WEEKS, comparable, counts_until, wanted_columns, weeks_until
from shortages.ahead.schools import CARD_FIELDS, school_year
from shortages.models import DemandCell, Forecast, ForecastWarning, NumerusFixus
from stagematch.clock import today
from stagematch.ui.numbers import grouped

SHOWN_AT = (20, 16, 12, 8, 4)
"""Weeks before a start at which earlier forecasts are shown beside what it became."""


@dataclass(frozen=True)
class Week:
    """One week of the chart: counted this year and last, and what is expected."""

    weeks: int
    day: dt.date
    counted: int | None = None
    last_year: int | None = None
    low: int | None = None
    middle: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Proof:
    """What was said so many weeks before an earlier period, and whether that held."""

    weeks: int
    low: int
    high: int
    outcome: int

    @property
    def held(self) -> bool:
        return self.low <= self.outcome <= self.high


@dataclass(frozen=True)
class Outlook:
    """The page of one school and period."""

    school: Organisation
    period: StagePeriod
    forecast: Forecast
    weeks: list[Week]
    limits: list[NumerusFixus]
    warning: ForecastWarning | None
    last_period: StagePeriod | None
    proofs: list[Proof] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The one thing to know."""
        return sentence_of(self.forecast)

    @property
    def to_come(self) -> int:
        """How many students are expected on top of who is there."""
        return max(0, self.forecast.expected - self.forecast.students)

    @property
    def differs(self) -> bool:
        """Whether the forecast uses another number of students than the school told, by more than a twentieth."""
        told = self.forecast.told
        return told is not None and self.forecast.past > 0 and abs(told - self.forecast.expected) > 0.05 * told

    @property
    def short(self) -> int:
        """Students without a place for whom none fits now, in whole students."""
        return round(self.forecast.structural)

    @property
    def a_week(self) -> int | None:
        """Placements a week over the last four weeks; None when that was not counted."""
        known = [week for week in self.weeks if week.counted is not None and 0 <= week.weeks - self.forecast.weeks <= 4]
        if len(known) < 2 or self.forecast.same_pace is None or not self.forecast.weeks:
            return None
        expected_open = self.forecast.without_place + self.to_come
        return round(max(0, expected_open - self.forecast.same_pace) / self.forecast.weeks)


def sentence_of(forecast: Forecast) -> str:
    """Say the forecast in one sentence, with last year's number when that was counted."""
    day = date_words(forecast.period.starts_on, "j F")
    low, high = forecast.low, forecast.high
    if not high:
        text = _("Als het zo doorgaat, heeft op %(day)s iedereen een plek.") % {"day": day}
    elif low == high:
        text = ngettext(
            "Als het zo doorgaat, mist %(n)d student op %(day)s een plek.",
            "Als het zo doorgaat, missen %(n)d studenten op %(day)s een plek.",
            high,
        ) % {"day": day, "n": high}
    else:
        text = _("Als het zo doorgaat, missen %(low)s tot %(high)s studenten op %(day)s een plek.") % {
            "day": day, "low": grouped(low), "high": grouped(high),
        }  # fmt: skip
    if forecast.last_year is None:
        return text
    before = ngettext("Vorig jaar was het er %(n)d.", "Vorig jaar waren het er %(n)d.", forecast.last_year)
    return f"{text} {before % {'n': forecast.last_year}}"


def newest_of(school: Organisation, period: StagePeriod | None = None) -> Forecast | None:
    """The last forecast of a school: of one period, else of the one that begins first. One query."""
    rows = Forecast.objects.filter(school=school, period__starts_on__gt=today()).select_related("period")
    if period is not None:
        rows = rows.filter(period=period)
    return rows.order_by("-day", "period__starts_on").first()


def card_of(school: Organisation, period: StagePeriod | None = None) -> dict[str, object] | None:
    """What `shortages/_vooruitblik.html` needs, as `vooruitblik`; None when nothing was forecast.

    No query for a school that `schools_of` gave, else one. `period`: of that one only, else the first that begins.
    """
    carried: list[dict[str, Any]] | None = getattr(school, "coming_forecasts", None)
    if carried is None:
        forecast = newest_of(school, period)
    else:
        forecast = next((_of_card(row) for row in carried if period is None or row["period"] == period.pk), None)
    if forecast is None:
        return None
    return {"forecast": forecast, "sentence": sentence_of(forecast), "school": school}


def _of_card(row: dict[str, Any]) -> Forecast:
    """A forecast with what a card shows, from its JSON; never saved."""
    period = StagePeriod(pk=row["period"], slug=row["slug"], starts_on=dt.date.fromisoformat(row["starts_on"]))
    return Forecast(period=period, **{name: row[name] for name in CARD_FIELDS})


def outlook_of(school: Organisation, period: StagePeriod) -> Outlook | None:
    """Everything the page shows, in at most eight queries; None when this period was not forecast yet."""
    forecast = newest_of(school, period)
    if forecast is None:
        return None
    done = list(StagePeriod.objects.filter(starts_on__lt=period.starts_on).order_by("starts_on"))
    alike = [p for p in comparable(period, done) if 300 <= (period.starts_on - p.starts_on).days <= 430]
    last = alike[-1] if alike else None
    counts = counts_until(forecast.day)
    week = weeks_until(period.starts_on, forecast.day)
    offset = 7 * week - (period.starts_on - forecast.day).days
    now = wanted_columns(period.starts_on, counts, week, offset, forecast.day)
    before = wanted_columns(last.starts_on, counts, 0, offset, forecast.day) if last else {}
    sums = _without_place(school, period, last, {*now.values(), *before.values()})
    return Outlook(
        school=school,
        period=period,
        forecast=forecast,
        weeks=_weeks(forecast, period, last, now, before, sums, offset),
        limits=_limits(school, period),
        warning=ForecastWarning.objects.filter(school=school, period=period).first(),
        last_period=last,
        proofs=_proofs(school, last, sums.get((before.get(0, 0), last.pk)) if last else None),
    )


Sums = dict[tuple[int, int], int]


def _without_place(
    school: Organisation, period: StagePeriod, last: StagePeriod | None, snapshots: Sequence[int] | set[int]
) -> Sums:
    """Students of a school without an agreed place, by count and period."""
    periods = [period, *([last] if last else [])]
    rows = (
        DemandCell.objects.filter(snapshot__in=snapshots, school=school, period__in=periods)
        .order_by()
        .values_list("snapshot", "period")
        .annotate(n=Sum(F("students") - F("placed")))
    )
    return {(snapshot, chosen): n for snapshot, chosen, n in rows}


def _weeks(
    forecast: Forecast,
    period: StagePeriod,
    last: StagePeriod | None,
    now: dict[int, int],
    before: dict[int, int],
    sums: Sums,
    offset: int,
) -> list[Week]:
    path = {at: (low, middle, high) for at, low, middle, high in forecast.path}
    weeks = []
    for at in range(WEEKS, -1, -1):
        counted = sums.get((now[at], period.pk)) if at in now else None
        if at == forecast.weeks:
            counted = forecast.without_place
        year_ago = sums.get((before[at], last.pk)) if last and at in before else None
        low, middle, high = path.get(at, (None, None, None)) if at < forecast.weeks else (None, None, None)
        if counted is None and year_ago is None and low is None:
            continue
        day = period.starts_on if at == 0 else period.starts_on - dt.timedelta(days=7 * at - offset)
        weeks.append(Week(at, day, counted, year_ago, low, middle, high))
    return weeks


def _limits(school: Organisation, period: StagePeriod) -> list[NumerusFixus]:
    """Numerus fixus of everybody who can be in this period: who began this school year or up to three years before."""
    year = school_year(period.starts_on)
    return list(
        NumerusFixus.objects.filter(programme__school=school, is_limited=True, intake_year__range=(year - 3, year))
        .select_related("programme")
        .order_by("programme__name", "intake_year")
    )


def _proofs(school: Organisation, last: StagePeriod | None, outcome: int | None) -> list[Proof]:
    if last is None or outcome is None:
        return []
    rows = Forecast.objects.filter(school=school, period=last, weeks__in=SHOWN_AT).order_by("weeks", "day")
    said = {row.weeks: row for row in rows}
    return [Proof(at, said[at].low, said[at].high, outcome) for at in SHOWN_AT if at in said]
