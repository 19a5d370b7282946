"""The one form of matching: why a student says no."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaking.enums import DeclineReason
from stagematch.ui.forms import FormMixin


class DeclineForm(FormMixin, forms.Form):
    """A reason is never required: no is enough."""

    reason = forms.ChoiceField(
        label=_("Waarom past deze plek niet?"),
        help_text=_("Dit hoeft niet. Het helpt ons om betere plekken te vinden. De organisatie ziet het niet."),
        choices=[("", _("Dat zeg ik liever niet")), *DeclineReason.choices],
        widget=forms.RadioSelect,
        required=False,
    )
