"""How long the detail of a count is kept: every night for 100 days, then Mondays and firsts of the month, six years.

Cells hold small groups of one school, so they are not kept longer than something looks at them: the forecast, five
years back and half a year before each period.

The totals of every night stay (`ShortageSnapshot.counts`), so what was published about the country never disappears.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from shortages.models import DemandCell, Lever, ShortageSnapshot, SupplyCell

KEEP_ALL_DAYS = 100
KEEP_YEARS = 6
_MONDAY = 2  # in Django's `week_day`


def drop_old_detail(*, day: dt.date, dry_run: bool = False) -> int:
    """Forget the cells and levers of nights of more than 100 days ago, but for Mondays and firsts of six years.

    Returns how many rows go; a dry run only counts them. Safe to run twice.
    """
    looked_back_at = Q(day__week_day=_MONDAY) | Q(day__day=1)
    old = ShortageSnapshot.objects.filter(
        (Q(day__lt=day - dt.timedelta(days=KEEP_ALL_DAYS)) & ~looked_back_at)
        | Q(day__lt=day - dt.timedelta(days=366 * KEEP_YEARS))
    )
    keys = list(old.values_list("pk", flat=True))
    if not keys:
        return 0
    gone = 0
    for model in (DemandCell, SupplyCell, Lever):
        rows = model._default_manager.filter(snapshot__in=keys)
        gone += rows.count() if dry_run else rows._raw_delete(rows.db)
    return gone
