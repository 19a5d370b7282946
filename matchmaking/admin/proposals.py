"""Proposals and decisions about pairs in the admin, for platform admins who answer a question; looking is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from matchmaking.models import FairnessReport, PairDecision, Proposal
from stagematch.accounts.models import User
from stagematch.audit.services import record_view
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin


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


@admin.register(PairDecision)
class PairDecisionAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """What people decided about one student and one place; made and taken back on the page of the student."""

    list_display = ["decided_at", "kind", "vacancy", "result", "ended_at"]
    list_filter = ["kind", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["vacancy"]
    fields = ["kind", "search", "vacancy", "reason", "decided_by", "decided_at", "ended_at", "result"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep a record that somebody looked."""
        decision = self.get_object(request, object_id)
        if decision is not None and self.has_view_permission(request, decision):
            assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: a platform admin is signed in
            record_view(actor=request.user, subject=decision.search.student.user, obj=decision)
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(FairnessReport)
class FairnessReportAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """The exact figures behind the public page, a row a day."""

    list_display = ["day", "season"]
    list_filter = ["season"]
