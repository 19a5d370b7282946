"""The form of the table: a number per opleiding and leerjaar, and numerus fixus per opleiding."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Organisation
from shortages.ahead.expected import Cell, ExpectedSheet, Row
from shortages.models.expected import MOST_EXPECTED
from stagematch.ui.forms import FormMixin


class ExpectedForm(FormMixin, forms.Form):
    """Fields follow the sheet. What was typed stays in the fields when something is wrong."""

    def __init__(self, data: Any = None, *, sheet: ExpectedSheet) -> None:
        self.sheet = sheet
        super().__init__(data)

    def _number(self, label: str, initial: int | None, hint: str) -> forms.IntegerField:
        said = {"label": label, "most": MOST_EXPECTED}
        field = forms.IntegerField(
            label=label,
            required=False,
            initial=initial,
            min_value=0,
            max_value=MOST_EXPECTED,
            # A text box: a browser's own number box throws away what it cannot read.
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "maxlength": 6, "autocomplete": "off", "class": self._classes}
            ),
            error_messages={
                "invalid": _("%(label)s: vul een heel getal in, bijvoorbeeld 24.") % said,
                "min_value": _("%(label)s: vul 0 of meer in.") % said,
                "max_value": _("%(label)s: meer dan %(most)d kan hier niet.") % said,
            },
        )
        field.widget.attrs["aria-describedby"] = hint
        return field

    _classes = "utrecht-textbox utrecht-textbox--html-input sm-getal"

    def fill(self) -> ExpectedForm:
        """Make the fields; returns itself."""
        for row in self.sheet.rows:
            for cell in row.cells:
                label = _("%(programme)s, leerjaar %(year)d") % {"programme": row.programme.name, "year": cell.year}
                initial = cell.suggestion if cell.number is None else cell.number
                self.fields[cell.name] = self._number(label, initial, f"{cell.name}-uitleg")
            limited, places = self.limit_names(row)
            self.fields[limited] = forms.ChoiceField(
                label=_("Numerus fixus van %(programme)s") % {"programme": row.programme.name},
                choices=[("", _("niet gezegd")), ("nee", _("nee")), ("ja", _("ja"))],
                required=False,
                initial="" if row.limit is None else "ja" if row.limit.is_limited else "nee",
                widget=forms.Select(attrs={"class": "utrecht-select utrecht-select--html-select"}),
            )
            usual = row.limit.places if row.limit else row.programme.numerus_fixus
            label = _("Aantal eerstejaars van %(programme)s") % {"programme": row.programme.name}
            self.fields[places] = self._number(label, usual, "fixus-uitleg")
        return self

    @staticmethod
    def limit_names(row: Row) -> tuple[str, str]:
        """The names of the two fields about numerus fixus of an opleiding."""
        return f"fixus{row.programme.pk}", f"eerstejaars{row.programme.pk}"

    def clean(self) -> dict[str, Any]:
        """A numerus fixus needs its number; without one the number is left alone."""
        cleaned = super().clean() or {}
        for row in self.sheet.rows:
            limited, places = self.limit_names(row)
            if cleaned.get(limited) == "ja" and places not in self.errors and cleaned.get(places) is None:
                self.add_error(
                    places,
                    _("%(programme)s heeft een numerus fixus. Vul in voor hoeveel eerstejaars er plaats is.")
                    % {"programme": row.programme.name},
                )
        return cleaned

    @property
    def numbers(self) -> dict[tuple[int, int], int | None]:
        """What was filled in, by opleiding and leerjaar; None for an empty field. Only after `is_valid`."""
        return {
            (row.programme.pk, cell.year): self.cleaned_data.get(cell.name)
            for row in self.sheet.rows
            for cell in row.cells
        }

    @property
    def limits(self) -> dict[int, tuple[bool, int | None] | None]:
        """Numerus fixus by opleiding: yes or no with the number, or None when nothing was said. Only after `is_valid`."""
        found: dict[int, tuple[bool, int | None] | None] = {}
        for row in self.sheet.rows:
            limited, places = self.limit_names(row)
            answer = self.cleaned_data.get(limited)
            found[row.programme.pk] = (
                (answer == "ja", self.cleaned_data[places] if answer == "ja" else None) if answer else None
            )
        return found

    def table(self) -> list[dict[str, Any]]:
        """The rows for the page: per opleiding its fields with their cells."""
        return [
            {
                "row": row,
                "cells": [self._shown(cell) for cell in row.cells],
                "gap": range(len(self.sheet.years) - len(row.cells)),
                "limited": self[self.limit_names(row)[0]],
                "places": self[self.limit_names(row)[1]],
            }
            for row in self.sheet.rows
        ]

    def _shown(self, cell: Cell) -> dict[str, Any]:
        return {"cell": cell, "field": self[cell.name], "is_suggestion": cell.number is None and not self.is_bound}


class UploadForm(FormMixin, forms.Form):
    """A file with the same numbers."""

    bestand = forms.FileField(
        label=gettext_lazy("Bestand (CSV of Excel)"),
        help_text=gettext_lazy("Met de kolommen opleiding, leerjaar en aantal. Een kolom periode mag ook."),
    )


class WarningForm(FormMixin, forms.Form):
    """From which number on the school wants a warning."""

    level = forms.IntegerField(
        label=gettext_lazy("Mail mij als er naar verwachting zoveel studenten zonder plek zijn"),
        required=False,
        min_value=1,
        max_value=MOST_EXPECTED,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 6, "autocomplete": "off"}),
        help_text=gettext_lazy("Laat leeg als je geen mail wilt. Je krijgt de mail één keer per periode."),
        error_messages={
            "invalid": gettext_lazy("Vul een heel getal in, bijvoorbeeld 10."),
            "min_value": gettext_lazy("Vul 1 of meer in, of laat het leeg."),
            "max_value": gettext_lazy("Zo'n groot getal kan hier niet."),
        },
    )

    @classmethod
    def of(cls, data: Any, school: Organisation) -> WarningForm:
        """The form of one school, with what it chose before."""
        known = getattr(school, "warning_level", None)
        return cls(data, initial={"level": known.level if known else None})
