"""Roadshows in the admin, for platform admins: organisers work on the site."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from roadshows.models import Outcome, ProgrammePart, Roadshow, RoadshowOrganiser, WorkTable
from stagematch.ui.admin_mixins import PlatformAdminMixin, is_platform_admin, plain_choice

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class _RowInline(TabularInline):
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The same plain choices as in the form above."""
        return plain_choice(super().formfield_for_dbfield(db_field, request, **kwargs))


class OrganiserInline(_RowInline):
    model = RoadshowOrganiser


class PartInline(_RowInline):
    model = ProgrammePart


class OutcomeInline(_RowInline):
    model = Outcome


@admin.register(Roadshow)
class RoadshowAdmin(PlatformAdminMixin):
    list_display = ["title", "place", "day", "status", "is_public"]
    list_filter = ["status", "is_public", "is_demo"]
    search_fields = ["title", "place"]
    list_select_related = ["region"]
    readonly_fields = ["status", "status_reason"]
    inlines = [OrganiserInline, PartInline, OutcomeInline]


@admin.register(WorkTable)
class WorkTableAdmin(PlatformAdminMixin):
    list_display = ["title", "number", "roadshow", "is_open", "is_public"]
    list_filter = ["is_open", "is_public"]
    search_fields = ["title", "roadshow__title"]
    list_select_related = ["roadshow"]
    raw_id_fields = ["roadshow"]
