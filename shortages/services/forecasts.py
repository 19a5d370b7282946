"""The forecast of a night: written once per day, kept as it was said, and a mail to who wanted to be warned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership, Organisation
from organisations.roles import has_role_at
from shortages import emails
from shortages.ahead.history import Ahead, read_ahead
from shortages.ahead.published import expected_of
from shortages.forecast import METHOD, Outlook, forecast
from shortages.models import Forecast, ForecastWarning, PublishedForecast, WarningLevel
from shortages.models.expected import MOST_EXPECTED
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ForecastNight:
    """What a night of forecasts did."""

    periods: int = 0
    forecasts: int = 0
    warned: int = 0
    published: int = 0

    def lines(self) -> list[str]:
        """Say it in lines."""
        made = f"{self.periods} periodes, {self.forecasts} vooruitblikken, {self.published} gepubliceerd"
        return [f"{made}, {self.warned} waarschuwingen"]


def forecast_night(*, day: dt.date, dry_run: bool = False) -> ForecastNight:
    """Forecast every period that begins within 26 weeks, from the counts up to `day`, and warn who asked for it.

    What everybody may see of areas is worked out apart, from published figures alone. A day is forecast once: what was said is never said differently afterwards, also when somebody corrects a number
    later; a second start only sends warnings that were not sent. Without a count of the last four days nothing is
    forecast. A dry run writes and mails nothing.
    """
    known = set(Forecast.objects.filter(day=day).values_list("period", flat=True))
    rows = [row for ahead in read_ahead(day) if ahead.period.pk not in known for row in rows_of(ahead)]
    periods = len({row.period_id for row in rows})
    shown = [] if PublishedForecast.objects.filter(day=day).exists() else expected_of(day)
    if dry_run:
        return ForecastNight(periods, len(rows), 0, len(shown))
    with transaction.atomic():
        # Two that start together: the constraint lets one of each row in.
        Forecast.objects.bulk_create(rows, ignore_conflicts=True)
        PublishedForecast.objects.bulk_create(shown, ignore_conflicts=True)
        warned = _warn(day)
    log.info("forecast.made", day=str(day), forecasts=len(rows), published=len(shown), warned=warned)
    return ForecastNight(periods, len(rows), warned, len(shown))


def rows_of(ahead: Ahead) -> Iterator[Forecast]:
    """The rows of one period: the country, each region with students, each school."""
    drawn = forecast(ahead.known)
    yield _row(ahead, drawn, ahead.members())
    for region in sorted({unit.region for unit in ahead.units if unit.region is not None}):
        members = ahead.members(region=region)
        if _now(ahead.known.now.students, ahead.known.week, members):
            yield _row(ahead, drawn, members, region_id=region)
    for school in ahead.schools:
        yield _row(ahead, drawn, ahead.members(school=school), school_id=school, told=ahead.told.get(school))


def _row(ahead: Ahead, drawn: Outlook, members: np.ndarray, *, told: int | None = None, **whose: Any) -> Forecast:
    week, now = ahead.known.week, ahead.known.now
    low, middle, high = drawn.interval(members).astype(int)
    students = _now(now.students, week, members)
    last_year = None
    if ahead.last_year is not None and ahead.past_periods[-1] == ahead.last_year:
        before = ahead.known.past[-1]
        if float(np.nansum(before.students[members, 0])):
            last_year = round(float(np.nansum(before.without[members, 0])))
    return Forecast(
        snapshot_id=ahead.snapshot,
        day=ahead.day,
        period=ahead.period,
        weeks=week,
        students=students,
        expected=max(students, round(float(np.median(drawn.expected[:, members].sum(axis=1))))),
        told=told,
        without_place=students - _now(now.placed, week, members),
        structural=round(float(np.nansum(now.structural[members, week])), 4),
        low=int(low[0]),
        middle=int(middle[0]),
        high=int(high[0]),
        last_year=last_year,
        same_pace=round(float(drawn.same_pace[members].sum())),
        past=len(ahead.past_periods),
        path=[[at, int(low[at]), int(middle[at]), int(high[at])] for at in range(week, -1, -1)],
        method=METHOD,
        **whose,
    )


def _now(counts: np.ndarray, week: int, members: np.ndarray) -> int:
    return round(float(np.nansum(counts[members, week])))


def _warn(day: dt.date) -> int:
    """Mail the coordinators of every school whose forecast of `day` reaches its level, once per period and level."""
    levels = {row.school_id: row.level for row in WarningLevel.objects.all()}
    reached = [
        row
        for row in Forecast.objects.filter(day=day, school__in=levels).select_related("school", "period")
        if row.middle >= levels[row.school_id or 0] and row.period.starts_on > clock.today()
    ]
    before = set(ForecastWarning.objects.filter(school__in=levels).values_list("school", "period", "level"))
    new = [row for row in reached if (row.school_id, row.period_id, levels[row.school_id or 0]) not in before]
    for row in new:
        level = levels[row.school_id or 0]
        assert row.school is not None  # noqa: S101 -- only forecasts of schools were asked for
        warning = ForecastWarning.objects.create(
            school=row.school, period=row.period, level=level, forecast=row, warned_on=day
        )
        people = Membership.objects.active().filter(organisation=row.school_id, role=Role.COORDINATOR)
        for member in people.select_related("user"):
            emails.forecast_warning(to=member.user, forecast=row, warning=warning)
    return len(new)


@transaction.atomic
def set_warning_level(*, school: Organisation, level: int | None, actor: User) -> WarningLevel | None:
    """Choose from which expected number on the school is warned; None for no warnings.

    Raises PermissionDenied when `actor` does not coordinate the school, RuleError `level` outside 1 to 2000.
    """
    if not (actor.is_superuser or has_role_at(actor, school, Role.COORDINATOR)):
        raise PermissionDenied
    if level is None:
        WarningLevel.objects.filter(school=school).delete()
        return None
    if not 1 <= level <= MOST_EXPECTED:
        raise RuleError("level", _("Kies een aantal van 1 tot %(most)d.") % {"most": MOST_EXPECTED}, field="level")
    row, _new = WarningLevel.objects.update_or_create(
        school=school, defaults={"level": level, "set_by": actor, "set_at": clock.now()}
    )
    return row
