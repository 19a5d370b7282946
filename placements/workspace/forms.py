"""The forms of the workspace. Each asks what a good colleague would say to the student."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organisations.models import SupervisorCapacity
from organisations.workdays import add_working_days
from placements.enums import RejectionReason
from placements.models import Application
from stagematch.clock import now, today
from stagematch.ui.forms import FormMixin

SLOT_TIMES = (dt.time(9, 30), dt.time(11), dt.time(13), dt.time(15, 30))
SLOT_LENGTH = dt.timedelta(minutes=30)


class InviteForm(FormMixin, forms.Form):
    """Times to choose from, where, and a word to the student."""

    slots = forms.MultipleChoiceField(
        label=_("Welke tijden passen jou?"),
        help_text=_("Kies minstens 2 tijden. De student kiest er één."),
        error_messages={"required": _("Kies minstens 2 tijden, dan heeft de student iets te kiezen.")},
    )
    where = forms.CharField(
        label=_("Waar?"),
        max_length=300,
        help_text=_("Een adres, of de link naar een videogesprek."),
        error_messages={"required": _("Vul in waar het gesprek is.")},
    )
    message = forms.CharField(
        label=_("Bericht aan de student"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Zeg met wie de student praat en hoe lang het duurt."),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = _next_days(application)
        self.grid = [(day, [(self._value(day, time), time) for time in SLOT_TIMES]) for day in self.days]
        self.time_rows = list(enumerate(SLOT_TIMES))
        self.chosen = set(self.data.getlist("slots")) if self.is_bound else set()  # type: ignore[attr-defined]
        field = self.fields["slots"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [
            (value, f"{date_format(day, 'l j F')}, {time:%H.%M}") for day, row in self.grid for value, time in row
        ]

    @staticmethod
    def _value(day: dt.date, time: dt.time) -> str:
        return f"{day:%Y-%m-%d}T{time:%H:%M}"

    def clean_slots(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """Turn the ticked boxes into (start, end) pairs in the time zone of the country."""
        chosen = sorted(self.cleaned_data["slots"])
        if len(chosen) < 2:
            raise forms.ValidationError(self.fields["slots"].error_messages["required"], code="too_few")
        starts = [timezone.make_aware(dt.datetime.fromisoformat(value)) for value in chosen]
        if any(start <= now() for start in starts):
            raise forms.ValidationError(_("Een van de tijden is al voorbij. Kies een latere tijd."), code="past")
        return [(start, start + SLOT_LENGTH) for start in starts]


def _next_days(application: Application, count: int = 5) -> Sequence[dt.date]:
    """The next working days, from two days ahead: a student needs time to answer and travel."""
    organisation = application.vacancy.organisation
    return [add_working_days(today(), n, organisation) for n in range(2, 2 + count)]


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


class InterviewRecordForm(FormMixin, forms.Form):
    """What was said, and whether both want to go on."""

    is_positive = forms.TypedChoiceField(
        label=_("Hoe ging het gesprek?"),
        choices=[("yes", _("Goed: we gaan samen verder")), ("no", _("We gaan niet verder"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        empty_value=None,
        error_messages={"required": _("Kies of jullie verder gaan.")},
    )
    record = forms.CharField(
        label=_("Kort verslag"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Welke leerdoelen kunnen hier, en welke niet? De student kan dit verslag opvragen."),
        error_messages={"required": _("Schrijf kort op wat jullie hebben besproken.")},
    )


class NoteForm(FormMixin, forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("Notitie voor collega's"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De student kan deze notitie opvragen. Schrijf hem zo op."),
        error_messages={"required": _("De notitie is nog leeg.")},
    )
