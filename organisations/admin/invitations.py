"""Invitations in the admin: of the own organisation for a stagemakelaar, of all for a platform admin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.admin_mixins import RoleAdminMixin, own_rows
from organisations.invitations.forms import InviteForm
from organisations.invitations.services import invite_member, revoke_invitation, send_again
from organisations.models import Invitation, Team
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError


class StateFilter(admin.SimpleListFilter):
    """Open ones first: that is what one comes for."""

    title = gettext_lazy("stand")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The choices beside 'all'."""
        return [("open", gettext_lazy("wacht op antwoord")), ("voorbij", gettext_lazy("verlopen of voorbij"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        is_open = Q(accepted_at=None, revoked_at=None, expires_at__gt=now())
        if self.value() == "open":
            return queryset.filter(is_open)
        return queryset.exclude(is_open) if self.value() == "voorbij" else queryset


@admin.register(Invitation)
class InvitationAdmin(RoleAdminMixin):
    """Who was asked and has not said yes yet. An invitation is made, sent again and taken back; never edited."""

    list_display = ["email", "name", "role", "organisation", "state_text", "expires_at", "times_sent"]
    list_filter = [StateFilter, "role"]
    list_select_related = ["organisation"]
    search_fields = ["email", "first_name", "last_name", "organisation__name"]
    ordering = ["-created_at"]
    actions = ["send_again", "revoke"]
    form = InviteForm
    fields = ["email", "first_name", "last_name", "organisation", "role", "teams"]
    broker_may = frozenset({"view", "add"})
    may_change = False
    filter_horizontal = ()

    @admin.display(description=gettext_lazy("naam"), ordering=F("last_name"))
    def name(self, invitation: Invitation) -> str:
        """First and last name."""
        return f"{invitation.first_name} {invitation.last_name}".strip()

    @admin.display(description=gettext_lazy("stand"))
    def state_text(self, invitation: Invitation) -> str:
        """In words."""
        return str(invitation.state.label)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is asked when inviting, and afterwards also how it stands."""
        shown = ["state_text", "inviter", "sent_at", "times_sent", "expires_at", "accepted_at", "revoked_at"]
        return [*self.fields, *shown] if obj is not None else list(self.fields)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the teams of the own organisation."""
        kwargs["queryset"] = own_rows(Team.objects.select_related("organisation"), request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Invite through the service; the row it made is the row of this page."""
        made = invite_member(actor=_actor(request), **{**form.cleaned_data, "teams": list(form.cleaned_data["teams"])})
        obj.pk, obj.public_id = made.pk, made.public_id
        obj._state.adding = False

    @admin.action(description=gettext_lazy("Stuur opnieuw"), permissions=["add"])
    def send_again(self, request: HttpRequest, queryset: "QuerySet[Invitation]") -> None:
        """Mail a new link."""
        self._each(request, queryset, send_again, _("%(n)d uitnodigingen zijn opnieuw gestuurd."))

    @admin.action(description=gettext_lazy("Trek in"), permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Invitation]") -> None:
        """Take back."""
        self._each(request, queryset, revoke_invitation, _("%(n)d uitnodigingen zijn ingetrokken."))

    def _each(
        self, request: HttpRequest, rows: "QuerySet[Invitation]", service: Callable[..., Invitation], text: str
    ) -> None:
        done = 0
        for invitation in rows.order_by("pk"):
            try:
                service(invitation=invitation, actor=_actor(request))
                done += 1
            except RuleError as error:
                self.message_user(request, f"{invitation.email}: {error.message}", messages.WARNING)
        if done:
            self.message_user(request, text % {"n": done}, messages.SUCCESS)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
    return request.user
