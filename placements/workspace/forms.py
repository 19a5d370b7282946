"""The forms of the workspace. Each asks what a good colleague would say to the student."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.models import SupervisorCapacity
from placements.enums import RejectionReason
from placements.fit import Fit
from placements.models import Vacancy
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


class RejectTogetherForm(RejectForm):
    """The same for one of several candidates: the reasons folded up, so that the page stays short."""

    reason = forms.ChoiceField(
        label=_("Wat is de reden?"),
        choices=[("", _("Kies een reden")), *RejectionReason.choices],
        error_messages={"required": _("Kies een reden. Die ziet de student ook.")},
    )


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


class ForwardForm(FormMixin, forms.Form):
    """To which place of another team, and why you think so."""

    to_vacancy = forms.TypedChoiceField(
        label=_("Welke plek past misschien beter?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Kies een plek van een ander team."),
            "invalid_choice": _("Deze plek kan niet meer. Kies een andere plek."),
        },
    )
    message = forms.CharField(
        label=_("Bericht aan de student"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Zeg waarom je denkt dat die plek past. De student beslist."),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[Vacancy, Fit | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(vacancy.public_id): vacancy for vacancy, _fit in choices}
        field = self.fields["to_vacancy"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- narrows the type
        field.coerce = known.__getitem__
        field.choices = [(str(vacancy.public_id), forward_label(vacancy, found)) for vacancy, found in choices]


def forward_label(vacancy: Vacancy, found: Fit | None) -> str:
    """Say which place of which team it is, and how well it fits."""
    label = gettext("%(title)s, %(team)s") % {"title": vacancy.title, "team": vacancy.team.name}
    if found is None:
        return label
    return gettext("%(label)s. Past %(n)d van 5.") % {"label": label, "n": found.tiles}


def operation_key(request: HttpRequest) -> UUID:
    """The key that came with the form, or a new one: it makes sending the same form twice one operation."""
    try:
        return UUID(request.POST.get("sleutel", ""))
    except ValueError:
        return uuid4()
