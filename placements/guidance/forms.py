"""Forms of a school about helping students."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from placements.guidance.enums import LIMITS, HelpReason
from placements.guidance.services.settings import NUMBERS
from placements.models import HelpSettings
from stagematch.accounts.models import User
from stagematch.ui.forms import FormMixin


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class _OwnerForm(FormMixin, forms.Form):
    """Chooses a colleague by their public number; nobody is a choice too."""

    def __init__(self, *args: Any, colleagues: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(person.public_id): person for person in colleagues}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        names = [(key, person.get_full_name() or person.email) for key, person in self.colleagues.items()]
        field.choices = [("", _("nog niemand")), *names]

    def clean_owner(self) -> User | None:
        return self.colleagues.get(str(self.cleaned_data["owner"]))


class TaskForm(_OwnerForm):
    """What somebody will do for one student."""

    title = forms.CharField(
        label=_("Wat ga je doen?"),
        max_length=120,
        error_messages={"required": _("Schrijf op wat je gaat doen.")},
    )
    due_on = _day(_("Voor wanneer?"), required=False, help_text=_("Leeg: binnen de termijn van je school."))
    owner = forms.ChoiceField(label=_("Wie doet het?"), required=False)
    reason = forms.ChoiceField(choices=HelpReason.choices, required=False, widget=forms.HiddenInput)

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"] or HelpReason.OTHER)


class MoveTaskForm(_OwnerForm):
    """Who does a task, and until when."""

    owner = forms.ChoiceField(label=_("Wie doet het?"), required=False)
    due_on = _day(_("Voor wanneer?"), required=False)


class NoteForm(FormMixin, forms.Form):
    """What was agreed, in a few words."""

    text = forms.CharField(
        label=_("Wat spraken jullie af?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Schrijf niets over gezondheid, familie of geloof. De student kan dit lezen. Na een jaar wissen we het."
        ),
        error_messages={
            "required": _("Schrijf op wat jullie afspraken."),
            "max_length": _("Dit is te lang. Maak het korter: hoogstens 500 tekens."),
        },
    )


class SettingsForm(FormMixin, forms.Form):
    """The thresholds of a school."""

    hint_at = forms.IntegerField()
    task_at = forms.IntegerField()
    talk_at = forms.IntegerField()
    sends_hints = forms.BooleanField(required=False)
    long_weeks = forms.IntegerField()
    silent_days = forms.IntegerField()
    waiting_days = forms.IntegerField()
    profile_days = forms.IntegerField()
    short_km = forms.IntegerField()
    task_reasons = forms.MultipleChoiceField(
        label=_("Maak ’s nachts ook een taak als"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(r.value, capfirst(r.label)) for r in HelpReason if r in HelpReason.makes_tasks()],
        help_text=_("Voor vaak nee gekregen maken we altijd een taak, op de getallen hierboven."),
    )
    task_term_days = forms.IntegerField()

    LABELS: ClassVar[dict[str, tuple[Any, Any]]] = {
        "hint_at": (_("Bericht aan de student, na zo vaak nee"), _("Een vriendelijk bericht met tips, één keer per zoektocht.")),
        "task_at": (_("Taak voor school, na zo vaak nee"), ""),
        "talk_at": (_("Gesprek met de student, na zo vaak nee"), ""),
        "sends_hints": (_("Stuur de student dat bericht"), ""),
        "long_weeks": (_("Zoekt lang, na zoveel weken"), ""),
        "silent_days": (_("Stil, na zoveel dagen"), _("Niet ingelogd, niet gereageerd.")),
        "waiting_days": (_("Wacht lang op antwoord, na zoveel werkdagen"), ""),
        "profile_days": (_("Profiel niet compleet, na zoveel dagen"), ""),
        "short_km": (_("Reist weinig: hoogstens zoveel kilometer"), ""),
        "task_term_days": (_("Een taak is klaar binnen zoveel werkdagen"), ""),
    }  # fmt: skip

    def __init__(self, *args: Any, settings: HelpSettings, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(settings, name) for name in (*NUMBERS, "sends_hints", "task_reasons")}
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self.LABELS.items():
            field = self.fields[name]
            field.label = label
            field.help_text = help_text
            if isinstance(field, forms.IntegerField):
                _limit(field, name)


def _limit(field: forms.IntegerField, name: str) -> None:
    low, high = LIMITS[name]
    message = _("Kies bij ‘%(label)s’ een getal van %(low)d tot en met %(high)d.")
    text = message % {"label": field.label, "low": low, "high": high}
    field.error_messages |= {"required": text, "invalid": text}
    field.validators += [MinValueValidator(low, message=text), MaxValueValidator(high, message=text)]
    field.widget.attrs |= {"min": low, "max": high, "inputmode": "numeric"}
