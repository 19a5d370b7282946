"""What people say about a talk: other times, calling it off, and advice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from placements.enums import Advice
from stagematch.ui.forms import FormMixin


class WishForm(FormMixin, forms.Form):
    """When a student can."""

    wish = forms.CharField(
        label=_("Wanneer kun je wel?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Noem een paar dagen en tijden. Bijvoorbeeld: maandag en donderdag na 15 uur."),
        error_messages={
            "required": _("Schrijf op welke dagen en tijden je wel kunt."),
            "max_length": _("Dit is te lang. Maak het korter: hoogstens 500 tekens."),
        },
    )


class AdviceForm(FormMixin, forms.Form):
    """What somebody who was at the talk thinks."""

    advice = forms.ChoiceField(
        label=_("Wat is je advies?"),
        choices=[
            (Advice.POSITIVE, _("Positief: deze student past hier")),
            (Advice.DOUBT, _("Twijfel: ik wil er nog over praten")),
            (Advice.NEGATIVE, _("Negatief: ik zie het hier niet lukken")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies wat je advies is.")},
    )
    words = forms.CharField(
        label=_("Waarom vind je dat?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Over de plek en de leerdoelen, niet over de persoon. De student kan dit opvragen."),
        error_messages={"max_length": _("Dit is te lang. Maak het korter: hoogstens 1000 tekens.")},
    )
