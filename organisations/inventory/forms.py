"""The forms of the inventory. The answer form asks only what belongs to the choice: at most six things."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import InventoryChoice, NoReason, Role
from organisations.models import InventoryRequest, Membership, Organisation, StagePeriod, Team
from stagematch.clock import today
from stagematch.ui.forms import FormMixin

WORDS = {"ja": "yes", "misschien": "maybe", "nee": "no", "geregeld": "arranged"}
"""The choices as they stand in an address."""
USUAL_DAYS = 28


def _textarea(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 1000})


if TYPE_CHECKING:
    ModelMultipleChoiceField = forms.ModelMultipleChoiceField[Membership]
else:
    ModelMultipleChoiceField = forms.ModelMultipleChoiceField


class _People(ModelMultipleChoiceField):
    """Memberships by the name of the person."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user)


class AnswerForm(FormMixin, forms.Form):
    """What a team answers. `choice` decides which fields there are; what is empty may stay empty, but for the number of places."""

    places = forms.IntegerField(
        min_value=1,
        max_value=50,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "min_value": _("Vul 1 of meer in, of kies een ander antwoord."),
            "max_value": _("Meer dan 50 kan hier niet. Bel dan de stagemakelaar."),
            "invalid": _("Vul een heel getal in, bijvoorbeeld 2."),
        },
    )
    hours_per_week = forms.IntegerField(
        label=_("Hoeveel uur begeleiding is er per week, voor alle studenten samen?"),
        required=False,
        min_value=0,
        max_value=200,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Vul een heel getal in, bijvoorbeeld 4.")},
    )
    supervisors = _People(
        queryset=Membership.objects.none(),
        label=_("Wie begeleiden?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other_supervisors = forms.CharField(
        label=_("Begeleidt er nog iemand anders?"),
        required=False,
        max_length=200,
        help_text=_("Een naam of functie is genoeg."),
    )
    work = forms.CharField(label=_("Wat kan een student bij jullie doen?"), required=False, widget=_textarea())
    needed = forms.CharField(required=False, widget=_textarea())
    reasons = forms.TypedMultipleChoiceField(
        label=_("Waarom lukt het niet?"),
        choices=[(reason.value, reason.label) for reason in NoReason],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Dit tellen we op. Zo weten we wat er moet veranderen."),
    )
    note = forms.CharField(label=_("Wil je iets toelichten?"), required=False, widget=_textarea())

    FIELDS = {
        InventoryChoice.YES: ("places", "hours_per_week", "supervisors", "other_supervisors", "work", "needed"),
        InventoryChoice.MAYBE: ("places", "hours_per_week", "supervisors", "needed"),
        InventoryChoice.NO: ("reasons", "note", "needed"),
        InventoryChoice.ARRANGED: ("places", "note"),
    }
    LABELS = {
        InventoryChoice.YES: {
            "places": _("Hoeveel plekken heb je?"),
            "needed": _("Wat is er nodig voor één plek meer?"),
        },
        InventoryChoice.MAYBE: {
            "places": _("Om hoeveel plekken gaat het?"),
            "needed": _("Wat is er nodig om ja te zeggen?"),
        },
        InventoryChoice.NO: {"needed": _("Wat is er nodig om later wel een plek te hebben?")},
        InventoryChoice.ARRANGED: {"places": _("Hoeveel studenten komen er al?")},
    }

    def __init__(self, *args: Any, request: InventoryRequest, choice: InventoryChoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice = choice
        keep = self.FIELDS[choice]
        for name, label in self.LABELS[choice].items():
            self.fields[name].label = label
        self.fields["places"].required = choice == InventoryChoice.YES
        guides = _guides(request.team)
        people = self.fields["supervisors"]
        assert isinstance(people, forms.ModelMultipleChoiceField)  # noqa: S101 -- narrows the type
        people.queryset = guides
        for name in list(self.fields):
            if name not in keep or (name == "supervisors" and not guides.exists()):
                del self.fields[name]
        self.order_fields(keep)

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        data = dict(self.cleaned_data)
        data["supervisors"] = list(data.get("supervisors") or [])
        data["reasons"] = sum(set(data.get("reasons") or []))
        return data

    def clean(self) -> dict[str, Any]:
        """A 'no' says why, in a tick or in words: the reasons are what the region learns from."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.choice == InventoryChoice.NO and not data.get("reasons") and not (data.get("note") or "").strip():
            self.add_error("reasons", _("Kies een reden, of schrijf er een op bij de toelichting."))
        return data


def _guides(team: Team) -> Any:
    return (
        Membership.objects.active()
        .filter(role=Role.SUPERVISOR, teams=team, organisation=team.organisation_id)
        .select_related("user")
        .order_by("user__first_name", "user__last_name", "pk")
    )


class RoundForm(FormMixin, forms.Form):
    """Opening a round: which period, until when, and a word of your own."""

    owner = forms.ModelChoiceField(queryset=Organisation.objects.none(), label=_("Voor welke organisatie?"))
    period = forms.ModelChoiceField(queryset=StagePeriod.objects.none(), label=_("Voor welke periode?"))
    closes_on = forms.DateField(
        label=_("Antwoorden kan tot en met"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Na 7 en na 14 dagen krijgt wie nog niets zei een herinnering."),
    )
    message = forms.CharField(
        label=_("Een eigen zin in de mail"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"closes_on": today() + dt.timedelta(days=USUAL_DAYS)})
        super().__init__(*args, **kwargs)
        owner, period = self.fields["owner"], self.fields["period"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        assert isinstance(period, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        owner.queryset, owner.empty_label = owners, None
        period.empty_label = _("Kies een periode")
        period.queryset = StagePeriod.objects.filter(ends_on__gt=today()).order_by("starts_on", "ends_on")
        if len(owners) == 1:
            owner.widget, owner.initial = forms.HiddenInput(), owners[0].pk


class ClosingForm(FormMixin, forms.Form):
    """Another last day for a round."""

    closes_on = forms.DateField(
        label=_("Antwoorden kan tot en met"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ContactForm(FormMixin, forms.Form):
    """An address for a team without a teamcoach that has an account."""

    email = forms.EmailField(label=_("E-mailadres van het team"), max_length=254)
