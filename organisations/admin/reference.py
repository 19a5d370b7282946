"""The words of the trade. Brokers look them up; platform admins keep them, mostly by CSV (docs/reference-data.md)."""

from django.contrib import admin

from organisations.admin_mixins import RoleAdminMixin
from organisations.models import Qualification, StagePeriod, TargetGroup, WorkField, WorkProcess


class ReferenceAdmin(RoleAdminMixin):
    is_reference = True
    may_delete = True


@admin.register(Qualification)
class QualificationAdmin(ReferenceAdmin):
    list_display = ["crebo", "name", "level", "dossier", "valid_from", "valid_until"]
    search_fields = ["crebo", "name"]
    fields = ["crebo", "name", "level", "dossier", "dossier_name", "valid_from", "valid_until", "source"]


@admin.register(WorkProcess)
class WorkProcessAdmin(ReferenceAdmin):
    list_display = ["dossier", "code", "name", "valid_from", "valid_until"]
    search_fields = ["code", "name", "dossier"]
    fields = ["dossier", "code", "name", "core_task", "valid_from", "valid_until", "source"]


@admin.register(TargetGroup)
class TargetGroupAdmin(ReferenceAdmin):
    list_display = ["name", "slug", "valid_from", "valid_until"]
    search_fields = ["name"]
    fields = ["name", "slug", "icon", "colour", "valid_from", "valid_until", "source"]


@admin.register(WorkField)
class WorkFieldAdmin(ReferenceAdmin):
    list_display = ["name", "slug", "valid_from", "valid_until"]
    search_fields = ["name"]
    fields = ["name", "slug", "valid_from", "valid_until", "source"]


@admin.register(StagePeriod)
class StagePeriodAdmin(ReferenceAdmin):
    list_display = ["name", "starts_on", "ends_on"]
    search_fields = ["name"]
    fields = ["name", "slug", "starts_on", "ends_on"]
