"""What a teamcoach says about a vacancy."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stagematch.ui.forms import FormMixin


class AgreementForm(FormMixin, forms.Form):
    """Yes, or what must change. `read` is the fingerprint of the text that was on the screen."""

    answer = forms.ChoiceField(
        label=_("Klopt deze vacature?"),
        choices=[("yes", _("Akkoord: studenten mogen dit lezen")), ("no", _("Pas aan: er moet iets anders"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies akkoord of pas aan.")},
    )
    remark = forms.CharField(
        label=_("Opmerking"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Bij 'pas aan': schrijf wat er anders moet. De stagemakelaar leest dit."),
        error_messages={"max_length": _("Dit is te lang. Maak het korter: hoogstens 2000 tekens.")},
    )
    name = forms.CharField(
        label=_("Je naam"), max_length=160, error_messages={"required": _("Vul je naam in.")}, required=True
    )
    read = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, ask_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_name:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "no" and not str(data.get("remark", "")).strip() and "remark" not in self.errors:
            self.add_error("remark", gettext("Schrijf wat er anders moet. Dan kan de stagemakelaar het aanpassen."))
        return data
