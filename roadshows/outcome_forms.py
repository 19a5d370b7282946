"""What an organiser fills in about an opbrengst."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from roadshows.enums import OUTCOME_TRANSITIONS, OutcomeKind, OutcomeStatus
from roadshows.models import Outcome
from stagematch.ui.forms import FormMixin


class OutcomeForm(FormMixin, forms.Form):
    """An opbrengst with its owner and day."""

    kind = forms.ChoiceField(label=_("Wat voor opbrengst is het?"), choices=OutcomeKind.choices)
    text = forms.CharField(label=_("Wat is er afgesproken?"), max_length=300, widget=forms.Textarea({"rows": 2}))
    owner = forms.CharField(
        label=_("Wie zorgt ervoor?"), max_length=160, required=False, help_text=_("Een organisatie of een functie.")
    )
    due_on = forms.DateField(
        label=_("Uiterlijk"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ChangeOutcomeForm(OutcomeForm):
    """The same with the states it can have next."""

    status = forms.ChoiceField(label=_("Hoe staat het ermee?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any) -> None:
        names = ("kind", "text", "owner", "due_on", "status")
        kwargs.setdefault("initial", {name: getattr(outcome, name) for name in names})
        super().__init__(*args, **kwargs)
        now = OutcomeStatus(outcome.status)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(s.value, s.label) for s in OutcomeStatus if s == now or s in OUTCOME_TRANSITIONS[now]]
