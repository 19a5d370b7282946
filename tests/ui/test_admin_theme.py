"""The admin's pages: in our shell, in Dutch, and without anything the content security policy would block."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE
)


def _pages() -> list[str]:
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    return ["index", *(f"{name}_changelist" for name in sorted(names))]


@pytest.mark.parametrize("name", _pages())
def test_list_pages_hold_nothing_inline(client, admin_user, name):
    client.force_login(admin_user)
    response = client.get(reverse(f"admin:{name}"))
    assert response.status_code == 200
    assert not INLINE.findall(response.content.decode())


@pytest.mark.parametrize("name", [name.removesuffix("_changelist") for name in _pages() if name != "index"])
def test_add_pages_hold_nothing_inline(client, admin_user, name):
    client.force_login(admin_user)
    response = client.get(reverse(f"admin:{name}_add"))
    assert response.status_code in {200, 403}
    assert not INLINE.findall(response.content.decode())


def test_change_history_and_delete_pages_hold_nothing_inline(client, admin_user, vacancy, organisation):
    client.force_login(admin_user)
    target = organisation.programmes.first() or organisation
    for obj in (vacancy, vacancy.team, organisation, target):
        for page in ("change", "history", "delete"):
            url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{page}", args=[obj.pk])
            response = client.get(url)
            assert response.status_code in {200, 403}, url
            assert not INLINE.findall(response.content.decode()), url


def test_admin_wears_the_sites_header_and_the_admins_css_comes_last(client, admin_user):
    client.force_login(admin_user)
    page = client.get(reverse("admin:index")).content.decode()
    assert 'class="sm-header"' in page
    assert 'aria-current="page">Beheer' in page
    assert page.rindex("css/admin.css") == max(m.start() for m in re.finditer(r"css/[a-z_]+\.css", page))
    assert "theme.js" not in page


def test_every_field_of_rows_below_a_form_has_a_label(client, admin_user, organisation):
    client.force_login(admin_user)
    page = client.get(reverse("admin:organisations_organisation_change", args=[organisation.pk])).content.decode()
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    fields = re.findall(r'<(?:input(?![^>]*type="hidden")|select|textarea)[^>]*\bid="(id_[^"]+)"', page)
    assert fields
    assert not [field for field in fields if field not in labelled]
