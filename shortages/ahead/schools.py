"""Which school, and which periods, the pages about the time ahead are of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from organisations.enums import Role
from organisations.models import Organisation, StagePeriod
from shortages.models import Forecast
from stagematch.accounts.models import User
from stagematch.clock import today

FIRST_MONTH = 8
"""A school year begins on 1 August (WEB, article 7.1.2)."""
MOST_PERIODS = 6
CARD_FIELDS = ("day", "weeks", "low", "middle", "high", "last_year", "told")


def schools_of(user: User | AnonymousUser) -> list[Organisation]:
    """The schools somebody coordinates, by name; every school for a platform admin. One query.

    Each carries its warning level and, as `coming_forecasts`, what was forecast last of the periods ahead.
    """
    own = (
        Organisation.objects.schools()
        .select_related("warning_level")
        .annotate(coming_forecasts=ArraySubquery(_newest_forecasts()))
    )
    if not user.is_superuser:
        own = own.filter(pk__in=Organisation.objects.of(user, Role.COORDINATOR).values("pk"))
    return list(own.select_related("help_settings").order_by("name", "pk"))


def _newest_forecasts() -> QuerySet[Forecast, Any]:
    """The last forecasts of a school as JSON, newest day first: enough for a card, without a query of its own."""
    rows = Forecast.objects.filter(school=OuterRef("pk"), period__starts_on__gt=today())
    fields = {name: name for name in CARD_FIELDS}
    period = {"slug": "period__slug", "starts_on": "period__starts_on", "period": "period_id"}
    return rows.order_by("-day", "period__starts_on").values(json=JSONObject(**fields, **period))[:MOST_PERIODS]


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
