"""Teams and the room they have for students (R7)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin
from organisations.enums import Role
from organisations.models import Location, Membership, SupervisorCapacity, Team, TeamCapacity
from organisations.services import set_supervisor_places, set_team_places
from stagematch.accounts.models import User

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm


class PlacesForm(AnyModelForm):
    """Says kindly what the service would refuse: fewer places than there are students."""

    def clean_places(self) -> int:
        """Refuse fewer places than are taken."""
        places: int = self.cleaned_data["places"]
        taken = self.instance.taken if self.instance.pk else 0
        if places < taken:
            text = _("Er zijn al %(taken)s studenten geplaatst. Kies %(taken)s of meer.")
            raise forms.ValidationError(text, params={"taken": taken})
        return places


@admin.register(Team)
class TeamAdmin(RoleAdminMixin):
    list_display = ["name", "organisation", "location", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["organisation", "location__postcode"]
    search_fields = ["name", "organisation__name"]
    fields = ["organisation", "name", "location", "is_active"]
    broker_may = frozenset({"view", "add", "change"})
    broker_fields = frozenset({"name", "location", "is_active"})
    may_delete = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the locations of the team's own organisation; a new team gets its location once it exists."""
        if db_field.name == "location":
            match = request.resolver_match
            team_id = match.kwargs.get("object_id", 0) if match else 0
            kwargs["queryset"] = Location.objects.filter(organisation__teams__pk=team_id).select_related("postcode")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(TeamCapacity)
class TeamCapacityAdmin(RoleAdminMixin):
    list_display = ["team", "organisation", "period", "places", "taken"]
    list_filter = ["period"]
    list_select_related = ["team__organisation", "period"]
    search_fields = ["team__name", "team__organisation__name"]
    ordering = ["-period__starts_on", "team__organisation__name", "team__name"]
    form = PlacesForm
    fields = ["team", "period", "places", "taken"]
    broker_may = frozenset({"view", "add", "change"})
    may_delete = True

    @admin.display(description=_("organisatie"), ordering="team__organisation__name")
    def organisation(self, capacity: TeamCapacity) -> str:
        """Whose team it is."""
        return capacity.team.organisation.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The count of taken places moves by placing students only; team and period are what the row is about."""
        return ["taken"] if obj is None else ["taken", "team", "period"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Change the number of places under the lock that placing students takes too."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
        set_team_places(capacity=obj, places=form.cleaned_data["places"], actor=request.user)


@admin.register(SupervisorCapacity)
class SupervisorCapacityAdmin(RoleAdminMixin):
    list_display = ["supervisor_name", "pool", "places", "taken", "hours_per_week", "taken_hours"]
    list_filter = ["pool__period"]
    list_select_related = ["supervisor__user", "pool__team", "pool__period"]
    search_fields = ["supervisor__user__last_name", "pool__team__name"]
    form = PlacesForm
    fields = ["supervisor", "pool", "places", "taken", "hours_per_week", "taken_hours"]
    broker_may = frozenset({"view", "add", "change"})
    may_delete = True

    @admin.display(description=_("begeleider"), ordering="supervisor__user__last_name")
    def supervisor_name(self, capacity: SupervisorCapacity) -> str:
        """Who guides."""
        return str(capacity.supervisor.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """As for a team."""
        counted = ["taken", "taken_hours"]
        return counted if obj is None else [*counted, "supervisor", "pool"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer praktijkbegeleiders, not every colleague."""
        if db_field.name == "supervisor":
            people = Membership.objects.active().filter(role=Role.SUPERVISOR)
            kwargs["queryset"] = people.select_related("user", "organisation")
        if db_field.name == "pool":
            kwargs["queryset"] = TeamCapacity.objects.select_related("team", "period")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Change places and hours under the lock that placing students takes too."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
        data = form.cleaned_data
        set_supervisor_places(capacity=obj, places=data["places"], hours=data["hours_per_week"], actor=request.user)
