"""The form of a vacancy: sets of days, leerjaren and leerwegen are check boxes, in the table they are one number."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.enums import Need, Route, Weekday
from organisations.weekdays import mask_of
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


class VacancyForm(VacancyModelForm):
    """Everything a broker writes about a vacancy; status and places taken are not among it."""

    weekdays = BitsField(label=_("Dagen waarop het kan"), choices=Weekday.choices)
    years = BitsField(label=_("Leerjaren"), choices=YEARS)
    routes = BitsField(label=_("Leerwegen"), choices=ROUTES)
    offers = BitsField(label=_("Kan hier"), choices=Need.choices, required=False)

    class Meta:
        model = Vacancy
        fields = "__all__"

    def clean_places(self) -> int:
        """Places that were given stay given."""
        places: int = self.cleaned_data["places"]
        if places < self.instance.places_taken:
            text = _("Er zijn al %(taken)s plekken vergeven. Kies %(taken)s of meer.")
            raise forms.ValidationError(text, params={"taken": self.instance.places_taken})
        return places

    def clean(self) -> dict[str, Any]:
        """The room must be of this team in this period."""
        data = super().clean() or {}
        pool, team, period = data.get("pool"), data.get("team"), data.get("period")
        if pool is not None and (pool.team_id, pool.period_id) != (
            getattr(team, "pk", None),
            getattr(period, "pk", None),
        ):
            self.add_error("pool", _("Deze ruimte is van een ander team of een andere periode."))
        location = data.get("location")
        if location is not None and team is not None and location.organisation_id != team.organisation_id:
            self.add_error("location", _("Deze locatie is van een andere organisatie."))
        return data
