"""What somebody fills in to come to a roadshow, and at the door."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from roadshows import registration_rules
from roadshows.enums import ParticipantRole
from roadshows.models import Registration, Roadshow
from stagematch.accounts.models import User
from stagematch.ui.forms import FormMixin

if TYPE_CHECKING:
    ModelChoiceField = forms.ModelChoiceField[Organisation]
else:
    ModelChoiceField = forms.ModelChoiceField

# The name goes into a mail to an address that anybody may type: it is no place for an address of a website.
_IN_NO_NAME = re.compile(r"://|www\.|[/\\@<>{}\[\]]|[\w-]{3,}\.[a-z]{2,}", re.IGNORECASE)


class PersonName(forms.CharField):
    """A name of a person: no addresses of websites or mail, and no line breaks."""

    def clean(self, value: Any) -> Any:
        """Return the name on one line."""
        found = " ".join(str(super().clean(value) or "").split())
        if _IN_NO_NAME.search(found):
            raise forms.ValidationError(_("Vul hier alleen je naam in, geen webadres of e-mailadres."))
        return found


class _RoleMixin(FormMixin):
    def set_role(self) -> None:
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [
            ("", _("Kies wat bij je past")),
            *((role.value, role.label.capitalize()) for role in ParticipantRole),
        ]


class ParticipantForm(_RoleMixin, forms.Form):
    """Who somebody is, and what they need to take part. Also used to change it later."""

    name = PersonName(label=_("Je naam"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    role = forms.ChoiceField(label=_("Je komt als"))
    organisation = ModelChoiceField(
        label=_("Namens welke organisatie?"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Een andere, of geen"),
    )
    organisation_name = PersonName(
        label=_("Je organisatie of school"),
        max_length=160,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    access_needs = forms.CharField(label=_("Wat heb je nodig om mee te kunnen doen?"), max_length=300, required=False)
    diet = forms.CharField(label=_("Wat eet je niet?"), max_length=200, required=False)

    def __init__(self, *args: Any, roadshow: Roadshow, user: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_role()
        own = Organisation.objects.of(user) if isinstance(user, User) else Organisation.objects.none()
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = own.order_by("name")
        if not own.exists():
            del self.fields["organisation"]
        if roadshow.day is not None:
            until = date_format(registration_rules.needs_kept_until(roadshow.day), "j F Y")
            told = gettext("Alleen de organisatoren zien dit. Wij wissen het na %(day)s.") % {"day": until}
            example = gettext("Bijvoorbeeld een tolk, een plek vooraan of een stoel met leuning.")
            self.fields["access_needs"].help_text = f"{example} {told}"
            self.fields["diet"].help_text = told

    def values(self) -> dict[str, Any]:
        """Return the fields as `services.registration` takes them."""
        names = ("name", "role", "organisation", "organisation_name", "access_needs", "diet")
        found = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        if found.get("organisation") is not None:
            found["organisation_name"] = found["organisation"].name
        return found


class RegistrationForm(ParticipantForm):
    """Registering: also an address, a yes to the explanation, and a trap for programs that fill in everything."""

    email = forms.EmailField(label=_("Je e-mailadres"), widget=forms.EmailInput({"autocomplete": "email"}))
    consent = forms.BooleanField(label=_("Ik heb gelezen wat er met mijn gegevens gebeurt"))
    field_order = ["name", "email", "role", "organisation", "organisation_name", "access_needs", "diet", "consent"]

    def __init__(self, *args: Any, user: User | AnonymousUser, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if isinstance(user, User):
            del self.fields["email"]

    @property
    def is_trapped(self) -> bool:
        """Whether something was filled in that people do not see."""
        return bool(self.data.get("website"))


def initial_of(registration: Registration) -> dict[str, Any]:
    """Return what the form for changing starts with."""
    names = ("name", "role", "organisation", "organisation_name", "access_needs", "diet")
    return {name: getattr(registration, name) for name in names}


class WalkInForm(_RoleMixin, forms.Form):
    """Somebody who stands at the door without having registered: no address, no needs."""

    name = PersonName(label=_("Naam"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Komt als"))
    organisation_name = PersonName(
        label=_("Organisatie of school"),
        max_length=160,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_role()
