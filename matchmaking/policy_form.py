"""The rules of matching as fields a person can read, instead of a block of numbers (features M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaking.engine.types import MAX_SCORE, EngineInputError
from matchmaking.engine.types import Policy as EnginePolicy
from matchmaking.models import Policy

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Policy]
else:
    ModelForm = forms.ModelForm

# name: (label, help, lowest, highest)
NUMBERS: dict[str, tuple[Any, Any, int, int]] = {
    "werkprocessen": (gettext_lazy("Punten voor leerdoelen"), "", 0, MAX_SCORE),
    "distance": (gettext_lazy("Punten voor afstand"), "", 0, MAX_SCORE),
    "doelgroep": (
        gettext_lazy("Punten voor doelgroep en werkveld samen"),
        gettext_lazy("Wensen tellen alleen voor het eigen lijstje van de student, nooit voor wie voorgaat."),
        0,
        MAX_SCORE,
    ),
    "werkveld": (gettext_lazy("Waarvan voor het werkveld"), "", 0, MAX_SCORE),
    "days": (gettext_lazy("Punten voor dagen"), "", 0, MAX_SCORE),
    "near_metres": (gettext_lazy("Alle punten voor afstand tot (meter)"), "", 0, 200_000),
    "far_metres": (gettext_lazy("Geen punten voor afstand vanaf (meter)"), "", 1, 500_000),
    "band_good": (
        gettext_lazy("Past goed vanaf (punten uit feiten)"),
        gettext_lazy("Feiten zijn afstand, leerdoelen en dagen. Wie goed past, gaat voor wie redelijk past."),
        0,
        MAX_SCORE,
    ),
    "band_fair": (gettext_lazy("Past redelijk vanaf (punten uit feiten)"), "", 0, MAX_SCORE),
    "werkprocessen_percent": (gettext_lazy("Zoveel procent van de leerdoelen moet er kunnen"), "", 0, 100),
    "period_percent": (gettext_lazy("Zoveel procent van de periode moet er kunnen"), "", 0, 100),
    "hard_case": (
        gettext_lazy("Gaat overal voor na zo vaak nee"),
        gettext_lazy("Alleen een nee van een organisatie telt. 0 betekent: deze regel geldt niet."),
        0,
        100,
    ),
    "hand_over": (
        gettext_lazy("Een mens zoekt mee na zo vaak nee"),
        gettext_lazy("Dan komen er geen voorstellen van de computer meer. 0 betekent: deze regel geldt niet."),
        0,
        100,
    ),
    "max_turns": (gettext_lazy("Voorstellen die meetellen, hoogstens"), "", 0, 100),
    "tier_size": (gettext_lazy("Zo vaak nee is één stap"), "", 1, 100),
    "max_tiers": (gettext_lazy("Stappen die meetellen, hoogstens"), "", 0, 100),
}
ORDERS = [
    ("turn", gettext_lazy("Wie de minste voorstellen kreeg, gaat voor. Daarna wie vaker nee kreeg.")),
    ("equity", gettext_lazy("Wie vaker nee kreeg, gaat voor. Daarna wie de minste voorstellen kreeg.")),
]


class PolicyForm(ModelForm):
    """One version of the rules; what the engine would refuse is refused here, in words."""

    order = forms.ChoiceField(label=gettext_lazy("Wie gaat voor"), choices=ORDERS, widget=forms.RadioSelect)

    class Meta:
        model = Policy
        fields = ("version", "name", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.settings if self.instance.pk else None
        values = EnginePolicy.from_dict(stored or self._now()).as_dict()
        for name in (*NUMBERS, "order"):
            if name in self.fields:  # a page that only shows has no fields
                self.fields[name].initial = values[name]

    @staticmethod
    def _now() -> dict[str, Any]:
        current = Policy.objects.filter(is_current=True).first()
        return dict(current.settings) if current else EnginePolicy().as_dict()

    def clean(self) -> dict[str, Any]:
        """Put the numbers together and let the engine look at them."""
        cleaned: dict[str, Any] = super().clean() or {}
        numbers = {name: cleaned[name] for name in (*NUMBERS, "order") if name in cleaned}
        if len(numbers) < len(NUMBERS) + 1 or "version" not in cleaned:
            return cleaned
        total = sum(numbers[name] for name in ("werkprocessen", "distance", "doelgroep", "days"))
        if total > MAX_SCORE:
            raise forms.ValidationError(
                _("De punten zijn samen %(total)d. Samen mag dat hoogstens %(most)d zijn. Haal er punten af.")
                % {"total": total, "most": MAX_SCORE}
            )
        kept = self.instance.settings if self.instance.pk else self._now()
        try:
            rules = EnginePolicy.from_dict({**kept, **numbers, "version": str(cleaned["version"])})
        except (EngineInputError, TypeError) as error:
            raise forms.ValidationError(_("Deze spelregels kloppen niet: %(why)s") % {"why": error}) from error
        self.instance.settings = rules.as_dict()
        return cleaned


# Declared like fields in the class body: the admin makes its own subclass from what is declared.
for _name, (_label, _help, _low, _high) in NUMBERS.items():
    PolicyForm.base_fields[_name] = PolicyForm.declared_fields[_name] = forms.IntegerField(
        label=_label, help_text=_help, min_value=_low, max_value=_high
    )
