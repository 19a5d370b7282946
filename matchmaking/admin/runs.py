"""Runs in the admin: what every night did and how long it took, with a button for one more."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaking import tasks
from matchmaking.charts import comparison_of, history_of, timings_of
from matchmaking.models import MatchingRun
from matchmaking.run_text import facts_of
from stagematch.accounts.models import User
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin, is_platform_admin

log = structlog.get_logger(__name__)


def _count(run: MatchingRun, name: str) -> int | None:
    number: int | None = run.counts.get(name)
    return number


@admin.register(MatchingRun)
class MatchingRunAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """What every night did; a platform admin can start one more run, or a trial that publishes nothing."""

    list_display = ["night", "trigger", "status", "policy", "placed", "without", "proposal_count", "seconds"]
    list_filter = ["status", "trigger"]
    list_select_related = ["policy"]
    date_hierarchy = "night"
    ordering = ["-pk"]
    change_list_template = "admin/matchmaking/run_list.html"
    change_form_template = "admin/matchmaking/run.html"
    fields = [
        "night",
        "trigger",
        "status",
        "policy",
        "season_seed",
        "started_at",
        "finished_at",
        "started_by",
        "input_hash",
        "outcome_hash",
        "error",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchingRun]:
        """Without the stored input: it is big and nobody reads it here."""
        return super().get_queryset(request).defer("snapshot")

    @admin.display(description=gettext_lazy("uit de verdeling"))
    def placed(self, run: MatchingRun) -> int | None:
        return _count(run, "placed")

    @admin.display(description=gettext_lazy("zonder voorstel"))
    def without(self, run: MatchingRun) -> int | None:
        return _count(run, "unplaced")

    @admin.display(description=gettext_lazy("voorstellen"))
    def proposal_count(self, run: MatchingRun) -> int | None:
        return _count(run, "proposals")

    @admin.display(description=gettext_lazy("seconden"))
    def seconds(self, run: MatchingRun) -> str:
        return f"{sum(lap.seconds for lap in timings_of(run)):.1f}" if run.timings else ""

    def get_urls(self) -> list[Any]:
        """The list and the detail, and the button."""
        start = path("nu/", self.admin_site.admin_view(self.run_now), name="matchmaking_matchingrun_run_now")
        return [start, *super().get_urls()]

    def run_now(self, request: HttpRequest) -> HttpResponseBase:
        """Hand a run to the worker; the page comes back at once and the list shows how it goes."""
        if not is_platform_admin(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        is_trial = "proef" in request.POST
        assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
        try:
            tasks.run_matching_by_hand.apply_async((request.user.pk,), {"dry_run": is_trial}, retry=False)
        except Exception as error:  # noqa: BLE001 -- kombu, redis and socket errors alike
            log.warning("matching.queue_unavailable", error=type(error).__name__)
            messages.error(request, _("De wachtrij antwoordt niet. Probeer het over een paar minuten nog eens."))
        else:
            text = _("De proef is gestart. Er wordt niets gepubliceerd.") if is_trial else _("De matching is gestart.")
            messages.success(request, f"{text} {_('Ververs deze bladzijde om te zien hoe het gaat.')}")
        return redirect(reverse("admin:matchmaking_matchingrun_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with a chart of the last nights."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().changelist_view(request, {"history": history_of(), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One run in figures and bars."""
        run = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if run is not None:
            extra = {"facts": facts_of(run), "laps": timings_of(run), "comparison": comparison_of(run)}
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})
