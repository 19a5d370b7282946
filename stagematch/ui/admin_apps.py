"""Makes `django.contrib.admin.site` our site; a module of its own because apps load before models may be imported."""

from django.contrib.admin.apps import AdminConfig


class StagematchAdminConfig(AdminConfig):
    default_site = "stagematch.ui.admin_site.StagematchAdminSite"
