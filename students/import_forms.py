"""The forms of an import: a file, and which column is what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from stagematch.ui.forms import FormMixin
from stagematch.ui.tables import Column
from students.forms_school import OwnSchoolForm
from students.services.uploads import MAX_UPLOAD_BYTES


class UploadForm(OwnSchoolForm):
    """A file, and for whom when that is not clear."""

    file = forms.FileField(
        label=_("Bestand"),
        help_text=_("Een lijst uit Excel (.xlsx) of een CSV-bestand. Hoogstens 7 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        allow_empty_file=True,  # the service says in one sentence that it is empty
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse a file that is too large before it is read into memory."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("Het bestand is groter dan %(mb)d MB. Verdeel het over meer bestanden."),
                params={"mb": MAX_UPLOAD_BYTES // 2**20},
            )
        return file


class ColumnsForm(FormMixin, forms.Form):
    """A question per column we know: which column of the file is it?"""

    def __init__(self, *args: Any, columns: list[Column], sample: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = [
            (h, _("%(header)s (bijvoorbeeld %(value)s)") % {"header": h, "value": v} if v else h)
            for h, v in sample.items()
        ]
        for column in columns:
            first = ("", _("Kies een kolom") if column.required else _("Staat niet in dit bestand"))
            self.fields[column.name] = forms.ChoiceField(
                label=column.label,
                choices=[first, *there],
                required=column.required,
                error_messages={"required": _("Kies in welke kolom ‘%(label)s’ staat.") % {"label": column.label}},
                widget=forms.Select(attrs={"class": "utrecht-select utrecht-select--html-select"}),
            )

    @property
    def mapping(self) -> dict[str, str]:
        """The header of each column that is in the file."""
        return {name: header for name, header in self.cleaned_data.items() if header}

    @property
    def needed(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.field.required]

    @property
    def extra(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.field.required]
