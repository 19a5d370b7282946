"""The site and the admin as a platform admin sees them."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.test import RequestFactory

from matchmaking.models import Policy
from placements.models import (
    Vacancy,
)
from stagematch.accounts.models import User
from stagematch.mail import samples
from stagematch.ui.admin_site import StagematchAdminSite
from students.models import PlacementSearch
from tests.e2e.addresses.base import Visit, first, page


def beheer() -> Iterator[Visit]:
    """The site as a platform admin sees it; the admin's own pages are in `admin_pages`."""
    yield page("home")
    yield page("account")
    yield page("mail-preferences")
    yield page("admin:workspace")
    yield page("admin:workspace-answers-organisations")
    yield page("admin:mail-samples")
    yield page("admin:mail_mailaddress_changelist")
    yield page("admin:organisations_schoolsignin_changelist")
    yield page("admin:organisations_schoolsignin_add")
    search = first(PlacementSearch.objects.filter(status="open"))
    yield page("admin:matching-find", query="?q=samen")
    yield page("admin:matching-student", search.public_id)
    yield page("admin:matching-vacancy", first(Vacancy.objects.accepting()).public_id)
    policy = first(Policy.objects.all())
    yield page("admin:matchmaking_policy_activate", policy.pk)
    yield page("admin:mail-sample", samples.names()[0])


def admin_pages(user: User) -> Iterator[Visit]:
    """The admin's index, and of every model its list, a row, a new row and the question before deleting."""
    site = admin.site
    assert isinstance(site, StagematchAdminSite)
    yield page("admin:index")
    yield page("admin:app_list", "organisations")
    request = _request(user)
    for model, model_admin in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if not model_admin.has_view_or_change_permission(request):
            continue
        yield page(f"{name}_changelist")
        row = model_admin.get_queryset(request).order_by("pk").first()
        if row is not None:
            yield page(f"{name}_change", row.pk)
            if model_admin.has_delete_permission(request, row):
                yield page(f"{name}_delete", row.pk)
        if model_admin.has_add_permission(request):
            yield page(f"{name}_add")


def _request(user: User) -> Any:
    request = RequestFactory().get("/beheer/")
    request.user = user
    return request
