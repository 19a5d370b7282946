"""Roadshows in the admin, for platform admins: organisers work on the site."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from roadshows.models import (
    DeclarationText,
    Outcome,
    Pledge,
    PledgeLink,
    PledgeStep,
    ProgrammePart,
    Roadshow,
    RoadshowOrganiser,
    Signature,
    WorkTable,
)
from roadshows.services import declaration
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin, choices_once, is_platform_admin, plain_choice

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
        field = plain_choice(super().formfield_for_dbfield(db_field, request, **kwargs))
        return choices_once(field, request, db_field)


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


@admin.register(DeclarationText)
class DeclarationTextAdmin(PlatformAdminMixin):
    """A draft can be written here; what was published never changes again."""

    list_display = ["title", "version", "published_on", "is_current"]
    search_fields = ["title"]
    readonly_fields = ["published_on", "is_current"]
    actions = ["publish"]

    @admin.action(description=_("Laat deze tekst voortaan tekenen"))
    def publish(self, request: HttpRequest, queryset: QuerySet[DeclarationText]) -> None:
        """Publish exactly one chosen version."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Kies precies één tekst."), messages.ERROR)
            return
        assert request.user.is_authenticated  # noqa: S101 -- the admin asks for that
        declaration.publish_text(text=chosen[0], actor=request.user)
        self.message_user(request, _("Vanaf nu tekent men voor deze tekst."), messages.SUCCESS)

    def get_readonly_fields(self, request: HttpRequest, obj: DeclarationText | None = None) -> list[str]:
        """Everything, once it was published."""
        if obj is None or obj.published_on is None:
            return list(self.readonly_fields)
        return [field.name for field in DeclarationText._meta.fields]

    def has_delete_permission(self, request: HttpRequest, obj: DeclarationText | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.published_on is None


@admin.register(Signature)
class SignatureAdmin(PlatformAdminMixin):
    """To look at: signing, withdrawing and evidence happen on the site."""

    list_display = ["name", "declaration", "status", "signed_on"]
    list_filter = ["status", "declaration"]
    search_fields = ["name"]
    list_select_related = ["declaration"]
    raw_id_fields = ["organisation", "roadshow", "asked_by"]
    readonly_fields = ["status", "signed_on", "withdrawn_on", "withdraw_reason", "asked_at", "asked_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Signature | None = None) -> bool:
        return False


class _LookInline(TabularInline):
    """Rows one can read; services write them."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PledgeLinkInline(_LookInline):
    model = PledgeLink
    fields = ("vacancy", "status", "suggested_at", "decided_at", "decided_by")
    readonly_fields = fields


class PledgeStepInline(_LookInline):
    model = PledgeStep
    fields = ("at", "kind", "line", "actor", "through_link")
    readonly_fields = fields

    @admin.display(description=_("wat er gebeurde"))
    def line(self, step: PledgeStep) -> str:
        """The line people read."""
        return step.line


@admin.register(Pledge)
class PledgeAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """To look at: organisers, stagemakelaars and contacts change promises on their own pages."""

    list_display = ["organisation_name", "kind", "number", "status", "promised_on", "roadshow"]
    list_filter = ["status", "kind", "route", "is_demo"]
    search_fields = ["organisation_name", "organisation__name"]
    list_select_related = ["roadshow"]
    date_hierarchy = "promised_on"
    exclude = ["refused_hash"]
    inlines = [PledgeLinkInline, PledgeStepInline]
