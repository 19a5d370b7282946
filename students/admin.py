"""How lists of students came in, for a platform admin who helps a school: states, numbers and dates, never a name.

What is in a file, and in its report, only the school itself sees; so nothing here has to be written down as a look at
somebody's data. Read-only: a wave is stopped and a key revoked on the school's own pages, where a platform admin can too.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin
from students.models import InvitationWave, SchoolToken, StudentImport


@admin.register(StudentImport)
class StudentImportAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Files that were sent: how far they are and how many rows, not what is in them."""

    list_display = ["created_at", "school", "status", "row_count", "created", "updated", "unchanged", "problem_count"]
    list_filter = ["status"]
    list_select_related = ["school"]
    search_fields = ["school__name"]
    date_hierarchy = "created_at"
    fields = [
        "school", "token", "status", "only_check", "row_count", "created", "updated", "unchanged", "problem_count",
        "created_at", "finished_at", "wiped_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[StudentImport]:
        """Without the file and its report: they hold names, and may be big."""
        return super().get_queryset(request).defer("content", "result", "mapping", "file_name")


@admin.register(InvitationWave)
class InvitationWaveAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Waves of invitations: the day and how many, not whom."""

    list_display = ["send_on", "school", "status", "invited", "sent_at"]
    list_filter = ["status"]
    list_select_related = ["school"]
    search_fields = ["school__name"]
    date_hierarchy = "send_on"
    fields = ["school", "send_on", "class_name", "year", "limit", "status", "invited", "created_at", "sent_at"]


@admin.register(SchoolToken)
class SchoolTokenAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Keys of schools' own systems: which there are and whether they work; the key itself is kept nowhere."""

    list_display = ["name", "school", "created_at", "expires_at", "last_used_at", "revoked_at", "is_working"]
    list_select_related = ["school"]
    search_fields = ["school__name", "name"]
    fields = ["school", "name", "ending", "created_at", "expires_at", "last_used_at", "revoked_at"]

    @admin.display(description=_("werkt"), boolean=True)
    def is_working(self, token: SchoolToken) -> bool:
        return token.works
