"""How forms look: one renderer for label, help, error and widget, and a mixin that makes fields accessible.

The markup follows the NL Design System: label above, then help, then error, then the field, all linked with `aria-describedby`.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_CLASSES: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxSelectMultiple, "utrecht-checkbox utrecht-checkbox--custom utrecht-checkbox--html-input"),
    (forms.RadioSelect, "utrecht-radio-button utrecht-radio-button--html-input"),
    (forms.CheckboxInput, "utrecht-checkbox utrecht-checkbox--custom utrecht-checkbox--html-input"),
    (forms.Textarea, "utrecht-textarea utrecht-textarea--html-textarea"),
    (forms.Select, "utrecht-select utrecht-select--html-select"),
    (forms.FileInput, "sm-bestand"),
    (forms.HiddenInput, ""),
    (forms.widgets.Input, "utrecht-textbox utrecht-textbox--html-input"),
]


class Renderer(TemplatesSetting):
    """Uses our templates for a field group and for a whole form; widgets stay Django's own."""

    form_template_name = "ui/formulier.html"
    field_template_name = "ui/veld.html"


def widget_class(widget: forms.Widget) -> str:
    """Return the NL Design System classes of a widget."""
    return next((classes for kind, classes in _CLASSES if isinstance(widget, kind)), "")


def _missing_message(field: forms.Field) -> "StrPromise":
    """Return what to say when this field is empty: name it, because the summary on top of the form shows only this sentence."""
    if isinstance(field, forms.BooleanField):
        return format_lazy(_("Zet een vinkje bij ‘{label}’."), label=field.label)
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return format_lazy(_("Kies iets bij ‘{label}’."), label=field.label)
    if isinstance(field, forms.FileField):
        return format_lazy(_("Kies een bestand bij ‘{label}’."), label=field.label)
    return format_lazy(_("Vul ‘{label}’ in."), label=field.label)


class FormMixin(forms.BaseForm):
    """Put before `forms.Form` or `forms.ModelForm`: classes, `novalidate`-safe attributes and Dutch-friendly defaults."""

    required_css_class = ""
    use_required_attribute = False  # the server says in Dutch what is missing

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            classes = f"{field.widget.attrs.get('class', '')} {widget_class(field.widget)}".strip()
            if classes:
                field.widget.attrs["class"] = classes
            if field.label and field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _missing_message(field)
