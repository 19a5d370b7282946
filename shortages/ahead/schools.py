"""Which school, and which periods, the pages about the time ahead are of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from organisations.enums import Role
from organisations.models import Organisation, StagePeriod
from placements.school import SCHOOL_COLUMNS, school_from
from shortages.models import Forecast, ShortageSnapshot
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.prepared import Prepared, Value

FIRST_MONTH = 8
"""A school year begins on 1 August (WEB, article 7.1.2)."""
MOST_PERIODS = 6
CARD_FIELDS = ("day", "weeks", "low", "middle", "high", "last_year", "told")
NIGHT_FIELDS = ("pk", "day", "definition", "finished_at", "started_at")


def schools_of(user: User | AnonymousUser) -> list[Organisation]:
    """The schools somebody coordinates, by name; every school for a platform admin. One query.

    Each carries its warning level, as `coming_forecasts` what was forecast last of the periods ahead, and as
    `newest_count` which count of the shortage is the last.
    """
    return list(_schools(user, today()).select_related("warning_level", "help_settings"))


def _schools(user: User | AnonymousUser, day: dt.date) -> QuerySet[Organisation]:
    own = Organisation.objects.schools().annotate(
        coming_forecasts=ArraySubquery(_newest_forecasts(day)), newest_count=Subquery(_newest_count(day))
    )
    if not user.is_superuser:
        own = own.filter(pk__in=Organisation.objects.of(user, Role.COORDINATOR).values("pk"))
    return own.order_by("name", "pk")


def schools_in_short(user: User) -> list[Organisation]:
    """The same schools, for a page that shows no more than their names: without the warning level, and quicker. One query."""
    values: dict[str, Value] = {"day": today()}
    rows = _all.rows(**values) if user.is_superuser else _own.rows(user=user.pk, **values)
    return [_in_short(row) for row in rows]


def _short_rows(user: User, day: dt.date) -> QuerySet[Organisation, dict[str, Any]]:
    found = _schools(user, day).values(*SCHOOL_COLUMNS, "coming_forecasts", "newest_count")
    rows: QuerySet[Organisation, dict[str, Any]] = found
    return rows


_own = Prepared(lambda user, day: _short_rows(User(pk=user), day), user=int, day=dt.date)
_all = Prepared(lambda day: _short_rows(User(is_superuser=True), day), day=dt.date)


def _in_short(row: dict[str, Any]) -> Organisation:
    school = school_from(row)
    school.coming_forecasts = row["coming_forecasts"]  # type: ignore[attr-defined]
    school.newest_count = row["newest_count"]  # type: ignore[attr-defined]
    return school


def _newest_forecasts(day: dt.date) -> QuerySet[Forecast, Any]:
    """The last forecasts of a school as JSON, newest day first: enough for a card, without a query of its own."""
    rows = Forecast.objects.filter(school=OuterRef("pk"), period__starts_on__gt=day)
    fields = {name: name for name in CARD_FIELDS}
    period = {"slug": "period__slug", "starts_on": "period__starts_on", "period": "period_id"}
    return rows.order_by("-day", "period__starts_on").values(json=JSONObject(**fields, **period))[:MOST_PERIODS]


def _newest_count(day: dt.date) -> QuerySet[ShortageSnapshot, Any]:
    """The newest count that succeeded, as JSON (`dashboard.cells.Night`). It is the same for all, so looked up once."""
    fields = {name: name for name in NIGHT_FIELDS}
    return ShortageSnapshot.objects.until(day).order_by("-day", "-pk").values(json=JSONObject(**fields))[:1]


def choose(schools: list[Organisation], wanted: str) -> Organisation | None:
    """The school asked for by slug, else the first one. Raises Http404 for a school that is not among them."""
    if not wanted:
        return schools[0] if schools else None
    found = next((school for school in schools if school.slug == wanted), None)
    if found is None:
        raise Http404
    return found


def periods_ahead(day: dt.date | None = None) -> list[StagePeriod]:
    """The stage periods that still have to begin, the first one first."""
    return list(StagePeriod.objects.filter(starts_on__gte=day or today()).order_by("starts_on", "pk")[:MOST_PERIODS])


def school_year(day: dt.date) -> int:
    """The calendar year in which the school year of a day began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1
