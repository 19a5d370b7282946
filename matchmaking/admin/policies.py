"""Versions of the rules in the admin: write one, try it on today's data, then let it hold."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaking import tasks
from matchmaking.enums import RunTrigger
from matchmaking.models import MatchingRun, Policy
from matchmaking.policy_form import PolicyForm
from matchmaking.policy_text import differences, page_of
from matchmaking.services import activate_policy, current_policy
from stagematch.accounts.models import User
from stagematch.ui.admin_mixins import PlatformAdminMixin, is_platform_admin
from stagematch.ui.errors import RuleError

log = structlog.get_logger(__name__)


@admin.register(Policy)
class PolicyAdmin(PlatformAdminMixin):
    """A version that was used is never changed again: the next one starts from it."""

    form = PolicyForm
    list_display = ["version", "name", "is_current", "created_at"]
    change_form_template = "admin/matchmaking/policy.html"
    fieldsets = [
        (None, {"fields": ["version", "name", "note"]}),
        (
            gettext_lazy("Zo goed past een plek"),
            {"fields": ["werkprocessen", "distance", ("near_metres", "far_metres"), ("doelgroep", "werkveld"), "days"]},
        ),
        (gettext_lazy("Dit moet altijd kloppen"), {"fields": ["werkprocessen_percent", "period_percent"]}),
        (
            gettext_lazy("Wie gaat voor"),
            {
                "fields": [
                    ("band_good", "band_fair"),
                    "order",
                    "hard_case",
                    ("tier_size", "max_tiers"),
                    "max_turns",
                ]
            },
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while no run used it."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not self._is_used(request, obj))

    def _is_used(self, request: HttpRequest, policy: Policy) -> bool:
        """Asked once per request: the admin wants to know it for every button."""
        kept: dict[int, bool] = request.__dict__.setdefault("_policies_used", {})
        if policy.pk not in kept:
            kept[policy.pk] = policy.runs.exists()
        return kept[policy.pk]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A version that was used is shown as the sentences it means, below the form."""
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["version", "name", "note", "is_current", "created_at"]})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ["is_current", "created_at"]
        return super().get_readonly_fields(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """One version further than the last."""
        latest = Policy.objects.order_by("-version").first()
        return {"version": latest.version + 1 if latest else 1}

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """The form has put the numbers in `settings`; that is no field of its own, so it is written here."""
        if change:
            obj.save(update_fields=["version", "name", "note", "settings"])
        else:
            obj.save()

    def get_urls(self) -> list[Any]:
        """The two buttons."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/proef/", view(self.simulate), name="matchmaking_policy_simulate"),
            path("<int:pk>/geldt/", view(self.activate), name="matchmaking_policy_activate"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The rules in sentences, what differs from those that hold, and the trials that were done."""
        policy = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if policy is not None:
            extra = {
                "policy": policy,
                "sentences": page_of(policy),
                "differences": differences(current_policy(), policy),
                "trials": MatchingRun.objects.filter(policy=policy, trigger=RunTrigger.SIMULATION).defer("snapshot")[
                    :5
                ],
            }
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    def simulate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Let the worker divide today's market by these rules, beside the rules that hold. Nothing is published."""
        policy = self._post_only(request, pk)
        if isinstance(policy, HttpResponse):
            return policy
        assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
        try:
            tasks.simulate_policy.apply_async((policy.pk, request.user.pk), retry=False)
        except Exception as error:  # noqa: BLE001 -- kombu, redis and socket errors alike
            log.warning("matching.queue_unavailable", error=type(error).__name__)
            messages.error(request, _("De wachtrij antwoordt niet. Probeer het over een paar minuten nog eens."))
        else:
            messages.success(
                request,
                _("De proef is gestart. Er gaat niets naar studenten. Ververs deze bladzijde voor de uitkomst."),
            )
        return redirect(reverse("admin:matchmaking_policy_change", args=[pk]))

    def activate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask first, with what changes and the last trial beside it; then let this version hold."""
        if not is_platform_admin(request):
            raise PermissionDenied
        policy = get_object_or_404(Policy, pk=pk)
        if request.method == "POST":
            assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
            try:
                activate_policy(policy=policy, actor=request.user)
            except RuleError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, _("%(name)s geldt vanaf de volgende nacht.") % {"name": policy})
            return redirect(reverse("admin:matchmaking_policy_changelist"))
        trials = MatchingRun.objects.filter(policy=policy, trigger=RunTrigger.SIMULATION).defer("snapshot")
        holds = current_policy()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Laat deze spelregels gelden"),
            "opts": self.opts,
            "policy": policy,
            "holds": holds,
            "differences": differences(holds, policy),
            "trial": trials.first(),
        }
        return TemplateResponse(request, "admin/matchmaking/policy_activate.html", context)

    def _post_only(self, request: HttpRequest, pk: int) -> Policy | HttpResponse:
        if not is_platform_admin(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return get_object_or_404(Policy, pk=pk)
