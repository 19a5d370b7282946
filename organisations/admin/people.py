"""Who works where: inviting a colleague, and what they may do."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.admin_mixins import RoleAdminMixin, own_rows
from organisations.models import Membership, Organisation, Team
from organisations.services import ROLES_AT, invite_member
from stagematch.accounts.models import User

if TYPE_CHECKING:
    MembershipModelForm = forms.ModelForm[Membership]
else:
    MembershipModelForm = forms.ModelForm


class InviteForm(MembershipModelForm):
    """Invite a colleague by e-mail address; whether they have an account already makes no difference here."""

    email = forms.EmailField(label=_("e-mailadres"), max_length=254)
    first_name = forms.CharField(label=_("voornaam"), max_length=80)
    last_name = forms.CharField(label=_("achternaam"), max_length=120)

    class Meta:
        model = Membership
        fields = ["organisation", "role", "teams"]

    def clean(self) -> dict[str, Any]:
        """Check role and teams against the organisation, to be kind; the service checks again."""
        data = super().clean() or {}
        organisation, role = data.get("organisation"), data.get("role")
        if organisation and role and role not in ROLES_AT[organisation.kind]:
            self.add_error("role", _("Deze rol bestaat niet bij deze soort organisatie. Kies een andere rol."))
        if organisation and any(team.organisation_id != organisation.pk for team in data.get("teams") or []):
            self.add_error("teams", _("Dit team hoort bij een andere organisatie."))
        email = str(data.get("email") or "").strip().lower()
        if (
            organisation
            and Membership.objects.filter(
                organisation=organisation, role=role, user__email=email, is_active=True
            ).exists()
        ):
            self.add_error("email", _("Deze collega heeft deze rol al."))
        return data


@admin.register(Membership)
class MembershipAdmin(RoleAdminMixin):
    """People of an organisation. A membership is closed, never deleted: what somebody did stays theirs."""

    list_display = ["name", "role", "organisation", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__first_name", "user__last_name", "user__email", "organisation__name"]
    ordering = ["organisation__name", "role", "user__last_name"]
    filter_horizontal = ()
    fields = ["name", "email", "organisation", "role", "teams", "is_active", "level", "trained_on"]
    broker_may = frozenset({"view", "add", "change"})
    broker_fields = frozenset({"teams", "is_active", "level", "trained_on"})

    @admin.display(description=_("naam"), ordering="user__last_name")
    def name(self, membership: Membership) -> str:
        """Name, or the address of somebody whose name is not known yet."""
        return str(membership.user)

    @admin.display(description=_("e-mailadres"))
    def email(self, membership: Membership) -> str:
        """Only shown: changing an address changes who can sign in."""
        return membership.user.email

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for a person when inviting, show the person afterwards."""
        if obj is None:
            return ["email", "first_name", "last_name", "organisation", "role", "teams"]
        return list(self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Person, organisation and role are fixed: another role is another membership."""
        if obj is None:
            return []
        return sorted({*super().get_readonly_fields(request, obj), "name", "email", "organisation", "role"})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Use the invitation form for a new row; there `name` and `email` are fields and not display columns."""
        if obj is None:
            kwargs["form"] = InviteForm
            kwargs["fields"] = ["organisation", "role", "teams"]
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the teams of the row's own organisation."""
        queryset: QuerySet[Team] = own_rows(Team.objects.select_related("organisation"), request)
        match = request.resolver_match
        if match is not None and "object_id" in match.kwargs:
            queryset = queryset.filter(organisation__memberships__pk=match.kwargs["object_id"])
        kwargs["queryset"] = queryset
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Invite through the service; the row it made is the row of this page."""
        if change:
            super().save_model(request, obj, form, change)
            return
        assert isinstance(request.user, User)  # noqa: S101 -- the admin lets nobody else in
        data = form.cleaned_data
        organisation: Organisation = data["organisation"]
        made = invite_member(
            organisation=organisation,
            email=data["email"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            role=data["role"],
            teams=list(data["teams"]),
            actor=request.user,
        )
        obj.pk, obj.user = made.pk, made.user
        obj._state.adding = False
