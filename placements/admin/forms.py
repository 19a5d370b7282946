"""The form of a vacancy: sets of days, leerjaren and leerwegen are check boxes, in the table they are one number."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from organisations.enums import Need, Route, Weekday
from organisations.weekdays import mask_of
from placements.enums import VacancyKind
from placements.models import Vacancy

if TYPE_CHECKING:
    VacancyModelForm = forms.ModelForm[Vacancy]
else:
    VacancyModelForm = forms.ModelForm

YEARS = [(1 << n, _("leerjaar %(n)s") % {"n": n + 1}) for n in range(4)]
ROUTES = [(1 << n, route.label) for n, route in enumerate(Route)]


class BitsField(forms.TypedMultipleChoiceField):
    """A set as check boxes whose value is one number."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choices: Iterable[tuple[int, Any]], **kwargs: Any) -> None:
        pairs = list(choices)
        self.bits = [bit for bit, _label in pairs]
        super().__init__(choices=pairs, coerce=int, empty_value=[], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Tick the boxes of the bits in a number."""
        if isinstance(value, int):
            return [bit for bit in self.bits if value & bit]
        return value

    def clean(self, value: Any) -> int:
        """Return the ticked boxes as one number."""
        return mask_of(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as sets, whatever form either has."""
        return super().has_changed([str(v) for v in self.prepare_value(initial) or []], data)


def _kinds() -> list[tuple[str, SafeString]]:
    """Each kind of stage with what one thinks of when writing it."""
    return [
        (kind.value, format_html('{}<span class="help sm-soort">{}</span>', capfirst(kind.label), kind.help))
        for kind in VacancyKind
    ]


class VacancyForm(VacancyModelForm):
    """Everything a broker writes about a vacancy; status and places taken are not among it.

    The room of the team is not asked: it follows from team and period.
    """

    kind = forms.ChoiceField(label=_("Soort stage"), choices=_kinds, widget=forms.RadioSelect, initial="individual")
    weekdays = BitsField(label=_("Dagen waarop het kan"), choices=Weekday.choices)
    years = BitsField(label=_("Leerjaren"), choices=YEARS)
    routes = BitsField(label=_("Leerwegen"), choices=ROUTES)
    offers = BitsField(label=_("Kan hier"), choices=Need.choices, required=False)

    class Meta:
        model = Vacancy
        fields = "__all__"
        help_texts = {
            "title": _("Wat ga je doen en met wie? Bijvoorbeeld: Samen koken met ouderen."),
            "summary": _("Eén zin. Die staat in de lijst onder de titel."),
            "tasks": _("Eén taak per regel. Schrijf 'je', en korte zinnen."),
            "expectations": _("Alleen wat echt nodig is. Wat een student nog leert, hoort hier niet."),
            "guidance": _("Hoe vaak praten jullie met de student, en wie is er op de eerste dag?"),
            "day_in_team": _("Vertel in een paar zinnen hoe een gewone dag gaat."),
            "wanted_profile": _(
                "Wat voor student voelt zich hier op zijn plek? Schrijf over het werk, niet over leeftijd of achtergrond."
            ),
            "wished_goals": _("Welke leerdoelen kunnen hier goed? Eén per regel."),
            "supervisors": _("Wie begeleidt de student? Je ziet wat iedereen nog vrij heeft."),
            "guidance_hours": _("Zoveel uur kost één student een praktijkbegeleider per week."),
            "places": _("Hoeveel studenten tegelijk, alle scholen samen."),
            "applications_per_place": _("Zijn er meer, dan kan een student zich op de wachtlijst zetten."),
            "publish_from": _("Leeg: vanaf de dag dat je publiceert."),
            "publish_until": _(
                "Daarna ziet niemand hem meer. 's Nachts sluit hij vanzelf als iedereen antwoord heeft."
            ),
            "apply_until": _("Leeg: reageren kan zolang de vacature te zien is."),
            "external_id": _("Het nummer in jullie eigen systeem. Zo herkent een import de vacature."),
            "min_age": _("Alleen invullen als de wet of het werk dit vraagt."),
            "requirements": _("Bijvoorbeeld: een fiets. Vraag niets dat een student kan leren."),
            "team": _("Je ziet de teams van je eigen organisatie."),
            "period": _("De ruimte van het team hoort bij deze periode."),
        }

    def clean_places(self) -> int:
        """Places that were given stay given."""
        places: int = self.cleaned_data["places"]
        if places < self.instance.places_taken:
            text = _("Er zijn al %(taken)s plekken vergeven. Kies %(taken)s of meer.")
            raise forms.ValidationError(text, params={"taken": self.instance.places_taken})
        return places

    def clean(self) -> dict[str, Any]:
        """Say kindly what the tables would refuse."""
        data = super().clean() or {}
        team = data.get("team")
        for first, last, text in (
            ("starts_on", "ends_on", _("De laatste dag is na de eerste dag.")),
            ("publish_from", "publish_until", _("Kies een dag op of na 'te zien vanaf'.")),
        ):
            if data.get(first) and data.get(last) and data[last] < data[first]:
                self.add_error(last, text)
        if data.get("hours_min") and data.get("hours_max") and data["hours_max"] < data["hours_min"]:
            self.add_error("hours_max", _("Het hoogste aantal uren is minder dan het laagste."))
        location = data.get("location")
        if location is not None and team is not None and location.organisation_id != team.organisation_id:
            self.add_error("location", _("Deze locatie is van een andere organisatie."))
        return data
