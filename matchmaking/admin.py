"""Runs, rules and proposals in the admin: to look at, to start a run, and to bring a new version of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaking import tasks
from matchmaking.charts import history_of, timings_of
from matchmaking.engine.types import EngineInputError
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.models import MatchingRun, Policy, Proposal
from matchmaking.run_text import facts_of
from matchmaking.services import activate_policy
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin, is_platform_admin
from stagematch.ui.errors import RuleError

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm

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
        extra = {"facts": facts_of(run), "laps": timings_of(run)} if run is not None else {}
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})


class PolicyForm(AnyModelForm):
    """Says which number is wrong before a version is kept."""

    def clean_settings(self) -> dict[str, Any]:
        """Refuse what the engine would refuse."""
        values: dict[str, Any] = self.cleaned_data["settings"]
        try:
            return EnginePolicy.from_dict(values).as_dict()
        except (EngineInputError, TypeError, AttributeError) as error:
            raise forms.ValidationError(_("Deze spelregels kloppen niet: %(why)s") % {"why": error}) from error


@admin.register(Policy)
class PolicyAdmin(PlatformAdminMixin):
    """Versions of the rules. A version that was used is never changed again: make a new one."""

    form = PolicyForm
    list_display = ["version", "name", "is_current", "created_at"]
    fields = ["version", "name", "note", "settings", "is_current", "created_at"]
    readonly_fields = ["is_current", "created_at"]
    actions = ["make_current"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while no run used it."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.runs.exists())

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the rules that hold now, one version further."""
        latest = Policy.objects.order_by("-version").first()
        current = Policy.objects.filter(is_current=True).first()
        return {
            "version": latest.version + 1 if latest else 1,
            "settings": current.settings if current else EnginePolicy().as_dict(),
        }

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """The rules carry their own version, so that a run's record says which it used."""
        obj.settings = {**obj.settings, "version": str(obj.version)}
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("Laat deze versie gelden"))
    def make_current(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        """Let the chosen version hold from the next run on."""
        chosen = list(queryset)
        if len(chosen) != 1:
            messages.warning(request, _("Kies één versie."))
            return
        try:
            activate_policy(policy=chosen[0], actor=request.user)  # type: ignore[arg-type]  # a platform admin
        except RuleError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(name)s geldt vanaf de volgende run.") % {"name": chosen[0]})


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """What was proposed to whom, for platform admins who answer a question about it; looking is recorded."""

    list_display = ["created_at", "vacancy", "kind", "status", "slot", "score", "expires_on"]
    list_filter = ["status", "kind"]
    list_select_related = ["vacancy"]
    ordering = ["-pk"]
    fields = [
        "run",
        "search",
        "vacancy",
        "kind",
        "status",
        "slot",
        "score",
        "parts",
        "created_at",
        "expires_on",
        "seen_at",
        "answered_at",
        "decline_reason",
        "application",
    ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep a record that somebody looked."""
        proposal = self.get_object(request, object_id)
        if proposal is not None and self.has_view_permission(request, proposal):
            assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
            record_view(actor=request.user, subject=proposal.search.student.user, obj=proposal)
        return super().change_view(request, object_id, form_url, extra_context)
