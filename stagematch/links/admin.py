"""Secret links in the admin: to look at, and to close. The link itself is nowhere to be read."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stagematch.links.models import SecretLink, SecretLinkUse
from stagematch.links.services import revoke_link
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[SecretLinkUse, SecretLink]
else:
    TabularInline = admin.TabularInline


class SecretLinkUseInline(TabularInline):
    """When a link was opened and used; the newest first."""

    model = SecretLinkUse
    fields = ("outcome", "first_at", "last_at", "times", "visitor")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(SecretLink)
class SecretLinkAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Read only, with one action: close them."""

    list_display = ["created_at", "purpose", "content_type", "email", "user", "expires_at", "state_now"]
    list_filter = ["purpose", "single_use"]
    list_select_related = ["content_type", "user"]
    search_fields = ["email", "user__email"]
    date_hierarchy = "created_at"
    fields = [
        "purpose",
        "content_type",
        "object_id",
        "email",
        "user",
        "single_use",
        "created_at",
        "created_by",
        "expires_at",
        "finished_at",
        "revoked_at",
        "revoked_by",
        "renewed_from",
    ]
    inlines = [SecretLinkUseInline]
    actions = ["revoke"]

    @admin.display(description=_("stand"))
    def state_now(self, link: SecretLink) -> str:
        """How it stands now."""
        return str(link.state.label)

    @admin.action(description=_("Trek deze links in"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[SecretLink]") -> None:
        """Close the links that still work; say how many that were."""
        actor = request.user
        assert isinstance(actor, AbstractBaseUser)  # noqa: S101 -- the admin lets nobody else in
        count = sum(revoke_link(link=link, actor=actor) for link in queryset)
        text = ngettext("%(count)s link ingetrokken.", "%(count)s links ingetrokken.", count) % {"count": count}
        messages.success(request, text)
