"""Who looked at what, to look at."""

from django.contrib import admin

from stagematch.audit.models import AccessLog
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyMixin, PlatformAdminMixin):
    list_display = ["at", "actor", "actor_label", "action", "subject", "object_type"]
    list_filter = ["action", "object_type"]
    list_select_related = ["actor", "subject"]
    search_fields = ["subject__email", "actor__email", "object_id"]
    date_hierarchy = "at"
    fields = ["at", "actor", "actor_label", "action", "subject", "object_type", "object_id"]
