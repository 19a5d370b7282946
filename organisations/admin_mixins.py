"""What a stagemakelaar may do in the admin: look at, and partly change, what belongs to the own organisation."""

from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest

from organisations.enums import Role
from organisations.models import (
    Accreditation,
    ClosingDay,
    Invitation,
    Location,
    Membership,
    Organisation,
    Programme,
    SupervisorCapacity,
    Team,
    TeamCapacity,
)
from organisations.roles import has_role
from stagematch.accounts.models import User
from stagematch.ui.admin_mixins import PlatformAdminMixin, choices_once, is_platform_admin, plain_choice

# How to get from a row to the organisation it belongs to. Rooms above add their own with `belongs_to`.
_ORGANISATION_OF: dict[type[Model], str] = {
    Organisation: "pk",
    Location: "organisation",
    Team: "organisation",
    Membership: "organisation",
    Invitation: "organisation",
    Accreditation: "organisation",
    ClosingDay: "organisation",
    Programme: "school",
    TeamCapacity: "team__organisation",
    SupervisorCapacity: "pool__team__organisation",
}


def belongs_to(model: type[Model], path: str) -> None:
    """Say how rows of `model` lead to their organisation, e.g. `belongs_to(Vacancy, "team__organisation")`."""
    _ORGANISATION_OF[model] = path


def own_rows(queryset: "QuerySet[Any]", request: HttpRequest) -> "QuerySet[Any]":
    """Limit rows to the organisations where this person is a broker; everything for a platform admin, else nothing."""
    if is_platform_admin(request):
        return queryset
    path = _ORGANISATION_OF.get(queryset.model)
    if path is None or not isinstance(request.user, User):
        return queryset.none()
    return queryset.filter(**{f"{path}__in": Organisation.objects.of(request.user, Role.BROKER).values("pk")})


def is_own(obj: Model, request: HttpRequest) -> bool:
    """Tell whether one row is among the `own_rows`. Read once per request: the admin asks it for every button."""
    known: dict[tuple[type[Model], Any], bool] = request.__dict__.setdefault("_own_rows", {})
    key = (type(obj), obj.pk)
    if key not in known:
        known[key] = own_rows(type(obj)._default_manager.all(), request).filter(pk=obj.pk).exists()
    return known[key]


class RoleAdminMixin(PlatformAdminMixin):
    """For platform admins, and for brokers within their own organisation.

    `broker_may` holds what a broker may do: any of "view", "add", "change". `broker_fields` names the fields a broker may
    change, None for all. `is_reference` marks rows of nobody, such as qualifications, which brokers may only look at.
    """

    broker_may: frozenset[str] = frozenset({"view"})
    broker_fields: frozenset[str] | None = None
    is_reference = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Only what belongs to the own organisation; a foreign row is a 404."""
        queryset = super().get_queryset(request)
        if self.is_reference and has_role(request.user, Role.BROKER):
            return queryset
        return own_rows(queryset, request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row that was found among the own ones is known to be one of them."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and not self.is_reference and not is_platform_admin(request):
            request.__dict__.setdefault("_own_rows", {})[type(found), found.pk] = True
        return found

    def _broker_may(self, what: str, request: HttpRequest, obj: Any) -> bool:
        if what not in self.broker_may or not has_role(request.user, Role.BROKER):
            return False
        return obj is None or self.is_reference or is_own(obj, request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self._broker_may("view", request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) or (self.may_add and self._broker_may("add", request, None))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) or (
            self.may_change and self._broker_may("change", request, obj)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str] | tuple[str, ...]:
        """A broker changes the `broker_fields` only; a new row has to be filled in whole."""
        fixed = list(super().get_readonly_fields(request, obj))
        if obj is None or self.broker_fields is None or is_platform_admin(request):
            return fixed
        shown = [name for name in self.get_fields_shown(request, obj) if name not in fixed]
        return fixed + [name for name in shown if name not in self.broker_fields]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in the organisation for a broker who has only one."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        if not is_platform_admin(request) and isinstance(request.user, User):
            own = list(Organisation.objects.of(request.user, Role.BROKER).values_list("pk", flat=True)[:2])
            if len(own) == 1:
                initial.setdefault("organisation", str(own[0]))
        return initial

    def get_fields_shown(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All field names of the form, flat."""
        names: list[str] = []
        fieldsets = self.fieldsets or ((None, {"fields": self.fields or ()}),)
        for _title, options in fieldsets:
            for entry in options["fields"]:
                names += entry if isinstance(entry, (list, tuple)) else [entry]
        return names

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only own rows to choose from: what is not offered is refused too."""
        return super().formfield_for_foreignkey(db_field, request, **_own_choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **_own_choices(db_field, request, kwargs))


def _own_choices(db_field: "Field[Any, Any]", request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
    model = db_field.related_model
    if not isinstance(model, type) or model not in _ORGANISATION_OF or is_platform_admin(request):
        return kwargs
    queryset = kwargs.get("queryset")
    if queryset is None:
        queryset = model._default_manager.all()
    return {**kwargs, "queryset": own_rows(queryset, request)}


class RoleInlineMixin:
    """For rows below a form: who may change the form may change these, within `broker_may`."""

    broker_may: frozenset[str] = frozenset({"view"})
    extra = 0
    can_delete = False

    def _may(self, what: str, request: HttpRequest) -> bool:
        return is_platform_admin(request) or (what in self.broker_may and has_role(request.user, Role.BROKER))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may("view", request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may("add", request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may("change", request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self._may("delete", request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The same plain choices as in the form above."""
        field = plain_choice(super().formfield_for_dbfield(db_field, request, **kwargs))  # type: ignore[misc]
        return choices_once(field, request, db_field)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """With what a row refers to: its own name often says it."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        names = [f.name for f in rows.model._meta.concrete_fields if isinstance(f, ForeignKey)]
        return rows.select_related(*names)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only own rows to choose from."""
        return super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **_own_choices(db_field, request, kwargs)
        )
