"""What people fill in about the shortage."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import Weekday
from organisations.weekdays import mask_of
from stagematch.ui.forms import FormMixin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_PLACES = 50
EVERYBODY = "alle"
"""All leerjaren, in the address."""
WORKING_DAYS = tuple(day for day in Weekday if day <= Weekday.FRIDAY)


class WhatIfForm(FormMixin, forms.Form):
    """So many places of one kind more: where, for which opleiding and leerjaar, on which days."""

    waar = forms.ChoiceField(label=_("Waar komen de plekken?"))
    kwalificatie = forms.ChoiceField(label=_("Voor welke opleiding?"))
    leerjaar = forms.ChoiceField(label=_("Voor welk leerjaar?"))
    dagen = forms.TypedMultipleChoiceField(
        label=_("Op welke dagen?"),
        coerce=int,
        choices=[(day.value, day.label) for day in WORKING_DAYS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies bij ‘Op welke dagen?’ minstens één dag.")},
    )
    plekken = forms.IntegerField(
        label=_("Hoeveel plekken erbij?"),
        min_value=1,
        max_value=MOST_PLACES,
        error_messages={
            "invalid": _("Vul bij ‘Hoeveel plekken erbij?’ een heel getal in."),
            "min_value": _("Vul bij ‘Hoeveel plekken erbij?’ 1 of meer in."),
            "max_value": _("Vul bij ‘Hoeveel plekken erbij?’ hoogstens 50 in."),
        },
    )

    def __init__(
        self,
        *args: Any,
        places: "Sequence[tuple[StrOrPromise, Sequence[tuple[str, str]]]]",
        qualifications: Sequence[tuple[str, str]],
        years: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("waar", places)
        self._choose("kwalificatie", qualifications)
        self._choose("leerjaar", [(str(year), _("leerjaar %(n)d") % {"n": year}) for year in years])
        self.fields["plekken"].widget.attrs |= {
            "data-schuif": str(_("Hoeveel plekken erbij, schuif")),
            "inputmode": "numeric",
        }

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices
        field.error_messages["invalid_choice"] = str(
            _("Kies bij ‘%(label)s’ iets uit de lijst.") % {"label": field.label}
        )

    def clean_dagen(self) -> int:
        """The days as one set of bits."""
        return mask_of(self.cleaned_data["dagen"])

    def clean_leerjaar(self) -> int:
        """The leerjaar as a number."""
        return int(self.cleaned_data["leerjaar"])


class WiderForm(FormMixin, forms.Form):
    """One thing that is different for the own students: an extra weekday, a longer way, another leerjaar."""

    kan = forms.ChoiceField(label=_("Wat verandert er?"))
    voor = forms.ChoiceField(label=_("Voor wie?"))

    def __init__(
        self,
        *args: Any,
        changes: "Sequence[tuple[StrOrPromise, Sequence[tuple[str, str]]]]",
        years: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("kan", changes),
            (
                "voor",
                [(EVERYBODY, _("alle leerjaren")), *((str(year), _("leerjaar %(n)d") % {"n": year}) for year in years)],
            ),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = choices
            said = str(_("Kies bij ‘%(label)s’ iets uit de lijst.") % {"label": field.label})
            field.error_messages |= {"invalid_choice": said, "required": said}

    def clean_voor(self) -> int | None:
        """The leerjaar as a number, or None for all."""
        chosen = self.cleaned_data["voor"]
        return None if chosen == EVERYBODY else int(chosen)
