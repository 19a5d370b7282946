"""What every ModelAdmin of stagematch has in common: who may do what follows from roles, not from Permission rows."""

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, ForeignObjectRel, Model, Q, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from stagematch.along import along
from stagematch.ui.errors import RuleError

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


def is_platform_admin(request: HttpRequest) -> bool:
    """Tell whether this is a platform admin."""
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def plain_choice(field: Any) -> Any:
    """Take the links for adding, changing and looking away from a field that chooses a row."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        field.widget = widget.widget
    return field


def choices_once(field: Any, request: HttpRequest, db_field: Any) -> Any:
    """Read what can be chosen once for all rows of an inline, on a page that only looks."""
    if request.method == "GET" and isinstance(field, forms.ModelChoiceField):
        asked: Any = field.choices
        kept = request.__dict__.setdefault("_inline_choices", {})

        def read() -> list[Any]:
            if db_field not in kept:
                kept[db_field] = list(iter(asked))  # without counting them first
            found: list[Any] = kept[db_field]
            return found

        field.choices = read
    return field


def is_referred_to(obj: Model) -> bool:
    """Tell whether any row points at this one; such a row is never deleted, so that nothing is orphaned. One query."""
    pointing = [
        Exists(relation.related_model._base_manager.filter(**{relation.field.name: obj.pk}))
        for relation in obj._meta.get_fields(include_hidden=True)
        # Not a field of its own, nor its history, which does not keep it alive.
        if isinstance(relation, ForeignObjectRel) and not hasattr(relation.related_model, "pgh_id")
    ]
    if not pointing:
        return False
    return type(obj)._base_manager.filter(Q(*pointing, _connector=Q.OR), pk=obj.pk).exists()


class PlatformAdminMixin(ModelAdmin):
    """For platform admins only; what a form did not change is not written; nothing that is used can be deleted.

    `may_add`, `may_change` and `may_delete` say what the page offers at all.
    """

    may_add = True
    may_change = True
    may_delete = False
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    # --- who ---------------------------------------------------------------------------------------
    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the page is in the index."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and is_platform_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and is_platform_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only for rows that nothing refers to, one at a time."""
        if not (self.may_delete and is_platform_admin(request)):
            return False
        return obj is not None and not is_referred_to(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No deleting in bulk: it would skip the check per row."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- what is read ------------------------------------------------------------------------------
    joined: tuple[str, ...] = ()
    """What the page of one row shows beyond what it refers to itself and `list_select_related`."""
    lists: tuple[str, ...] = ()
    """Short lists the page of one row shows (see `stagematch.along`)."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row with what it refers to, in one query; a page that looks asks for it only once."""
        kept: dict[Any, Any] = request.__dict__.setdefault("_admin_rows", {})
        key = (self.model, object_id, from_field)
        if request.method != "GET" or key not in kept:
            kept[key] = self._read(request, object_id, from_field)
        return kept[key]

    def _read(self, request: HttpRequest, object_id: str, from_field: str | None) -> Any:
        field = self.opts.pk if from_field is None else self.opts.get_field(from_field)
        own = [f.name for f in self.opts.concrete_fields if isinstance(f, models.ForeignKey)]
        listed = self.list_select_related
        joined = [*own, *self.joined, *(listed if isinstance(listed, (list, tuple)) else ())]
        rows = self.get_queryset(request)
        rows = rows.select_related(*joined) if joined else rows
        if request.method == "GET":
            rows = along(rows, *self.lists)
        try:
            return rows.get(**{field.name: field.to_python(object_id)})  # type: ignore[union-attr]
        except (self.model.DoesNotExist, ValidationError, ValueError):
            return None

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A row that is not there, or not yours, is a 404 as everywhere; Django would send people to the index."""
        raise Http404

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """No pencils and eyes beside a choice: they open windows, and what they do has a page of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return plain_choice(field)

    # --- what is written ---------------------------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Write only what the form changed: counters that move under a lock must not be put back by an old page."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        concrete = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in concrete]
        if changed:
            obj.save(update_fields=changed)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: "BaseModelFormSet[Any, Any]", change: bool
    ) -> None:
        """The same for the rows below the form."""
        formset.save(commit=False)
        for gone in formset.deleted_objects:
            gone.delete()
        for obj in formset.new_objects:
            obj.save()
        for obj, names in formset.changed_objects:
            concrete = {field.name for field in obj._meta.concrete_fields}
            obj.save(update_fields=[name for name in names if name in concrete])
        formset.save_m2m()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a refusal of a service as a message on the page instead of as an error."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RuleError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())

    # --- the log of the admin holds no names: it outlives the person ------------------------------------
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return _without_names(super().log_addition(request, obj, message), obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return _without_names(super().log_change(request, obj, message), obj)

    def log_deletions(self, request: HttpRequest, queryset: "QuerySet[Any]") -> list[LogEntry]:
        rows = list(queryset)
        entries = super().log_deletions(request, queryset)
        entries = [entries] if isinstance(entries, LogEntry) else list(entries)
        return [_without_names(entry, row) for entry, row in zip(entries, rows, strict=False)]


def _without_names(entry: LogEntry, obj: Model) -> LogEntry:
    entry.object_repr = f"{obj._meta.verbose_name} {obj.pk}"
    try:
        parts = json.loads(entry.change_message)
    except ValueError:
        parts = None
    if isinstance(parts, list):
        for part in parts:
            for change in part.values():
                if isinstance(change, dict):
                    change.pop("object", None)
        entry.change_message = json.dumps(parts)
    entry.save(update_fields=["object_repr", "change_message"])
    return entry


class ReadOnlyMixin:
    """For what services write: one can look."""

    may_add = False
    may_change = False
    may_delete = False
