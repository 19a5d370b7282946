"""Asking a colleague, and saying yes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Invitation, Membership, Organisation
from organisations.services import ROLES_AT


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter when the program runs
    """Invite a colleague by e-mail address; whether they have an account already makes no difference here."""

    class Meta:
        model = Invitation
        fields = ["email", "first_name", "last_name", "organisation", "role", "teams"]

    def clean(self) -> dict[str, Any]:
        """Check role and teams against the organisation, to be kind; the service checks again."""
        data = super().clean() or {}
        organisation, role = data.get("organisation"), data.get("role")
        if organisation and role and role not in ROLES_AT[organisation.kind]:
            self.add_error("role", _("Deze rol bestaat niet bij deze soort organisatie. Kies een andere rol."))
        if organisation and any(team.organisation_id != organisation.pk for team in data.get("teams") or []):
            self.add_error("teams", _("Dit team hoort bij een andere organisatie."))
        if organisation and role and data.get("email"):
            data["email"] = data["email"].strip().lower()
            here = {"organisation": organisation, "role": role}
            if Membership.objects.active().filter(**here, user__email=data["email"]).exists():
                self.add_error("email", _("Deze collega heeft deze rol al."))
            elif Invitation.objects.open().filter(**here, email=data["email"]).exists():
                self.add_error("email", _("Deze collega is al uitgenodigd. Je kunt de uitnodiging opnieuw sturen."))
        return data

    def validate_constraints(self) -> None:
        """Leave 'once per role' to the service, which replaces an invitation that expired."""


class ColleagueForm(forms.Form):
    """Invite a colleague at one's own school."""

    email = forms.EmailField(label=_("E-mailadres"), max_length=254)
    first_name = forms.CharField(label=_("Voornaam"), max_length=80)
    last_name = forms.CharField(label=_("Achternaam"), max_length=120)
    role = forms.ChoiceField(label=_("Rol"))
    organisation = forms.ModelChoiceField(label=_("School"), queryset=Organisation.objects.none(), empty_label=None)

    def __init__(self, *args: Any, schools: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = frozenset().union(*(ROLES_AT[school.kind] for school in schools))
        roles = self.fields["role"]
        assert isinstance(roles, forms.ChoiceField)  # noqa: S101 -- made above; narrows the type
        roles.choices = [(role.value, role.label) for role in Role if role in here]
        places = self.fields["organisation"]
        assert isinstance(places, forms.ModelChoiceField)  # noqa: S101 -- made above; narrows the type
        places.queryset = Organisation.objects.filter(pk__in=[school.pk for school in schools])
        if len(schools) == 1:
            places.initial = schools[0]
            places.widget = forms.HiddenInput()


class AcceptForm(forms.Form):
    """The name on a new account; the rest is in the invitation."""

    first_name = forms.CharField(label=_("Voornaam"), max_length=80)
    last_name = forms.CharField(label=_("Achternaam"), max_length=120)
