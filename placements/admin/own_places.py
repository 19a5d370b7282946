"""Places that students found, to look at; the work is done on their own pages."""

from django.contrib import admin

from organisations.admin_mixins import RoleAdminMixin, belongs_to
from placements.models import OwnPlace
from stagematch.ui.admin_mixins import ReadOnlyMixin

belongs_to(OwnPlace, "organisation")


@admin.register(OwnPlace)
class OwnPlaceAdmin(ReadOnlyMixin, RoleAdminMixin):
    list_display = ["organisation_name", "student", "status", "created_at", "contact_agrees", "school_agrees"]
    list_filter = ["status"]
    list_select_related = ["student__user", "organisation"]
    search_fields = ["organisation_name", "student__user__last_name"]
    fields = ["organisation_name", "organisation", "student", "status", "what", "created_at", "closed_at", "remark"]
