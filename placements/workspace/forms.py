"""The forms of the workspace. Each asks what a good colleague would say to the student."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import SupervisorCapacity
from placements.enums import RejectionReason
from stagematch.clock import today
from stagematch.ui.forms import FormMixin


class RejectForm(FormMixin, forms.Form):
    """The reason, the explanation and what was good (R2)."""

    reason = forms.ChoiceField(
        label=_("Wat is de reden?"),
        choices=RejectionReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies een reden. Die ziet de student ook.")},
    )
    explanation = forms.CharField(
        label=_("Bericht aan de student"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Korte zinnen. Zeg wat er speelde, niet wat er mis is met de student. Minstens 60 tekens."),
        error_messages={"required": _("Schrijf waarom het deze plek niet werd, in je eigen woorden.")},
    )
    positive = forms.CharField(
        label=_("Wat vond je goed?"),
        max_length=300,
        help_text=_("Eén zin is genoeg."),
        error_messages={"required": _("Schrijf één zin over wat je goed vond.")},
    )
    tip = forms.CharField(label=_("Tip voor de volgende keer"), max_length=300, required=False)


class OfferForm(FormMixin, forms.Form):
    """Which praktijkbegeleider, and until when the student may think."""

    supervisor = forms.ModelChoiceField(
        label=_("Wie begeleidt deze student?"),
        queryset=SupervisorCapacity.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies een begeleider. Zonder begeleider is er geen plek.")},
    )
    until = forms.DateField(
        label=_("De student antwoordt uiterlijk op"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["supervisor"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = supervisors
        field.label_from_instance = supervisor_label  # type: ignore[method-assign, assignment]  # Django's hook

    def clean_until(self) -> dt.date:
        """A term lies in the future: the student needs at least a day."""
        until: dt.date = self.cleaned_data["until"]
        if until <= today():
            raise forms.ValidationError(_("Kies een dag na vandaag. De student heeft tijd nodig."), code="past")
        return until


def supervisor_label(capacity: SupervisorCapacity) -> str:
    """Say who it is and how much room is left."""
    free = capacity.places - capacity.taken
    name = capacity.supervisor.user.get_full_name()
    return _("%(name)s, %(free)d van %(all)d vrij") % {"name": name, "free": free, "all": capacity.places}


class NoteForm(FormMixin, forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("Notitie voor collega's"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De student kan deze notitie opvragen. Schrijf hem zo op."),
        error_messages={"required": _("De notitie is nog leeg.")},
    )
