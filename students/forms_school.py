"""Forms of a coordinator about the own school: waves of invitations and keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from stagematch.ui.forms import FormMixin


class OwnSchoolForm(FormMixin, forms.Form):
    """A form about a school: asks for which one only when there is a choice."""

    school = forms.ModelChoiceField(
        label=_("School"), queryset=Organisation.objects.none(), empty_label=_("Kies een school")
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["school"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = schools.order_by("name")
        found = list(schools[:2])
        self.only = found[0] if len(found) == 1 else None
        if self.only is not None:
            del self.fields["school"]

    def clean(self) -> dict[str, Any]:
        """Fill in the only school."""
        values = super().clean() or self.cleaned_data
        if self.only is not None:
            values["school"] = self.only
        return values


class WavesForm(OwnSchoolForm):
    """When who is invited."""

    by = forms.ChoiceField(
        label=_("Hoe verdeel je ze?"),
        choices=[
            ("class", _("Elke dag een klas")),
            ("year", _("Elke dag een leerjaar")),
            ("number", _("Elke dag een aantal")),
            ("all", _("Iedereen op één dag")),
        ],
        widget=forms.RadioSelect,
    )
    per_day = forms.IntegerField(
        label=_("Hoeveel per dag?"),
        required=False,
        min_value=1,
        max_value=5000,
        help_text=_("Alleen als je ‘een aantal’ kiest. Bijvoorbeeld 50."),
        error_messages={
            "min_value": _("Kies minstens 1."),
            "max_value": _("Kies hoogstens 5000."),
            "invalid": _("Vul een getal in."),
        },
    )
    starts_on = forms.DateField(
        label=_("Eerste dag"),
        help_text=_("De mail gaat ’s ochtends weg, op werkdagen. Kies je vandaag, dan gaat hij morgenochtend mee."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Dit is geen datum. Schrijf bijvoorbeeld 1-2-2027.")},
    )
    field_order = ["school", "by", "per_day", "starts_on"]


class KeyForm(OwnSchoolForm):
    """A new key for the school's own system."""

    name = forms.CharField(
        label=_("Naam van de koppeling"), max_length=60, help_text=_("Bijvoorbeeld de naam van je systeem.")
    )
    days = forms.TypedChoiceField(
        label=_("Hoe lang werkt de sleutel?"),
        choices=[(90, _("3 maanden")), (180, _("6 maanden")), (365, _("1 jaar"))],
        coerce=int,
        initial=180,
    )
    field_order = ["school", "name", "days"]
