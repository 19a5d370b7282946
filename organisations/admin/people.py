"""Who works where, and what they may do. Colleagues come in by an invitation."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin, own_rows
from organisations.models import Membership, Team


@admin.register(Membership)
class MembershipAdmin(RoleAdminMixin):
    """People of an organisation. One begins by accepting an invitation; it is closed, never deleted."""

    may_add = False

    list_display = ["name", "role", "organisation", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__first_name", "user__last_name", "user__email", "organisation__name"]
    ordering = ["organisation__name", "role", "user__last_name"]
    filter_horizontal = ()
    fields = ["name", "email", "organisation", "role", "teams", "is_active", "level", "trained_on"]
    broker_may = frozenset({"view", "change"})
    broker_fields = frozenset({"teams", "is_active", "level", "trained_on"})

    @admin.display(description=_("naam"), ordering="user__last_name")
    def name(self, membership: Membership) -> str:
        """Name, or the address of somebody whose name is not known yet."""
        return str(membership.user)

    @admin.display(description=_("e-mailadres"))
    def email(self, membership: Membership) -> str:
        """Only shown: changing an address changes who can sign in."""
        return membership.user.email

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Person, organisation and role are fixed: another role is another membership."""
        return sorted({*super().get_readonly_fields(request, obj), "name", "email", "organisation", "role"})

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the teams of the row's own organisation."""
        queryset: QuerySet[Team] = own_rows(Team.objects.select_related("organisation"), request)
        match = request.resolver_match
        if match is not None and "object_id" in match.kwargs:
            queryset = queryset.filter(organisation__memberships__pk=match.kwargs["object_id"])
        kwargs["queryset"] = queryset
        return super().formfield_for_manytomany(db_field, request, **kwargs)
