"""Regions, gemeenten and postcodes, for platform admins. They come from files (docs/reference-data.md)."""

from django.contrib import admin

from stagematch.regions.models import Municipality, MunicipalityRegion, PostcodeArea, Region
from stagematch.ui.admin_mixins import PlatformAdminMixin


@admin.register(Region)
class RegionAdmin(PlatformAdminMixin):
    list_display = ["name", "kind", "code", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]
    fields = ["kind", "code", "name", "valid_from", "valid_until", "source"]


@admin.register(Municipality)
class MunicipalityAdmin(PlatformAdminMixin):
    list_display = ["name", "code", "valid_from", "valid_until"]
    search_fields = ["name", "code"]
    fields = ["code", "name", "valid_from", "valid_until", "source"]


@admin.register(MunicipalityRegion)
class MunicipalityRegionAdmin(PlatformAdminMixin):
    list_display = ["municipality", "region", "valid_from", "valid_until"]
    list_select_related = ["municipality", "region"]
    search_fields = ["municipality__name", "region__name"]
    raw_id_fields = ["municipality", "region"]
    fields = ["municipality", "region", "valid_from", "valid_until", "source"]
    may_delete = True


@admin.register(PostcodeArea)
class PostcodeAreaAdmin(PlatformAdminMixin):
    list_display = ["pc4", "place", "municipality", "corop", "province"]
    list_select_related = ["municipality", "corop", "province"]
    search_fields = ["pc4", "place"]
    raw_id_fields = ["municipality", "corop", "province"]
    fields = [
        "pc4",
        "place",
        "municipality",
        "corop",
        "province",
        "latitude",
        "longitude",
        "valid_from",
        "valid_until",
        "source",
    ]
