"""Counts in the admin: what every night counted and how long it took. Read-only: history is never changed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shortages.models import ExpectedIntake, Forecast, NumerusFixus, ShortageSnapshot
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin


@admin.register(ShortageSnapshot)
class ShortageSnapshotAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """What every night counted."""

    list_display = ["day", "status", "definition", "students", "open_students", "shortage", "seconds"]
    list_filter = ["status"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]
    fields = ["day", "status", "definition", "started_at", "finished_at", "counts", "timings", "error"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShortageSnapshot]:
        """Without the packed market: it is big and nobody reads it here."""
        return super().get_queryset(request).defer("market")

    @admin.display(description=_("studenten"))
    def students(self, snapshot: ShortageSnapshot) -> int | None:
        return _count(snapshot, "students")

    @admin.display(description=_("zonder plek"))
    def open_students(self, snapshot: ShortageSnapshot) -> int | None:
        return _count(snapshot, "open")

    @admin.display(description=_("structureel tekort"))
    def shortage(self, snapshot: ShortageSnapshot) -> int | None:
        return _count(snapshot, "shortage")

    @admin.display(description=_("seconden"))
    def seconds(self, snapshot: ShortageSnapshot) -> float | None:
        return round(sum(snapshot.timings.values()), 1) if snapshot.timings else None


def _count(snapshot: ShortageSnapshot, name: str) -> int | None:
    number: int | None = snapshot.counts.get(name)
    return number


@admin.register(Forecast)
class ForecastAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """What was expected on every night."""

    list_display = ["day", "period", "school", "region", "weeks", "without_place", "low", "middle", "high", "last_year"]
    list_filter = ["period"]
    list_select_related = ["period", "school", "region"]
    search_fields = ["school__name"]
    date_hierarchy = "day"


@admin.register(ExpectedIntake)
class ExpectedIntakeAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """How many students schools expect; they change it on their own page."""

    list_display = ["programme", "period", "year", "number", "filled_by", "filled_at"]
    list_filter = ["period"]
    list_select_related = ["programme__school", "period", "filled_by"]
    search_fields = ["programme__school__name"]


@admin.register(NumerusFixus)
class NumerusFixusAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Which opleidingen limit their first-years; schools change it on their own page."""

    list_display = ["programme", "intake_year", "is_limited", "places", "filled_by", "filled_at"]
    list_filter = ["intake_year"]
    list_select_related = ["programme__school", "filled_by"]
    search_fields = ["programme__school__name"]
